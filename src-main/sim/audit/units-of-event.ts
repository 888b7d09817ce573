import type { DurableEvent } from '../../peer/event.ts'
import type { JobId } from '../../protocol/ids.ts'

/** Units of an own job; all of them where they are not named. */
export interface OwnUnits {
  readonly job: JobId
  readonly units?: readonly number[]
}

/** The requester's jobs, and their units, that a durable event may have changed. */
export function ownUnitsOf(event: DurableEvent): OwnUnits[] {
  switch (event.kind) {
    case 'job-submitted':
      return [{ job: event.manifest.job_id }]
    case 'awards-issued':
      return event.awards.map(({ job_id: job, units }) => ({
        job,
        units: units.map(({ unit_index }) => unit_index),
      }))
    case 'attempts-lost':
      return event.lost.map(({ job_id: job, unit_index }) => ({ job, units: [unit_index] }))
    case 'job-cancelled':
    case 'job-paused':
    case 'job-resumed':
    case 'job-redundancy-lowered':
    case 'award-refused':
      return [{ job: event.job_id }]
    case 'results-received':
      return [{ job: event.job_id, units: event.receipts.map(({ unit_index }) => unit_index) }]
    case 'hand-back-received':
      return [{ job: event.job_id, units: event.units.map(({ unit_index }) => unit_index) }]
    case 'outputs-stored':
      return [{ job: event.job_id, units: event.units }]
    case 'outputs-compared':
    case 'output-unavailable':
      return [{ job: event.job_id, units: [event.unit_index] }]
    case 'started':
    case 'addresses-learned':
    case 'address-worked':
    case 'named':
    case 'policy-set':
    case 'availability-set':
    case 'lending-set':
    case 'sharing-paused':
    case 'sharing-resumed':
    case 'rules-set':
    case 'limits-set':
    case 'rule-overridden':
    case 'override-ended':
    case 'trust-set':
    case 'invited':
    case 'paired':
    case 'forgotten':
    case 'pair-requested':
    case 'pair-accepted':
    case 'pair-asked':
    case 'pair-ended':
    case 'blocked':
    case 'unblocked':
    case 'job-removed':
    case 'units-archived':
    case 'job-archived':
    case 'job-priority-set':
    case 'award-received':
    case 'units-ran':
    case 'results-delivered':
    case 'units-handed-back':
    case 'hand-back-delivered':
    case 'withdrawn':
    case 'settled':
    case 'verdict-delivered':
    case 'verdict-received':
      return []
  }
}
