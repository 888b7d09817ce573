import { encodeEndedJob, encodeUnits } from '../../peer/requester/archive-codec.ts'
import { finalUnits } from '../../peer/requester/archiving.ts'
import { isUnderWay, type JobState, type UnitState } from '../../peer/requester/slice.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import { HISTORY_BLOCK_UNITS, type History } from '../../ports/history.ts'
import type { Defects } from '../defects.ts'
import { placeOf } from './job-records.ts'

/** How many ended jobs stay in the state at most … */
const ENDED_KEPT_MAX = 64
/** … and for how long: late results and pictures still ask for them. */
const ENDED_KEPT_MS = 60_000
/** A job under way keeps so many of its final units in the state at most: some 10 MB. */
const FINAL_KEPT_MAX = 8_192
/** Units that are moved in one go: encoding them takes some ten milliseconds. */
const UNITS_TOGETHER = 1_024

/** Moves ended jobs, and final units of large ones, from the state to the history (P13). */
export interface JobArchiver {
  /** Moves what is due. Cheap where nothing is. */
  look(): void
  /** Ended jobs for which this holds stay in the state: something is to follow them. */
  keepWhile(isNeeded: (job: JobState) => boolean): void
}

/** The ports and functions that the archiver uses. */
export interface JobArchiverDependencies {
  readonly state: PeerState
  readonly history: History
  readonly clock: Clock
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly defects: Defects
  readonly signal: AbortSignal
}

/**
 * Creates the archiver. The history has a thing before the state lets go of it: after a crash in between it is moved once
 * more, which changes nothing.
 */
export function createJobArchiver(dependencies: JobArchiverDependencies): JobArchiver {
  const { state, history, clock, dispatch, defects, signal } = dependencies
  const needed: ((job: JobState) => boolean)[] = []
  let isMoving = false

  function* due(): Generator<JobState, void, void> {
    const { jobs } = state.requester
    const ended = [...jobs.values()]
      .filter((job) => !isUnderWay(job) && !needed.some((isNeeded) => isNeeded(job)))
      .toSorted((a, b) => endedAtMs(a) - endedAtMs(b))
    const dueBeforeMs = clock.nowMs() - ENDED_KEPT_MS
    for (const [at, job] of ended.entries()) {
      if (at < ended.length - ENDED_KEPT_MAX || endedAtMs(job) <= dueBeforeMs) yield job
    }
    for (const job of jobs.values()) {
      if (isUnderWay(job) && job.stored - (job.archived?.count ?? 0) >= FINAL_KEPT_MAX) yield job
    }
  }

  async function move(): Promise<void> {
    for (const job of [...due()]) {
      while (isHere(job) && isLarge(job)) await moveUnits(job)
      if (isHere(job) && !isUnderWay(job)) await moveJob(job)
    }
  }

  /** Whether a job can still be moved: it may have been removed meanwhile. */
  function isHere(job: JobState): boolean {
    return !signal.aborted && state.requester.jobs.get(job.manifest.job_id) === job
  }

  /** Whether more units are to be moved before the rest, if it has ended, can be moved at once. */
  function isLarge(job: JobState): boolean {
    return isUnderWay(job)
      ? job.stored - (job.archived?.count ?? 0) >= UNITS_TOGETHER
      : job.units.size > UNITS_TOGETHER
  }

  async function moveUnits(job: JobState): Promise<void> {
    const units = finalUnits(job, UNITS_TOGETHER)
    const { job_id } = job.manifest
    putUnits(job, units)
    await dispatch({ kind: 'units-archived', at_ms: clock.nowMs(), job_id, units })
  }

  async function moveJob(job: JobState): Promise<void> {
    const { job_id } = job.manifest
    putUnits(job, [...job.units.keys()])
    history.putJob(placeOf(job), encodeEndedJob(job))
    await dispatch({ kind: 'job-archived', at_ms: clock.nowMs(), job_id })
  }

  function putUnits(job: JobState, indices: readonly number[]): void {
    const blocks = new Map<number, Map<number, UnitState>>()
    for (const index of indices) {
      const unit = job.units.get(index)
      if (unit === undefined) continue
      const at = Math.floor(index / HISTORY_BLOCK_UNITS)
      const block = blocks.get(at) ?? new Map<number, UnitState>()
      blocks.set(at, block.set(index, unit))
    }
    const encoded = new Map<number, Uint8Array>()
    for (const [at, units] of blocks) encoded.set(at, encodeUnits(units))
    if (encoded.size > 0) history.putUnits(job.manifest.job_id, encoded)
  }

  return {
    look() {
      if (isMoving || due().next().done === true) return
      isMoving = true
      move()
        .catch(defects.ignoreFaults('moving ended jobs to the history'))
        .finally(() => (isMoving = false))
    },
    keepWhile: (isNeeded) => void needed.push(isNeeded),
  }
}

function endedAtMs({ status }: JobState): number {
  return 'atMs' in status ? status.atMs : 0
}
