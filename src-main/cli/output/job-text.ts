import {
  groupName,
  groupState,
  groupWallMs,
  jobGroups,
  timeLeftOf,
  type FollowingJob,
  type JobGroup,
  type JobStatus,
  type JobSummary,
  type UnitConsensus,
} from '#contract'
import { comparatorText } from './comparator-text.ts'
import { lateText } from '../options/placement-options.ts'
import { factsText, tableText, type Fact } from './table.ts'
import { durationText, fuelText } from './units-text.ts'

/** A job for people: facts, then the share of each peer. @param kindFacts facts that only jobs of its kind have */
export function statusText(status: JobStatus, kindFacts: readonly Fact[] = []): string {
  const facts = statusFacts(status, kindFacts)
  return factsText(facts) + (status.by_peer.length === 0 ? '' : `\n${sharesText(status)}`)
}

function statusFacts(status: JobStatus, kindFacts: readonly Fact[]): readonly Fact[] {
  const facts: Fact[] = [
    ['job', `${status.job_id}: ${status.description}`],
    ...kindFacts,
    ['state', stateText(status)],
    ['units', `${status.verified} of ${status.units} verified, ${status.redundancy} peers each`],
  ]
  if (status.encrypted === true) facts.push(['encrypted', 'only those who compute it can read it'])
  if (status.comparator !== undefined) facts.push(['compared', comparatorText(status.comparator)])
  facts.push(
    ['rejected', `${status.rejected_outputs} outputs, ${status.retried} attempts made again`],
    ['time', timeText(status)],
  )
  const { fuel, reduced_by: reduce, deadline_ms: deadline, deadline_at_risk: risk } = status
  if (deadline !== undefined) {
    const late = risk === undefined ? '' : `, ${lateText(risk, deadline)}`
    facts.push(['deadline', `${new Date(deadline).toLocaleString()}${late}`])
  }
  if (fuel !== undefined) facts.push(['fuel', `${fuelText(fuel)} units, each peer’s the same`])
  if (reduce !== undefined) facts.push(['reduced by', `${reduce.job_id}: ${stateText(reduce)}`])
  if (status.waiting !== undefined) facts.push(['waiting', status.waiting.message])
  return facts
}

function sharesText({ by_peer, fuel }: JobStatus): string {
  const ranOut = by_peer.some(({ timed_out = 0 }) => timed_out > 0)
  const rows = by_peer.map((share) => [
    share.is_self ? `${share.name} (this peer)` : share.name,
    `${share.verified_units}`,
    `${share.running_units}`,
    `${share.rejected}/${share.failed}/${share.expired}`,
    ...(ranOut ? [`${share.timed_out ?? 0}`] : []),
    durationText(share.cpu_ms),
    ...(fuel === undefined ? [] : [fuelText(share.fuel ?? 0)]),
  ])
  const outOfTime = ranOut ? ['out of time'] : []
  const headings = ['peer', 'verified', 'running', 'wrong/failed/late', ...outOfTime, 'cpu']
  return tableText(fuel === undefined ? headings : [...headings, 'fuel'], rows)
}

function stateText({ state }: Pick<JobSummary, 'state'> | FollowingJob): string {
  if (state.kind === 'failed') return `failed: ${state.fault.message}`
  return state.kind === 'paused' ? `paused since ${new Date(state.since_ms).toLocaleString()}` : state.kind
}

function timeText(job: JobSummary): string {
  const { wall_ms, estimated_ms } = job
  const timeLeft = timeLeftOf([job], Date.now())
  const left = timeLeft.kind === 'left' ? `, about ${durationText(timeLeft.ms)} left` : ''
  const estimated = estimated_ms === undefined ? '' : `, ${durationText(estimated_ms)} estimated`
  return `${durationText(wall_ms)}${left}${estimated}`
}

/** A job in progress, beside its bar. */
export function progressNote(status: JobStatus): string {
  const note = status.state.kind === 'paused' ? 'paused' : (status.waiting?.message ?? timeText(status))
  return `${status.verified}/${status.units}  ${note}`
}

/** Jobs in a table, an animation as one. */
export function jobsText(jobs: readonly JobSummary[]): string {
  if (jobs.length === 0) return 'no jobs\n'
  const rows = jobGroups(jobs).map((group) => [
    group.id,
    groupState(group.jobs).kind,
    verifiedText(group.jobs),
    durationText(groupWallMs(group.jobs)),
    groupText(group),
  ])
  return tableText(['job', 'state', 'verified', 'time', 'description'], rows)
}

function groupText(group: JobGroup): string {
  const [job] = group.jobs
  if (group.count === 1) return job?.description ?? ''
  const done = group.jobs.filter(({ state }) => state.kind === 'done').length
  return `${groupName(group)}, ${done} of ${group.jobs.length} frames done`
}

function verifiedText(jobs: readonly JobSummary[]): string {
  const sum = (numberOf: (job: JobSummary) => number): number =>
    jobs.reduce((total, job) => total + numberOf(job), 0)
  return `${sum(({ verified }) => verified)}/${sum(({ units }) => units)}`
}

/** An animation: where it stands as a whole, then each of its frames. */
export function animationText(frames: readonly JobSummary[]): string {
  const [group] = jobGroups(frames)
  if (group === undefined) return 'no jobs\n'
  const facts: Fact[] = [
    ['animation', `${group.id}: ${groupText(group)}`],
    ['state', stateText({ state: groupState(frames) })],
    ['units', `${verifiedText(frames)} verified`],
    ['time', durationText(groupWallMs(frames))],
  ]
  return `${factsText(facts)}\n${framesText(frames)}`
}

/** Jobs in a table, each frame for itself. */
export function framesText(jobs: readonly JobSummary[]): string {
  if (jobs.length === 0) return 'no jobs\n'
  const rows = jobs.map((job) => [
    job.job_id,
    job.state.kind,
    `${job.verified}/${job.units}`,
    durationText(job.wall_ms),
    job.description,
  ])
  return tableText(['job', 'state', 'verified', 'time', 'description'], rows)
}

type Result = UnitConsensus['results'][number]

/** The results of one unit, and the peers that could not compute it. */
export function consensusText(consensus: UnitConsensus): string {
  const { work_unit_id, consensus_result, consensus_fuel, agreement_count, total_verifiers } = consensus
  const { alike = [] } = consensus
  const agreed = consensus_result ?? 'not yet'
  const isRight = ({ computed_by_peer, verification_hash, fuel }: Result): boolean =>
    alike.includes(computed_by_peer) || (verification_hash === consensus_result && fuel === consensus_fuel)
  const facts = factsText([
    ['unit', work_unit_id],
    ['agreed on', `${agreed}, ${agreement_count} of ${total_verifiers}`],
    ...(consensus_fuel === undefined ? [] : [['fuel', `${fuelText(consensus_fuel)} units`] as const]),
  ])
  const rows = consensus.results.map((result) => [
    result.computed_by_peer,
    result.verification_hash,
    result.fuel === undefined ? '-' : fuelText(result.fuel),
    consensus_result === undefined ? '' : isRight(result) ? 'right' : 'wrong',
  ])
  const results = rows.length === 0 ? '' : `\n${tableText(['peer', 'output', 'fuel', ''], rows)}`
  const failed = consensus.faults.map(({ peer_id, fault }) => [peer_id, fault.kind, fault.message])
  const faults = failed.length === 0 ? '' : `\n${tableText(['peer', 'failed', ''], failed)}`
  return `${facts}${results}${faults}`
}
