import type { CandidateOutput } from '../../peer/effect.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { Runner } from '../../ports/runner.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { Seal } from '../../protocol/job-key.ts'
import { COMPARING_PIN, comparingPin } from '../blobs/blob-rights.ts'
import {
  bringCandidate,
  pause,
  type CandidateFetchDependencies,
  type ComparedUnit,
} from './candidate-fetch.ts'
import { compareCandidates } from './compare-run.ts'
import { retryMs } from './missing-output.ts'

/** Units whose outputs are fetched or compared at once: a slow provider holds up few others. */
const UNITS_MAX = 64

/** Has the outputs of own units compared: fetches them, runs the comparing here, and tells the brain which are alike. */
export interface Comparing {
  /** Lets go of what was kept for comparings of an earlier run, which are asked for again. */
  begin(): void
  /** The outputs of a unit are to be compared, as they are when its turn comes. */
  compare(job: JobId, unit: number): void
  /** Ends the comparings of a job that is over. */
  stop(job: JobId): void
  /** Why comparings of a job do not go on, if it is for this machine. */
  troubleOf(job: JobId): Fault | undefined
}

/** The ports and functions that comparings use. */
export interface ComparingDependencies extends CandidateFetchDependencies {
  /** This peer's own: no other peer's units wait for it. */
  readonly runner: Runner
  readonly jobOf: (job: JobId) => JobState | undefined
  /** The outputs of a unit that are to be compared now; none when that is wanted no longer. */
  readonly wanted: (job: JobState, unit: number) => readonly CandidateOutput[]
  /** By what an output is sealed, of an encrypted job. @throws FaultError `storage-failed` when its key is lost */
  readonly sealOf: (job: JobId, unit: number) => Seal | undefined
  readonly signal: AbortSignal
}

/** A unit whose outputs wait to be compared, or are. */
interface Waiting {
  readonly job: JobId
  readonly unit: number
  readonly stopping: AbortController
  /** Whether it was asked for again meanwhile: there may be more outputs. */
  isAskedAgain: boolean
  tries: number
}

/** Creates it. */
export function createComparing(dependencies: ComparingDependencies): Comparing {
  const { clock, blobs, runner, defects } = dependencies
  const units = new Map<string, Waiting>()
  const queue: Waiting[] = []
  const troubles = new Map<JobId, Fault>()
  const cores = createSemaphore(() => Math.max(1, runner.concurrency))
  let running = 0

  function next(): void {
    while (running < UNITS_MAX) {
      const waiting = queue.shift()
      if (waiting === undefined) return
      running++
      void attend(waiting)
        .catch(defects.ignoreFaults(`comparing outputs of ${waiting.job}`))
        .finally(() => {
          running--
          next()
        })
    }
  }

  /** Compares as often as there are other outputs than before. */
  async function attend(waiting: Waiting): Promise<void> {
    const { job, unit, stopping } = waiting
    const signal = AbortSignal.any([dependencies.signal, stopping.signal])
    const owner = comparingPin(job, unit)
    waiting.isAskedAgain = true
    try {
      while (waiting.isAskedAgain && !signal.aborted) {
        waiting.isAskedAgain = false
        const trouble = (fault: Fault | undefined): void => setTrouble(job, fault)
        await compareNow(dependencies, cores, { job, unit, owner, signal, trouble })
      }
    } catch (error) {
      if (!signal.aborted) {
        await tryLater(waiting, signal, error)
        return
      }
    } finally {
      if (!dependencies.signal.aborted) blobs.unpin(owner)
    }
    if (units.get(keyOf(job, unit)) === waiting) units.delete(keyOf(job, unit))
  }

  /** This machine could not compare: that is no peer's fault. */
  async function tryLater(waiting: Waiting, signal: AbortSignal, error: unknown): Promise<void> {
    const { job } = waiting
    setTrouble(job, defects.faultOf(error, `comparing outputs of ${job}`))
    waiting.tries++
    await pause(clock, retryMs(waiting.tries), signal)
    queue.push(waiting)
  }

  function setTrouble(job: JobId, fault: Fault | undefined): void {
    if (fault === undefined) troubles.delete(job)
    else troubles.set(job, fault)
  }

  return {
    begin() {
      for (const owner of blobs.owned(COMPARING_PIN)) blobs.unpin(owner)
    },
    compare(job, unit) {
      const known = units.get(keyOf(job, unit))
      if (known !== undefined && !known.stopping.signal.aborted) {
        known.isAskedAgain = true
        return
      }
      const waiting = { job, unit, stopping: new AbortController(), isAskedAgain: false, tries: 0 }
      units.set(keyOf(job, unit), waiting)
      queue.push(waiting)
      next()
    },
    stop(job) {
      troubles.delete(job)
      for (const waiting of units.values()) if (waiting.job === job) waiting.stopping.abort()
    },
    troubleOf: (job) => troubles.get(job),
  }
}

/** Fetches the outputs of a unit, compares them, and tells the brain; nothing where that is wanted no longer. */
async function compareNow(
  dependencies: ComparingDependencies,
  cores: Semaphore,
  unit: Omit<ComparedUnit, 'seal'>,
): Promise<void> {
  const { clock, blobs, runner, dispatch } = dependencies
  const { job: job_id, unit: unit_index, owner, signal, trouble } = unit
  const job = dependencies.jobOf(job_id)
  const candidates = job === undefined ? [] : dependencies.wanted(job, unit_index)
  if (job === undefined || candidates.length === 0) return
  const cids = candidates.map(({ cid }) => cid)
  blobs.pin(cids, owner)
  const seal = dependencies.sealOf(job_id, unit_index)
  const here = await Promise.all(
    candidates.map((one) => bringCandidate(dependencies, { ...unit, seal }, one)),
  )
  // The brain asks anew, for what is left, when one does not come.
  if (here.includes(false) || signal.aborted) return
  const compared = await cores.hold(() =>
    compareCandidates({ runner, blobs, signal }, { manifest: job.manifest, unit: unit_index, cids, seal }),
  )
  trouble(undefined)
  await dispatch({ kind: 'outputs-compared', at_ms: clock.nowMs(), job_id, unit_index, ...compared })
}

function keyOf(job: JobId, unit: number): string {
  return `${job}/${unit}`
}

/** Lets so much work go on at a time. */
interface Semaphore {
  hold<T>(work: () => Promise<T>): Promise<T>
}

function createSemaphore(permits: () => number): Semaphore {
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    async hold(work) {
      while (taken >= permits()) await new Promise<void>((resolve) => waiting.push(resolve))
      taken++
      try {
        return await work()
      } finally {
        taken--
        waiting.shift()?.()
      }
    },
  }
}
