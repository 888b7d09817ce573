import type { DeadlineRisk, KindName, ResultFormat, SubmittedJob } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { JobId } from '../../protocol/ids.ts'
import { interruptible, leftOfJob, lostWithJob, type JobWait } from '../cancellation.ts'
import { print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { openResultFile, saveResult, type DraftFile } from '../files/result-file.ts'
import { followJob, mustBeDone } from '../follow-job.ts'
import { lateText } from '../options/placement-options.ts'
import type { JobKind } from './job-kind.ts'
import { statusText } from '../output/job-text.ts'
import type { Terminal } from '../output/terminal.ts'

/** A request for a job of one kind; the contract has defaults for what is absent. */
export type RequestFor<K extends KindName> = Extract<
  Parameters<ApiCalls['jobs']['submit']>[0],
  { readonly kind: K }
>

/** Options that every command has that submits a job. */
export interface SubmissionOptions extends CommonOptions {
  readonly deadline?: number
  readonly wait?: boolean
  /** A file for the result; the command then waits for it. */
  readonly out?: string
}

/** The part of submitting that differs from kind to kind. */
export interface Submission<S extends SubmittedJob> {
  /** The format of the file of `--out`, for kinds that have several. */
  readonly format?: ResultFormat
  /** Uploads files and submits; says in `wait` when the call that submits begins. */
  submit(calls: ApiCalls, wait: JobWait): Promise<S>
  /** Waits until the result is made, where that takes long. */
  readonly followResult?: JobKind['followResult']
  /** One line on the job, for a command that does not wait. */
  acceptedText(submitted: S): string
  /** Warnings about a job that was accepted. */
  warnings?(submitted: S): readonly string[]
  /** Waits and saves in place of the usual way, where several jobs were submitted together. */
  followAll?(calls: ApiCalls, submitted: S, wait: JobWait): Promise<void>
}

/**
 * Submits a job and does what the options ask for: tells its id at once, or waits for its end and saves its result. The file
 * of the result is opened before anything is uploaded. On Ctrl-C the job goes on, and the command says so.
 */
export async function submitAndFollow<S extends SubmittedJob>(
  terminal: Terminal,
  options: SubmissionOptions,
  submission: Submission<S>,
): Promise<void> {
  const { out } = options
  const draft =
    out === undefined || submission.followAll !== undefined ? undefined : await openResultFile(out)
  const wait: JobWait = {}
  const use = async (calls: ApiCalls): Promise<void> => {
    const submitted = await submission.submit(calls, wait)
    const { job_id, deadline_at_risk } = submitted
    wait.job_id = job_id
    const warnings = [...(submission.warnings?.(submitted) ?? []), ...lateWarnings(options, deadline_at_risk)]
    for (const line of warnings) terminal.err(`warning: ${line}\n`)
    if (options.wait !== true && out === undefined) {
      print(terminal, options, submitted, () => `${submission.acceptedText(submitted)}\n`)
    } else if (submission.followAll !== undefined) {
      await submission.followAll(calls, submitted, wait)
    } else {
      await followOne(terminal, calls, options, job_id, submission, draft)
    }
  }
  try {
    await interruptible(
      () => leftOfJob(wait),
      (signal) => withPeer(options, use, signal, () => lostWithJob(wait)),
    )
  } finally {
    await draft?.discard()
  }
}

function lateWarnings({ deadline }: SubmissionOptions, risk: DeadlineRisk | undefined): readonly string[] {
  return risk === undefined || deadline === undefined ? [] : [lateText(risk, deadline)]
}

async function followOne(
  terminal: Terminal,
  calls: ApiCalls,
  options: SubmissionOptions,
  job_id: JobId,
  { format, followResult }: Pick<Submission<never>, 'format' | 'followResult'>,
  draft: DraftFile | undefined,
): Promise<void> {
  const status = await followJob(terminal, calls, job_id)
  mustBeDone(status)
  if (draft === undefined) {
    print(terminal, options, status, () => statusText(status))
    return
  }
  await followResult?.(terminal, calls, job_id)
  const result = await saveResult(calls, job_id, format, draft)
  const value = { ...status, result: { ...result, file: options.out } }
  print(terminal, options, value, () => `${statusText(status)}\n${options.out ?? ''}\n`)
}
