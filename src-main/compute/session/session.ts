import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../ports/clock.ts'
import type { RunListener, RunOutcome, RunOutput, RunTask } from '../../ports/runner.ts'
import { assert, failure, faultOf, type Fault } from '../../protocol/fault.ts'
import { batchMessage } from './batch-message.ts'
import { codePaths } from '../host/code-paths.ts'
import {
  addTasks,
  createDispatch,
  groundAll,
  isIdle,
  landTask,
  noteDuration,
  removeGroups,
  removeTasks,
  takeBatch,
  tryAlone,
  type Entry,
  type RunGroup,
} from './dispatch.ts'
import { createDutyCycle } from './duty-cycle.ts'
import type { SpawnHost } from '../host/fork-host.ts'
import type { TaskKey } from '../messages/input.ts'
import type { LibraryIndex } from '../library-index.ts'
import type { TaskOutput, TaskResult } from '../messages/output.ts'
import { sweepStaging } from '../host/staged-files.ts'
import { createSupervisor, type HostLoss } from './supervisor.ts'
import type { Wall } from '../host/wall.ts'

/** Hosts in a row that did not even start before waiting tasks are given up. */
const STARTS_MAX = 4
/** How often a busy host is asked when it last said anything. */
const SILENCE_CHECK_MS = 5_000
/** Silence beyond the longest run's limit after which a host is taken for dead: it notices overruns itself. */
const SILENCE_GRACE_MS = 45_000

/** What a session needs. */
interface SessionOptions {
  readonly clock: Clock
  readonly spawnHost: SpawnHost
  readonly wall: Wall
  readonly index: LibraryIndex
  readonly registry: string
  readonly staging: string
  readonly blobFolder: string
  readonly workers: number
  readonly idleMs: number
  readonly heapBytesMax: number
}

/** A runner between its start and its stop. */
export interface Session {
  readonly index: LibraryIndex
  run(kind: RunGroup['kind'], tasks: readonly RunTask[], listener: RunListener): Promise<void>
  cancel(ids: ReadonlySet<string>): void
  setWorkers(workers: number): void
  /** The part of the time in which the host runs, above 0 to 1. */
  setDuty(duty: number): void
  deathsInRow(): number
  /** The host's process, if there is one that takes work. */
  pid(): number | undefined
  stop(): Promise<void>
}

/** Brings tasks to a host and outcomes back. */
export function createSession(options: SessionOptions): Session {
  const { clock, index, staging } = options
  const dispatch = createDispatch()
  let workers = options.workers
  let stopped = false
  let heardMs = clock.nowMs()
  let duty = 1
  const cycle = createDutyCycle(clock)
  /** Tasks of the present host that nobody wants any longer; their files go when it does. */
  let orphans = new Set<TaskKey>()
  let sweeping: Promise<void> = Promise.resolve()
  let endIdleWait: (() => void) | undefined
  let endSilenceWatch: (() => void) | undefined

  const supervisor = createSupervisor({
    clock,
    spawnHost: options.spawnHost,
    wall: options.wall,
    readable: [...codePaths(), realpathSync(options.blobFolder)],
    configuration: { registry: options.registry, staging, heapBytesMax: options.heapBytesMax },
    workers: () => workers,
    onReady: () => {
      if (duty < 1) supervisor.send({ kind: 'duty', duty })
      pump()
    },
    onOutput: (output) => {
      heardMs = clock.nowMs()
      if (output.kind === 'results') {
        supervisor.praise()
        for (const result of output.results) land(result)
        pump()
      } else {
        const entry = dispatch.batchOf.get(output.key)?.entries.get(output.key)
        entry?.group.listener.progress?.(entry.task, output.fraction)
      }
    },
    onLost: lose,
  })

  /** Gives the host what it can take, and lets it go when there has been nothing for a while. */
  function pump(): void {
    if (stopped) return
    cycle.follow(isIdle(dispatch) ? undefined : supervisor.pid())
    if (isIdle(dispatch)) {
      endSilenceWatch?.()
      endSilenceWatch = undefined
      endIdleWait ??= clock.after(options.idleMs, () => {
        endIdleWait = undefined
        void rest()
      })
      return
    }
    endIdleWait?.()
    endIdleWait = undefined
    if (!supervisor.isReady()) {
      supervisor.wake()
      return
    }
    for (
      let batch = takeBatch(dispatch, workers);
      batch !== undefined;
      batch = takeBatch(dispatch, workers)
    ) {
      supervisor.send({ kind: 'batch', batch: batchMessage(batch) })
    }
    if (endSilenceWatch === undefined) {
      heardMs = clock.nowMs()
      watchSilence()
    }
  }

  function watchSilence(): void {
    endSilenceWatch = clock.after(SILENCE_CHECK_MS, () => {
      const flying = [...dispatch.flying.values()].flatMap((batch) => [...batch.entries.values()])
      const longestMs = Math.max(0, ...flying.map((entry) => entry.task.limits.wallMsMax))
      if (flying.length > 0 && clock.nowMs() - heardMs > longestMs / duty + SILENCE_GRACE_MS) {
        supervisor.replace('the compute host was silent for too long')
      }
      watchSilence()
    })
  }

  function land(result: TaskResult): void {
    const entry = landTask(dispatch, result.key)
    if (entry === undefined) return // cancelled, and an orphan already
    if (result.outcome.kind === 'failed') {
      if (result.outcome.fault.kind === 'memory-exhausted' && tryAlone(dispatch, entry)) return
      finish(entry, result.outcome)
      return
    }
    const { output, extras, info, metrics } = result.outcome
    if (entry.group.kind === 'run') noteDuration(dispatch, entry.task, metrics.wall_ms)
    finish(entry, {
      kind: 'done',
      output: runOutput(output),
      extras: Object.fromEntries(Object.entries(extras).map(([role, extra]) => [role, runOutput(extra)])),
      info,
      metrics,
    })
  }

  function runOutput(output: TaskOutput): RunOutput {
    if (output.kind === 'bytes') return output
    return { kind: 'file', path: join(staging, output.file), bytes: output.bytes }
  }

  function lose(loss: HostLoss): void {
    cycle.follow(undefined)
    const keys = new Set([...orphans, ...dispatch.batchOf.keys()])
    orphans = new Set()
    sweep(keys, loss.filePrefix)
    const givenUp = [...groundAll(dispatch, workers, loss.blame)]
    const isHopeless = !loss.wasReady && loss.deathsInRow >= STARTS_MAX
    if (isHopeless) givenUp.push(...removeGroups(dispatch, () => true).removed)
    const fault = isHopeless
      ? failure('runner-lost', `the compute host does not start: ${loss.reason}`)
      : loss.retired
        ? failure('memory-exhausted', `even alone: ${loss.reason}`)
        : failure('runner-lost', `the compute host died each time this ran: ${loss.reason}`)
    for (const entry of givenUp) finish(entry, failed(fault.fault))
  }

  /** Lets the host go, and removes what it wrote for nobody. */
  async function rest(): Promise<void> {
    const keys = orphans
    orphans = new Set()
    await supervisor.rest()
    sweep(keys)
  }

  /** In the background: files that stay because the disk does not let them go are gone at the next start. */
  function sweep(keys: ReadonlySet<TaskKey>, filePrefix?: string): void {
    sweeping = sweeping.then(() => sweepStaging(staging, keys, filePrefix)).catch(() => undefined)
  }

  function cancel(isGone: (entry: Entry) => boolean, message: string): void {
    const { removed, flyingKeys } = removeTasks(dispatch, isGone)
    if (flyingKeys.length > 0) supervisor.send({ kind: 'cancel', keys: [...flyingKeys] })
    for (const key of flyingKeys) orphans.add(key)
    for (const entry of removed) finish(entry, failed(failure('cancelled', message).fault))
    pump()
  }

  return {
    index,
    run: async (kind, tasks, listener) => {
      const known: RunTask[] = []
      for (const task of tasks) {
        const fault = listener.signal.aborted ? failure('cancelled', 'cancelled').fault : unknown(index, task)
        if (fault === undefined) known.push(task)
        else listener.finished(task, failed(fault))
      }
      if (known.length === 0) return
      const ended = Promise.withResolvers<undefined>()
      const group: RunGroup = {
        kind,
        listener,
        remaining: known.length,
        ended: () => ended.resolve(undefined),
      }
      const onAbort = () => cancel((entry) => entry.group === group, 'cancelled')
      listener.signal.addEventListener('abort', onAbort, { once: true })
      addTasks(dispatch, group, known)
      pump()
      await ended.promise
      listener.signal.removeEventListener('abort', onAbort)
    },
    cancel: (ids) => cancel(({ task }) => ids.has(task.id), 'cancelled'),
    setWorkers: (count) => {
      workers = count
      supervisor.send({ kind: 'workers', workers })
      pump()
    },
    setDuty: (part) => {
      if (part === duty) return
      duty = part
      cycle.setDuty(part)
      supervisor.send({ kind: 'duty', duty })
    },
    deathsInRow: () => supervisor.deathsInRow(),
    pid: () => supervisor.pid(),
    stop: async () => {
      stopped = true
      cycle.follow(undefined)
      endIdleWait?.()
      endSilenceWatch?.()
      cancel(() => true, 'the runner was stopped')
      await rest()
      await sweeping
    },
  }
}

function unknown(index: LibraryIndex, task: RunTask): Fault | undefined {
  try {
    index.find(task.algorithmId, task.algorithmVersion)
    return undefined
  } catch (error) {
    return faultOf(error, 'unknown-algorithm')
  }
}

function failed(fault: Fault): RunOutcome {
  return { kind: 'failed', fault }
}

function finish(entry: Entry, outcome: RunOutcome): void {
  const { group } = entry
  assert(group.remaining > 0, 'a task ends once')
  group.remaining--
  group.listener.finished(entry.task, outcome)
  if (group.remaining === 0) group.ended()
}
