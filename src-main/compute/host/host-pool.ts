import { Piscina } from 'piscina'
import { failure, type Fault } from '../../protocol/fault.ts'
import { remainsOf, workerFault, type RunningBatch } from './host-slots.ts'
import {
  SLOT_BEGUN,
  SLOT_THREAD,
  SLOT_WORDS,
  WORKERS_MAX,
  type Batch,
  type HostInput,
  type WorkerInput,
  type WorkerSetup,
} from '../messages/input.ts'
import { createLogTails, readTail } from '../messages/log-tail.ts'
import type { HostOutput, TaskResult, WorkerOutput } from '../messages/output.ts'
import { sweepStaging } from './staged-files.ts'

/** How often running workers are looked at: how late a limit may be noticed. */
const WATCH_EVERY_MS = 25
/** A thread that has not begun its first task by then never will: loading a library takes well under a second. */
const BEGIN_WITHIN_MS = 30_000
/** A worker ends within milliseconds of being told, unless it compiles; then only the process can be ended. */
const END_WITHIN_MS = 1_000
/** A host that runs seldom has more time for it, but a user who stops sharing sees it stop. */
const DUTY_TO_END_MIN = 0.5
/** A worker without work is let go after this, with whatever it cached. */
const WORKER_IDLE_MS = 30_000
/** Stack of a worker. How deep a module may call is measured against it (metering/limits.ts). */
const STACK_MIB = 8
/** Short-lived objects of a worker: V8's own choice on a desktop, whatever the machine. */
const YOUNG_MIB = 48
/** Machine code of our own JavaScript. V8 would claim 512 MiB per worker; WASM code lies elsewhere. */
const CODE_MIB = 64
/** Memory of a host before any task asks for some: Node, its threads and the libraries' code. */
const MEMORY_BASE_BYTES = 512 << 20
/** What a finished task held may not have been collected when the next takes its own. */
const MEMORY_SLACK = 2
/** Slots are used in turn, so that a thread on its way out never writes into its successor's. */
const SLOTS = WORKERS_MAX * 4
/** No worker has this id: it is the main thread's. */
const NO_THREAD = 0
/** A batch whose workers keep dying before its tasks begin is given up. */
const RESTARTS_MAX = 3

type Configuration = Extract<HostInput, { kind: 'configure' }>

/** What the pool asks of the process around it. */
export interface PoolSurroundings {
  readonly send: (output: HostOutput) => void
  /** Ends this process after everything sent has left it. */
  readonly retire: (reason: string, blame: boolean) => void
}

/** The compute host's workers and the batches that wait for one. */
export interface HostPool {
  readonly enqueue: (batch: Batch) => void
  readonly cancel: (keys: readonly number[]) => void
  readonly setWorkers: (workers: number) => void
  readonly setDuty: (duty: number) => void
}

/** Runs batches on worker threads and stops the tasks that pass their limits. */
export function createHostPool(configuration: Configuration, around: PoolSurroundings): HostPool {
  const slots = new Int32Array(new SharedArrayBuffer(SLOTS * SLOT_WORDS * 4))
  const tails = createLogTails(SLOTS)
  const pool = new Piscina<WorkerInput, undefined>({
    filename: new URL('../worker/worker.ts', import.meta.url).href,
    name: 'run',
    // The pool grows by itself; how many work at once is decided below, because piscina cannot change its mind.
    minThreads: 0,
    maxThreads: WORKERS_MAX,
    idleTimeout: WORKER_IDLE_MS,
    recordTiming: false,
    resourceLimits: {
      maxOldGenerationSizeMb: Math.ceil(configuration.heapBytesMax / 2 ** 20),
      maxYoungGenerationSizeMb: YOUNG_MIB,
      codeRangeSizeMb: CODE_MIB,
      stackSizeMb: STACK_MIB,
    },
    workerData: {
      registry: configuration.registry,
      staging: configuration.staging,
      filePrefix: configuration.filePrefix,
      slots,
      tails,
    } satisfies WorkerSetup,
  })
  const waiting: Batch[] = []
  const running = new Map<number, RunningBatch>()
  /** Batches whose worker has finished but whose last results are still on their way from its thread. */
  const settling = new Map<number, RunningBatch>()
  const restarts = new Map<number, number>()
  let workers = configuration.workers
  let memoryPerWorkerBytes = 0
  let workersUsed = 0
  let lastSlot = 0
  let watch: NodeJS.Timeout | undefined
  let duty = 1
  let lookedMs = 0

  pool.on('message', (output: WorkerOutput) => {
    if (output.kind === 'progress') {
      around.send(output)
      return
    }
    const entry = [...running.values()].find((r) => r.batch.id === output.batch) ?? settling.get(output.batch)
    if (entry === undefined) return // cancelled meanwhile
    const results = output.results.filter((result) => entry.pending.delete(result.key))
    if (entry.pending.size === 0) settling.delete(output.batch)
    if (results.length > 0) around.send({ kind: 'results', results })
  })
  pool.on('error', (error: unknown) => {
    around.retire(`a worker does not start: ${workerFault(error).message}`, false)
  })

  function next(): void {
    for (let batch = takeWaiting(); batch !== undefined; batch = takeWaiting()) {
      do lastSlot = (lastSlot + 1) % SLOTS
      while (running.has(lastSlot))
      begin(lastSlot, batch)
    }
    if (running.size > 0) {
      if (watch === undefined) lookedMs = performance.now()
      watch ??= setInterval(look, WATCH_EVERY_MS)
    }
    if (running.size === 0 && watch !== undefined) {
      clearInterval(watch)
      watch = undefined
    }
  }

  /** The next batch to run: local ones first, and one of them even where every worker has something to do. */
  function takeWaiting(): Batch | undefined {
    const local = waiting.findIndex(({ isLocal }) => isLocal)
    const isFree = running.size < workers
    const mayGoBeyond = local >= 0 && ![...running.values()].some(({ batch }) => batch.isLocal)
    return isFree || mayGoBeyond ? waiting.splice(Math.max(0, local), 1)[0] : undefined
  }

  function begin(slot: number, batch: Batch): void {
    const entry: RunningBatch = {
      batch,
      pending: new Set(batch.tasks.map((task) => task.key)),
      abort: new AbortController(),
      begun: 0,
      isTold: false,
      sinceMs: performance.now(),
    }
    running.set(slot, entry)
    workersUsed = Math.max(workersUsed, running.size)
    memoryPerWorkerBytes = Math.max(memoryPerWorkerBytes, batch.call.limits.memoryBytesMax)
    Atomics.store(slots, slot * SLOT_WORDS + SLOT_THREAD, NO_THREAD)
    Atomics.store(slots, slot * SLOT_WORDS + SLOT_BEGUN, 0)
    pool.run({ slot, batch }, { signal: entry.abort.signal }).then(
      () => {
        running.delete(slot)
        if (entry.pending.size > 0) settling.set(batch.id, entry)
        next()
      },
      (error: unknown) => {
        // What the dead worker had posted is delivered within the same turn of the loop.
        setImmediate(() => bury(slot, entry, reasonOf(entry) ?? workerFault(error)))
      },
    )
  }

  function bury(slot: number, entry: RunningBatch, fault: Fault): void {
    running.delete(slot)
    const begun = Atomics.load(slots, slot * SLOT_WORDS + SLOT_BEGUN)
    const { results, again } = remainsOf(entry, begun, fault, readTail(tails, slot))
    if (results.length > 0) void reportDead([...results])
    if (again !== undefined) runAgain(again, results.length > 0, fault)
    next()
  }

  /** Reports tasks that died with their worker, once what they had written is gone. */
  async function reportDead(results: TaskResult[]): Promise<void> {
    const { staging, filePrefix } = configuration
    const keys = new Set(results.map(({ key }) => key))
    // A file that stays because the disk does not let it go is gone at the program's next start.
    await sweepStaging(staging, keys, filePrefix).catch(() => undefined)
    around.send({ kind: 'results', results })
  }

  function runAgain(batch: Batch, hadCulprit: boolean, fault: Fault): void {
    const count = hadCulprit ? 0 : (restarts.get(batch.id) ?? 0) + 1
    if (count <= RESTARTS_MAX) {
      restarts.set(batch.id, count)
      waiting.unshift(batch)
      return
    }
    restarts.delete(batch.id)
    const outcome = { kind: 'failed', fault } as const
    around.send({ kind: 'results', results: batch.tasks.map(({ key }) => ({ key, outcome })) })
  }

  /** Looks at every running worker, and stops what is over a limit. */
  function look(): void {
    const nowMs = performance.now()
    // Time in which this process stood still is nobody's.
    const stoodMs = (nowMs - lookedMs) * (1 - duty)
    lookedMs = nowMs
    for (const [slot, entry] of running) {
      entry.sinceMs += stoodMs
      const begun = Atomics.load(slots, slot * SLOT_WORDS + SLOT_BEGUN)
      if (begun !== entry.begun) {
        entry.begun = begun
        entry.sinceMs = nowMs
        entry.isTold = false
      } else if (begun > 0 && !entry.isTold) {
        // A task that goes on from one look to the next is long enough to be shown as begun.
        entry.isTold = true
        const key = entry.batch.tasks[begun - 1]?.key
        if (key !== undefined) around.send({ kind: 'progress', key, fraction: 0 })
      }
      const { wallMsMax } = entry.batch.call.limits
      if (nowMs - entry.sinceMs > (begun === 0 ? BEGIN_WITHIN_MS : wallMsMax)) {
        const fault =
          begun === 0
            ? failure('runner-lost', `a worker did not begin within ${BEGIN_WITHIN_MS} ms`)
            : failure('timed-out', `stopped after its ${wallMsMax} ms`)
        end(slot, entry, fault.fault)
      }
    }
    lookAtMemory()
  }

  /** Which thread holds how much cannot be told, so the host goes as a whole; its tasks then run alone. */
  function lookAtMemory(): void {
    const bytes = process.memoryUsage.rss()
    const bytesMax = MEMORY_BASE_BYTES + MEMORY_SLACK * workersUsed * memoryPerWorkerBytes
    if (bytes <= bytesMax) return
    const [held, limit] = [bytes, bytesMax].map((n) => Math.round(n / 2 ** 20))
    around.retire(`the workers hold ${held ?? 0} MiB, limit ${limit ?? 0} MiB`, true)
  }

  /** Ends a worker, and the whole process when the thread does not obey. */
  function end(slot: number, entry: RunningBatch, fault: Fault): void {
    if (entry.abort.signal.aborted) return
    const id = Atomics.load(slots, slot * SLOT_WORDS + SLOT_THREAD)
    const thread = pool.threads.find((worker) => worker.threadId === id)
    entry.abort.abort(fault)
    if (thread === undefined) return
    const overdue = setTimeout(
      () => {
        around.retire('a worker does not stop', false)
      },
      END_WITHIN_MS / Math.max(duty, DUTY_TO_END_MIN),
    )
    thread.once('exit', () => clearTimeout(overdue))
  }

  function cancel(keys: readonly number[]): void {
    const gone = new Set(keys)
    for (let i = waiting.length - 1; i >= 0; i--) {
      const batch = waiting[i]
      if (batch === undefined) continue
      const tasks = batch.tasks.filter(({ key }) => !gone.has(key))
      if (tasks.length === 0) waiting.splice(i, 1)
      else waiting[i] = { ...batch, tasks }
    }
    for (const [slot, entry] of running) {
      for (const key of gone) entry.pending.delete(key)
      if (entry.pending.size === 0) end(slot, entry, failure('cancelled', 'cancelled').fault)
    }
  }

  return {
    enqueue: (batch) => {
      waiting.push(batch)
      next()
    },
    cancel,
    setWorkers: (count) => {
      workers = count
      next()
    },
    setDuty: (part) => {
      duty = part
    },
  }
}

/** The fault a worker was ended for, when it was ended and did not die. */
function reasonOf(entry: RunningBatch): Fault | undefined {
  return entry.abort.signal.aborted ? (entry.abort.signal.reason as Fault) : undefined
}
