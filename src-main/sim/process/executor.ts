import type { Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import { createCores } from './cores.ts'
import { emptyWork, type HoldingWork, type UnitTask } from './holding-work.ts'
import { durationMs, outcomeOf, type UnitRunner } from './unit-run.ts'

/** Receipts of units that end within this time share one event, as in the runtime. */
const COALESCE_MS = 4

/** Runs units in virtual time on one machine's cores, with the semantics of the runtime's executor and runner. */
export interface Executor {
  /** Fetches a job's manifest, and says that it was tried. */
  prepare(requester: PeerId, job: JobId, manifestCid: Cid): void
  run(requester: PeerId, job: JobId, manifestCid: Cid, units: readonly AwardedUnit[]): void
  stop(requester: PeerId, job: JobId, units?: readonly number[]): void
  release(requester: PeerId, job: JobId): void
}

/** The executor's surroundings. `after` and the callbacks do nothing once the process is gone. */
export interface ExecutorDependencies extends UnitRunner {
  readonly nowMs: () => number
  readonly after: (delayMs: number, action: () => void) => void
  /** Fetches a manifest; `loaded` gets it, or the reason why there is none. */
  readonly load: (cid: Cid, from: PeerId, loaded: (manifest: JobManifest | Fault) => void) => void
  readonly keepBlob: (cid: Cid) => void
  readonly dropBlobs: (cids: readonly Cid[]) => void
  readonly starting: (requester: PeerId, job: JobId, unit: number, running: number) => void
  readonly prepared: (requester: PeerId, job: JobId) => void
  readonly ran: (requester: PeerId, job: JobId, receipts: readonly ExecutionReceipt[]) => void
}

/** Creates the executor of one run of a peer's program. */
export function createExecutor(dependencies: ExecutorDependencies): Executor {
  const works = new Map<string, HoldingWork>()
  const report = createReporter(dependencies)
  const cores = createCores({
    count: dependencies.machine.cores,
    nowMs: dependencies.nowMs,
    after: dependencies.after,
    starting: ({ work, unit }, running) => dependencies.starting(work.requester, work.job, unit, running),
    durationMs: (manifest, unit) => durationMs(dependencies, manifest, unit),
    ended(task) {
      if (!task.work.wanted.has(task.unit)) return
      const outcome = endOf(task, dependencies)
      if (outcome !== undefined) report(task.work, task.unit, outcome)
    },
  })

  function begin(requester: PeerId, job: JobId, cid: Cid): HoldingWork {
    const key = holdingKey(requester, job)
    const known = works.get(key)
    if (known !== undefined) return known
    const work = emptyWork(requester, job)
    works.set(key, work)
    dependencies.load(cid, requester, (loaded) => {
      dependencies.prepared(requester, job)
      if ('kind' in loaded) {
        // The manifest may be there at the next award, so the next one starts from the beginning.
        if (works.get(key) === work) works.delete(key)
        for (const { unit_index } of work.waiting) report(work, unit_index, { kind: 'fault', fault: loaded })
        return
      }
      work.manifest = loaded
      cores.enqueue(work, loaded, work.waiting.splice(0))
    })
    return work
  }

  return {
    prepare: (requester, job, cid) => void begin(requester, job, cid),
    run(requester, job, cid, units) {
      const work = begin(requester, job, cid)
      for (const { unit_index, attempt } of units) work.wanted.set(unit_index, attempt)
      if (work.manifest === undefined) work.waiting.push(...units)
      else cores.enqueue(work, work.manifest, units)
    },
    stop(requester, job, units) {
      const work = works.get(holdingKey(requester, job))
      if (work === undefined) return
      if (units === undefined) work.wanted.clear()
      else for (const unit of units) work.wanted.delete(unit)
      cores.abortUnwanted(work)
    },
    release(requester, job) {
      const key = holdingKey(requester, job)
      const work = works.get(key)
      works.delete(key)
      if (work !== undefined && requester !== dependencies.me) dependencies.dropBlobs(work.outputs)
    },
  }
}

/** Collects the receipts of units that end close together. A unit that is not wanted any longer has none. */
function createReporter({ after, ran }: Pick<ExecutorDependencies, 'after' | 'ran'>) {
  return (work: HoldingWork, unit: number, outcome: ExecutionReceipt['outcome']): void => {
    const attempt = work.wanted.get(unit)
    if (attempt === undefined) return
    work.wanted.delete(unit)
    work.finished.push({ unit_index: unit, attempt, outcome })
    if (work.isFlushDue) return
    work.isFlushDue = true
    after(COALESCE_MS, () => {
      work.isFlushDue = false
      const receipts = work.finished
      work.finished = []
      ran(work.requester, work.job, receipts)
    })
  }
}

/** The outcome of a task whose time on its core is over, for its receipt; keeps an output that is not sent inline. */
function endOf(
  { work, manifest, unit, startedAtMs }: UnitTask,
  dependencies: ExecutorDependencies,
): ExecutionReceipt['outcome'] | undefined {
  const outcome = outcomeOf(dependencies, manifest, unit)
  if (outcome === undefined) return undefined
  if ('kind' in outcome) return { kind: 'fault', fault: outcome }
  const { cid, bytes, fuel } = outcome
  const isInline = manifest.params['inline'] === true
  if (!isInline) {
    dependencies.keepBlob(cid)
    work.outputs.push(cid)
  }
  const wall_ms = dependencies.nowMs() - startedAtMs
  const metrics = {
    wall_ms,
    cpu_ms: wall_ms,
    peak_memory_bytes: 1 << 20,
    input_bytes: 0,
    output_bytes: bytes.byteLength,
    fuel,
  }
  return { kind: 'output', cid, metrics, ...(isInline ? { inline: bytes } : {}) }
}
