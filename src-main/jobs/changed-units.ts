import type { PeerEvent } from '../peer/event.ts'
import type { JobState } from '../peer/requester/slice.ts'

/** Units of a job that changed: these, or perhaps any. */
export type ChangedUnits = ReadonlySet<number> | 'any'

/**
 * Which units of an own job events are about, so that a job of 10,000 units is not looked through for each of them. If
 * an event also changes units that it does not name, those changes are recorded as events of their own.
 */
export function changedUnits(events: readonly PeerEvent[], job: JobState): ChangedUnits {
  const changed = new Set<number>()
  for (const event of events) {
    const some = unitsOf(event, job)
    if (some === 'any') return 'any'
    for (const index of some) changed.add(index)
  }
  return changed
}

function unitsOf(event: PeerEvent, job: JobState): Iterable<number> | 'any' {
  const { job_id } = job.manifest
  switch (event.kind) {
    case 'awards-issued':
      return event.awards
        .filter((award) => award.job_id === job_id)
        .flatMap(({ units }) => units.map(({ unit_index }) => unit_index))
    case 'attempts-lost':
      return event.lost.flatMap((lost) => (lost.job_id === job_id ? [lost.unit_index] : []))
    case 'results-received':
      return event.job_id === job_id ? event.receipts.map(({ unit_index }) => unit_index) : []
    case 'hand-back-received':
      return event.job_id === job_id ? event.units.map(({ unit_index }) => unit_index) : []
    case 'outputs-stored':
      return event.job_id === job_id ? event.units : []
    case 'output-unavailable':
      return event.job_id === job_id ? [event.unit_index] : []
    case 'award-refused':
      return event.job_id === job_id ? unitsOfAward(job, event.award_id) : []
    case 'job-paused':
      return event.job_id === job_id ? 'any' : []
    default:
      return []
  }
}

function* unitsOfAward(job: JobState, awardId: string): Generator<number> {
  for (const [index, { attempts }] of job.units) {
    if (attempts.some((attempt) => attempt.awardId === awardId)) yield index
  }
}
