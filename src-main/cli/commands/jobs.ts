import { InvalidArgumentError, type Command } from 'commander'
import type { FollowingJob, JobStatus, JobSummary, ResultFile, UnitConsensus } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import { JobId } from '../../protocol/ids.ts'
import { JOB_UNITS_MAX } from '../../protocol/limits.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { UnitIndex } from '../../protocol/work.ts'
import { numberBetween } from '../options/arguments.ts'
import { interruptible } from '../cancellation.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { lateText } from '../options/placement-options.ts'
import { createProgressLine } from '../output/progress-line.ts'
import { openResultFile, resultFormat, saveModuleResult, saveResult } from '../files/result-file.ts'
import { factsText, tableText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { durationText, fuelText } from '../output/units-text.ts'

/** Commands on jobs: to list and follow them, to save results, to pause, order, end and remove them. */
export function jobCommands(terminal: Terminal): Command[] {
  return [
    newCommand('list-jobs', 'list this peer’s jobs, newest first', 'meshctl list-jobs').action(
      async (options: CommonOptions) => {
        const jobs = await withPeer(options, (calls) => calls.jobs.list())
        print(terminal, options, jobs, () => jobsText(jobs))
      },
    ),
    newCommand('job-status', 'show how far a job has come', 'meshctl job-status render-k3vx8m2q --watch')
      .argument('<id>', 'the job', jobId)
      .option('--watch', 'stay until the job ends')
      .action(async (job_id: JobId, options: CommonOptions & { watch?: boolean }) => {
        const status = await withPeer(options, (calls) =>
          options.watch === true ? followJob(terminal, calls, job_id) : calls.jobs.status({ job_id }),
        )
        print(terminal, options, status, () => statusText(status))
        if (options.watch === true) mustBeDone(status)
      }),
    newCommand(
      'job-result',
      'save the picture of a render, or the outputs of a module',
      'meshctl job-result render-k3vx8m2q --out a.png',
    )
      .argument('<id>', 'the job', jobId)
      .requiredOption(
        '--out <file>',
        'where it goes: a .png or .exr file for a picture, any file for outputs',
      )
      .action(async (job_id: JobId, options: CommonOptions & { out: string }) => {
        const file = await openResultFile(options.out)
        const fetch = async (calls: ApiCalls): Promise<ResultFile> => {
          const { algorithm } = await calls.jobs.status({ job_id })
          return algorithm.id === moduleRules.id
            ? saveModuleResult(calls, job_id, file)
            : saveResult(calls, job_id, resultFormat(options.out), file)
        }
        const save = (signal: AbortSignal): Promise<ResultFile> => withPeer(options, fetch, signal)
        const result = await interruptible(() => 'interrupted; nothing was saved', save).finally(() =>
          file.discard(),
        )
        print(terminal, options, { ...result, file: options.out }, () => `${options.out}\n`)
      }),
    newCommand(
      'job-consensus',
      'show who returned what for one unit',
      'meshctl job-consensus render-k3vx8m2q 12',
    )
      .argument('<id>', 'the job', jobId)
      .argument('<unit>', 'the unit’s index, from 0', unitIndex)
      .action(async (job_id: JobId, unit_index: number, options: CommonOptions) => {
        const consensus = await withPeer(options, (calls) => calls.jobs.consensus({ job_id, unit_index }))
        print(terminal, options, consensus, () => consensusText(consensus))
      }),
    newCommand('job-pause', 'let nobody work on a job for now', 'meshctl job-pause render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.pause({ job_id }))
        print(terminal, options, { job_id, state: 'paused' }, () => `${job_id} is paused\n`)
      }),
    newCommand('job-resume', 'go on with a paused job', 'meshctl job-resume render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.resume({ job_id }))
        print(terminal, options, { job_id, state: 'running' }, () => `${job_id} goes on\n`)
      }),
    newCommand('job-priority', 'say which job goes first', 'meshctl job-priority render-k3vx8m2q 0.8')
      .argument('<id>', 'the job', jobId)
      .argument('<priority>', 'from 0 to 1; 0.5 unless told otherwise', numberBetween(0, 1))
      .action(async (job_id: JobId, priority: number, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.setPriority({ job_id, priority }))
        print(terminal, options, { job_id, priority }, () => `${job_id} has priority ${priority}\n`)
      }),
    newCommand('cancel-job', 'end a running or paused job', 'meshctl cancel-job render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.cancel({ job_id }))
        print(terminal, options, { job_id, state: 'cancelled' }, () => `${job_id} is cancelled\n`)
      }),
    newCommand('remove-job', 'forget an ended job and its result', 'meshctl remove-job render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.remove({ job_id }))
        print(terminal, options, { job_id, removed: true }, () => `${job_id} is removed\n`)
      }),
  ]
}

/** Follows a job to its end, with a progress line where there is a screen. @returns its last status */
export async function followJob(terminal: Terminal, calls: ApiCalls, job_id: JobId): Promise<JobStatus> {
  const line = createProgressLine(terminal, job_id)
  let last: JobStatus | undefined
  try {
    for await (const status of await calls.jobs.watch({ job_id })) {
      last = status
      line.draw(status.verified / status.units, progressNote(status))
    }
  } finally {
    line.clear()
  }
  return last === undefined || last.state.kind === 'running' || last.state.kind === 'paused'
    ? refuse('unreachable', `the peer stopped before ${job_id} was done`)
    : last
}

/** Ends the command with the fault of the job, or of the one that combines its outputs, unless both went well. */
export function mustBeDone({ job_id, state, reduced_by }: JobStatus): void {
  for (const job of [{ job_id, state }, ...(reduced_by === undefined ? [] : [reduced_by])]) {
    if (job.state.kind === 'failed') throw new FaultError(job.state.fault)
    if (job.state.kind !== 'done') refuse('cancelled', `${job.job_id} is ${job.state.kind}`)
  }
}

/** All that a person wants to know of a job. */
export function statusText(status: JobStatus): string {
  const facts: [string, string][] = [
    ['job', `${status.job_id}: ${status.description}`],
    ['state', stateText(status)],
    ['units', `${status.verified} of ${status.units} verified, ${status.redundancy} peers each`],
    ...(status.encrypted === true
      ? [['encrypted', 'only those who compute it can read it'] as [string, string]]
      : []),
    ['rejected', `${status.rejected_outputs} outputs, ${status.retried} attempts made again`],
    ['time', timeText(status)],
  ]
  const { fuel, reduced_by: reduce, deadline_ms: deadline, deadline_at_risk: risk } = status
  if (deadline !== undefined) {
    const late = risk === undefined ? '' : `, ${lateText(risk, deadline)}`
    facts.push(['deadline', `${new Date(deadline).toLocaleString()}${late}`])
  }
  if (fuel !== undefined) facts.push(['fuel', `${fuelText(fuel)} units, each peer’s the same`])
  if (reduce !== undefined) facts.push(['reduced by', `${reduce.job_id}: ${stateText(reduce)}`])
  if (status.waiting !== undefined) facts.push(['waiting', status.waiting.message])
  const ranOut = status.by_peer.some(({ timed_out = 0 }) => timed_out > 0)
  const rows = status.by_peer.map((share) => [
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
  const shares = tableText(fuel === undefined ? headings : [...headings, 'fuel'], rows)
  return factsText(facts) + (rows.length === 0 ? '' : `\n${shares}`)
}

function stateText({ state }: Pick<JobSummary, 'state'> | FollowingJob): string {
  if (state.kind === 'failed') return `failed: ${state.fault.message}`
  return state.kind === 'paused' ? `paused since ${new Date(state.since_ms).toLocaleString()}` : state.kind
}

function timeText({ wall_ms, left_ms_estimate, estimated_ms }: JobSummary): string {
  const left = left_ms_estimate === undefined ? '' : `, about ${durationText(left_ms_estimate)} left`
  const estimated = estimated_ms === undefined ? '' : `, ${durationText(estimated_ms)} estimated`
  return `${durationText(wall_ms)}${left}${estimated}`
}

function progressNote(status: JobStatus): string {
  const note = status.state.kind === 'paused' ? 'paused' : (status.waiting?.message ?? timeText(status))
  return `${status.verified}/${status.units}  ${note}`
}

function jobsText(jobs: readonly JobSummary[]): string {
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

function consensusText(consensus: UnitConsensus): string {
  const { work_unit_id, consensus_result, consensus_fuel, agreement_count, total_verifiers } = consensus
  const agreed = consensus_result ?? 'not yet'
  const isRight = ({ verification_hash, fuel }: UnitConsensus['results'][number]): boolean =>
    verification_hash === consensus_result && fuel === consensus_fuel
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

function unitIndex(text: string): number {
  const parsed = UnitIndex.safeParse(text.trim() === '' ? NaN : Number(text))
  if (!parsed.success)
    throw new InvalidArgumentError(`a whole number from 0 to ${JOB_UNITS_MAX - 1}, please.`)
  return parsed.data
}

function jobId(text: string): JobId {
  const parsed = JobId.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('a job id, please, as `meshctl list-jobs` shows it.')
  return parsed.data
}
