import type { Command } from 'commander'
import { JOBS_PAGE_MAX, JOBS_SHOWN, type EvidencePage, type JobSummary, type SignedClaims } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { JobId } from '../../protocol/ids.ts'
import { REDUNDANCY_MAX } from '../../protocol/limits.ts'
import { COUNT_MAX } from '../../protocol/quantities.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { followJob, mustBeDone } from '../follow-job.ts'
import { kindFacts } from '../job-kinds/table.ts'
import { integerBetween, numberBetween } from '../options/arguments.ts'
import { jobId, unitIndex } from '../options/job-arguments.ts'
import { evidenceText } from '../output/evidence-text.ts'
import { animationText, consensusText, framesText, jobsText, statusText } from '../output/job-text.ts'
import type { Terminal } from '../output/terminal.ts'
import { jobResultCommand } from './job-result.ts'

/** Commands on jobs: to list and follow them, to save results, to pause, order, end and remove them. */
export function jobCommands(terminal: Terminal): Command[] {
  return [...lookingCommands(terminal), ...changingCommands(terminal)]
}

/** Commands that show jobs and save results, and change nothing. */
function lookingCommands(terminal: Terminal): Command[] {
  return [
    newCommand('list-jobs', 'list this peer’s jobs, newest first', 'meshctl list-jobs --limit 20')
      .option('--limit <jobs>', `how many at most (default: ${JOBS_SHOWN})`, integerBetween(1, COUNT_MAX))
      .option('--frames', 'a line for each frame of an animation')
      .action(async (options: CommonOptions & { limit?: number; frames?: boolean }) => {
        const jobs = await withPeer(options, (calls) => latestJobs(calls, options.limit ?? JOBS_SHOWN))
        print(terminal, options, jobs, () => (options.frames === true ? framesText(jobs) : jobsText(jobs)))
      }),
    newCommand('job-status', 'show how far a job has come', 'meshctl job-status render-k3vx8m2q --watch')
      .argument('<id>', 'the job', jobId)
      .option('--watch', 'stay until the job ends')
      .action(async (job_id: JobId, options: CommonOptions & { watch?: boolean }) => {
        const { status, frames } = await withPeer(options, async (calls) => {
          const ids = (await calls.jobs.frames({ job_id })).map((frame) => frame.job_id)
          let last = await calls.jobs.status({ job_id: ids[0] ?? job_id })
          for (const id of options.watch === true ? ids : []) {
            last = await followJob(terminal, calls, id)
            mustBeDone(last)
          }
          return { status: last, frames: ids.length < 2 ? [] : await calls.jobs.frames({ job_id }) }
        })
        if (frames.length > 0) print(terminal, options, { ...status, frames }, () => animationText(frames))
        else print(terminal, options, status, () => statusText(status, kindFacts(status)))
      }),
    jobResultCommand(terminal),
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
    newCommand(
      'job-evidence',
      'list what was signed about a job, and whether each signature holds',
      'meshctl job-evidence render-k3vx8m2q',
    )
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        const statements = await withPeer(options, (calls) => allEvidence(calls, job_id))
        print(terminal, options, statements, () => evidenceText(statements))
      }),
  ]
}

/** The latest jobs, page by page. */
async function latestJobs(calls: ApiCalls, count: number): Promise<JobSummary[]> {
  const jobs = await calls.jobs.list({ limit: Math.min(JOBS_PAGE_MAX, count) })
  let page = jobs.slice()
  while (page.length > 0 && jobs.length < count) {
    const limit = Math.min(JOBS_PAGE_MAX, count - jobs.length)
    const before = page.slice(-1).map(({ job_id, submitted_at_ms }) => ({ job_id, submitted_at_ms }))[0]
    page = await calls.jobs.list(before === undefined ? { limit } : { limit, before })
    jobs.push(...page)
  }
  return jobs
}

async function allEvidence(calls: ApiCalls, job_id: JobId): Promise<SignedClaims[]> {
  const statements: SignedClaims[] = []
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: EvidencePage = await calls.jobs.evidence({ job_id, after })
    statements.push(...page.statements)
    after = page.next
  }
  return statements
}

function loweredText(job_id: JobId, redundancy: number): string {
  return redundancy === 1
    ? `each open unit of ${job_id} is computed by 1 peer from now on, and checked by no other\n`
    : `each open unit of ${job_id} is computed by ${redundancy} peers from now on\n`
}

/** Commands that pause, order, end and remove jobs; of an animation, all of its frames. */
function changingCommands(terminal: Terminal): Command[] {
  return [
    newCommand('job-pause', 'let nobody work on a job for now', 'meshctl job-pause render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.pause({ job_id, whole: true }))
        print(terminal, options, { job_id, state: 'paused' }, () => `${job_id} is paused\n`)
      }),
    newCommand('job-resume', 'go on with a paused job', 'meshctl job-resume render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.resume({ job_id, whole: true }))
        print(terminal, options, { job_id, state: 'running' }, () => `${job_id} goes on\n`)
      }),
    newCommand('job-priority', 'say which job goes first', 'meshctl job-priority render-k3vx8m2q 0.8')
      .argument('<id>', 'the job', jobId)
      .argument('<priority>', 'from 0 to 1; 0.5 unless told otherwise', numberBetween(0, 1))
      .action(async (job_id: JobId, priority: number, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.setPriority({ job_id, priority, whole: true }))
        print(terminal, options, { job_id, priority }, () => `${job_id} has priority ${priority}\n`)
      }),
    newCommand(
      'job-redundancy',
      'let fewer peers compute each unit that is not done yet',
      'meshctl job-redundancy render-k3vx8m2q 1',
    )
      .argument('<id>', 'the job', jobId)
      .argument(
        '<peers>',
        'how many; with 1 no other peer checks the results',
        integerBetween(1, REDUNDANCY_MAX),
      )
      .action(async (job_id: JobId, redundancy: number, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.lowerRedundancy({ job_id, redundancy }))
        print(terminal, options, { job_id, redundancy }, () => loweredText(job_id, redundancy))
      }),
    cancelCommand(terminal),
    newCommand('remove-job', 'forget an ended job and its result', 'meshctl remove-job render-k3vx8m2q')
      .argument('<id>', 'the job', jobId)
      .action(async (job_id: JobId, options: CommonOptions) => {
        await withPeer(options, (calls) => calls.jobs.remove({ job_id, whole: true }))
        print(terminal, options, { job_id, removed: true }, () => `${job_id} is removed\n`)
      }),
  ]
}

/** The command `cancel-job`. */
function cancelCommand(terminal: Terminal): Command {
  return newCommand(
    'cancel-job',
    'end a running or paused job, and with --keep have what is there as its result',
    'meshctl cancel-job render-k3vx8m2q --keep',
  )
    .argument('<id>', 'the job', jobId)
    .option('--keep', 'keep the picture as it is: job-result saves it, transparent where nothing is there')
    .action(async (job_id: JobId, options: CommonOptions & { keep?: boolean }) => {
      const { keep = false } = options
      await withPeer(options, (calls) => calls.jobs.cancel({ job_id, keep, whole: true }))
      const note = keep ? `; save it: meshctl job-result ${job_id} --out FILE` : ''
      const answer = { job_id, state: 'cancelled', ...(keep ? { kept: true } : {}) }
      print(terminal, options, answer, () => `${job_id} is cancelled${note}\n`)
    })
}
