import { comparesExactly } from '../../protocol/comparator.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { COMPARED_OUTPUTS_MAX } from '../../protocol/likeness.ts'
import type { CandidateOutput, Effect } from '../effect.ts'
import { quorumOfJob, type JobState, type UnitState } from './slice.ts'

/** The outputs that a unit has, each once, in the order of the awards, with the peers that returned them. */
function candidatesOf({ attempts }: UnitState): CandidateOutput[] {
  const byCid = new Map<Cid, { cid: Cid; from: PeerId[]; inline?: Uint8Array }>()
  for (const { peer, status } of attempts) {
    if (status.state !== 'returned') continue
    const candidate = byCid.get(status.cid) ?? { cid: status.cid, from: [] }
    candidate.from.push(peer)
    if (status.inline !== undefined) candidate.inline ??= status.inline
    byCid.set(status.cid, candidate)
  }
  return [...byCid.values()]
}

/**
 * Those that are compared: the first, as many as one comparing takes. More differ only where far more peers lie than a
 * quorum has.
 */
function comparedAmong(unit: UnitState): CandidateOutput[] {
  return candidatesOf(unit).slice(0, COMPARED_OUTPUTS_MAX)
}

/**
 * Whether a unit has outputs of which it is not known yet whether they are alike: there is no verdict before that is
 * known, since one that is like the winner must not be taken for wrong. Equal outputs need no comparing.
 */
export function awaitsComparing({ manifest }: Pick<JobState, 'manifest'>, unit: UnitState): boolean {
  if (comparesExactly(manifest.comparator) || unit.verified !== undefined) return false
  const candidates = comparedAmong(unit)
  const known = unit.compared?.likeness.candidates ?? []
  return candidates.length > 1 && candidates.some(({ cid }) => !known.includes(cid))
}

/** Whether as many outputs of a unit are compared as can be, so that one more would not be heard. */
export function isFull(job: Pick<JobState, 'manifest'>, unit: UnitState): boolean {
  if (comparesExactly(job.manifest.comparator) || awaitsComparing(job, unit)) return false
  return candidatesOf(unit).length >= COMPARED_OUTPUTS_MAX
}

/**
 * The outputs of a unit that are to be compared now: all that it has, as soon as so many peers have returned one that they
 * may be a quorum. None where nothing is to be compared.
 */
export function outputsToCompare(job: JobState, index: number): readonly CandidateOutput[] {
  const unit = job.units.get(index)
  if (job.status.state !== 'running' || unit === undefined || !awaitsComparing(job, unit)) return []
  return votersOf(unit).size < quorumOfJob(job) ? [] : comparedAmong(unit)
}

/** The peers that have returned an output of a unit. */
export function votersOf({ attempts }: UnitState): ReadonlySet<PeerId> {
  return new Set(attempts.flatMap(({ peer, status }) => (status.state === 'returned' ? [peer] : [])))
}

/** Asks for the comparing of those of these units that wait for it. */
export function compareOutputs(job: JobState, indices: Iterable<number>): Effect[] {
  const effects: Effect[] = []
  for (const unit of indices) {
    const candidates = outputsToCompare(job, unit)
    if (candidates.length > 0)
      effects.push({ kind: 'compare-outputs', job: job.manifest.job_id, unit, candidates })
  }
  return effects
}
