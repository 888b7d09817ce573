import type { RoundPhase } from '../protocol/result.ts'
import { holdingBookOf } from './provider/holding-book.ts'
import { isUnderWay, type JobState } from './requester/slice.ts'
import { openCount } from './requester/unit-book.ts'
import { sharedSlots } from './sharing/shared-slots.ts'
import type { PeerState } from './state.ts'

/** Jobs that one round state names: as many own ones, and as many that are held for others. */
const ACTIVE_JOBS_MAX = 64

/** The phases of document 000 that are under way at this moment, in its order: events drive them, so several may be. */
export function phasesOf(state: PeerState, nowMs: number): RoundPhase[] {
  const jobs = [...state.requester.jobs.values()].filter(isUnderWay)
  const isUnder: Readonly<Record<RoundPhase, boolean>> = {
    commit: jobs.length > 0 || sharedSlots(state, nowMs).length > 0,
    allocate: state.view.ownOffers.some(({ units }) => units > 0) || jobs.some((job) => openCount(job) > 0),
    execute: [...state.provider.holdings.values()].some((holding) => holdingBookOf(holding).queued.size > 0),
    verify: jobs.some(awaitsVerdicts),
  }
  return PHASES.filter((phase) => isUnder[phase])
}

const PHASES = ['commit', 'allocate', 'execute', 'verify'] as const satisfies readonly RoundPhase[]

/** Whether units of a job were given to peers and have no verdict, or an agreed output is not here. */
function awaitsVerdicts(job: JobState): boolean {
  const touched = job.units.size + (job.archived?.count ?? 0)
  return touched > job.verified || job.verified > job.stored
}

/** The jobs in which this peer takes part (document 000): own ones that run, and those it holds units of for others. */
export function activeJobs({ me, requester, provider }: PeerState): string[] {
  const own = [...requester.jobs.values()].filter(({ status }) => status.state === 'running')
  const held = [...provider.holdings.values()].filter((holding) => holding.requester !== me)
  const named = [
    ...own.slice(0, ACTIVE_JOBS_MAX).map(({ manifest }) => manifest.job_id),
    ...held.slice(0, ACTIVE_JOBS_MAX).map(({ job }) => job),
  ]
  // Two requesters may call their jobs the same.
  return [...new Set(named)]
}
