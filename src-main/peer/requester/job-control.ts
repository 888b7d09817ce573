import type { PeerId } from '../../protocol/ids.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import { isWithdrawn, withdrawnStatus } from './given-up.ts'
import { noteJob, noteUnits } from './job-notices.ts'
import { isUnderWay, redundancyOf, type JobState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { wasReady } from './unit.ts'
import { refreshUnit } from './unit-book.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * Pauses a job: its running units are taken back, without blame. Results returned while the pause message was in
 * transit are not lost: they are requested first on resume.
 */
export function pauseJob(state: PeerState, event: Of<'job-paused'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job?.status.state !== 'running') return []
  job.status = { state: 'paused', sinceMs: event.at_ms }
  const holders = new Set<PeerId>()
  const changed = new Set<number>()
  for (const [index, unit] of job.units) {
    for (const attempt of unit.attempts) {
      if (attempt.status.state !== 'awarded') continue
      attempt.status = withdrawnStatus(attempt, wasReady(unit, attempt))
      holders.add(attempt.peer)
      changed.add(index)
    }
    refreshUnit(job, index)
  }
  noteJob(state, job)
  noteUnits(state, job, [...changed])
  return [
    ...[...holders].map((to): Effect => ({ kind: 'send-withdraw', to, job: event.job_id })),
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/** The user wants a paused job to go on. */
export function resumeJob(state: PeerState, event: Of<'job-resumed'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job?.status.state !== 'paused') return []
  job.pausedMs += Math.max(0, event.at_ms - job.status.sinceMs)
  job.status = { state: 'running' }
  // The pause does not age units: it must not make them accept peers of poor standing.
  job.progressAtMs = event.at_ms
  noteJob(state, job)
  return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
}

/** The user says which of the own jobs goes first, for units that are not given out yet. */
export function setJobPriority(state: PeerState, event: Of<'job-priority-set'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined || !isUnderWay(job)) return []
  job.priority = event.priority
  noteJob(state, job)
  return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
}

/** Whether a job's user may have each of its open units computed by only so many peers: fewer, and as many as its policy asks. */
export function mayLowerTo(job: JobState, redundancy: number): boolean {
  return (
    isUnderWay(job) &&
    redundancy < redundancyOf(job) &&
    redundancy >= Math.max(1, job.verification.redundancy_min)
  )
}

/** The user wants fewer peers to compute each open unit, since too few are there. */
export function lowerRedundancy(state: PeerState, event: Of<'job-redundancy-lowered'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined || !mayLowerTo(job, event.redundancy)) return []
  job.lowered = { redundancy: event.redundancy, atMs: event.at_ms }
  for (const index of job.units.keys()) refreshUnit(job, index)
  noteJob(state, job)
  return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
}

/** After a restart: peers from which a paused job was taken back, and which may not have heard of it. */
export function withdrawAgain(job: JobState): Effect[] {
  const holders = new Set<PeerId>()
  for (const { attempts, verified } of job.units.values()) {
    if (verified !== undefined) continue
    for (const { peer, status } of attempts) {
      if (status.state === 'void' && isWithdrawn(status) && !status.ready) holders.add(peer)
    }
  }
  return [...holders].map((to): Effect => ({ kind: 'send-withdraw', to, job: job.manifest.job_id }))
}
