import type { JobStatus } from '#contract'
import type { ApiCalls } from '../api/transport/client.ts'
import { FaultError, refuse } from '../protocol/fault.ts'
import type { JobId } from '../protocol/ids.ts'
import { progressNote } from './output/job-text.ts'
import { createProgressLine } from './output/progress-line.ts'
import type { Terminal } from './output/terminal.ts'

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
