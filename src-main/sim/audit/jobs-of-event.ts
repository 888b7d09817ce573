import type { DurableEvent } from '../../peer/event.ts'
import type { JobId } from '../../protocol/ids.ts'

/** The requester's jobs that a durable event may have changed. */
export function jobsOf(event: DurableEvent): JobId[] {
  switch (event.kind) {
    case 'job-submitted':
      return [event.manifest.job_id]
    case 'awards-issued':
      return event.awards.map((award) => award.job_id)
    case 'attempts-lost':
      return event.lost.map((loss) => loss.job_id)
    case 'job-cancelled':
    case 'job-paused':
    case 'job-resumed':
    case 'award-refused':
    case 'results-received':
    case 'hand-back-received':
    case 'outputs-stored':
    case 'outputs-compared':
    case 'output-unavailable':
      return [event.job_id]
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
