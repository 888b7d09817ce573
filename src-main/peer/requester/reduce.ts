import { archiveJob, archiveUnits } from './archiving.ts'
import { lowerRedundancy, pauseJob, resumeJob, setJobPriority } from './job-control.ts'
import type { Effect } from '../effect.ts'
import {
  cancelJob,
  issueAwards,
  loseAttempts,
  refuseAward,
  removeJob,
  submitJob,
  takeBack,
} from './requester.ts'
import { deliverVerdict } from './verdicts.ts'
import {
  judgeLowered,
  judgeResumed,
  missOutput,
  receiveResults,
  storeLikeness,
  storeOutputs,
} from './results.ts'
import type { PeerState } from '../state.ts'
import type { RequesterEvent } from './events.ts'

/** Changes own jobs by an event. @returns what is to be done about it */
export function reduceRequester(state: PeerState, event: RequesterEvent): Effect[] {
  switch (event.kind) {
    case 'job-submitted':
      return submitJob(state, event)
    case 'job-cancelled':
      return cancelJob(state, event)
    case 'job-paused':
      return pauseJob(state, event)
    case 'job-resumed':
      return [...resumeJob(state, event), ...judgeResumed(state, event)]
    case 'job-priority-set':
      return setJobPriority(state, event)
    case 'job-redundancy-lowered':
      return [...lowerRedundancy(state, event), ...judgeLowered(state, event)]
    case 'job-removed':
      return removeJob(state, event)
    case 'units-archived':
      return archiveUnits(state, event)
    case 'job-archived':
      return archiveJob(state, event)
    case 'awards-issued':
      return issueAwards(state, event)
    case 'award-refused':
      return refuseAward(state, event)
    case 'results-received':
      return receiveResults(state, event)
    case 'attempts-lost':
      return loseAttempts(state, event)
    case 'hand-back-received':
      return takeBack(state, event)
    case 'outputs-stored':
      return storeOutputs(state, event)
    case 'outputs-compared':
      return storeLikeness(state, event)
    case 'output-unavailable':
      return missOutput(state, event)
    case 'verdict-delivered':
      return deliverVerdict(state, event)
  }
}
