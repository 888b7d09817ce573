import { FaultError } from '../protocol/fault.ts'
import type { JobId } from '../protocol/ids.ts'

/** A launcher that passes a terminal's signal on makes two of one; a second one that is meant comes later. */
const SAME_SIGNAL_MS = 500
/** The exit code that shells have for a program ended by SIGINT. */
const EXIT_INTERRUPTED = 130

/** A user who wants a command to end. */
export interface Cancellation {
  readonly signal: AbortSignal
  /** The command has ended; signals are as they were. */
  readonly release: () => void
}

/** From now on Ctrl-C and the like abort the signal, so that the command can tidy up; said again, they end it. */
export function onInterrupt(): Cancellation {
  const controller = new AbortController()
  let sinceMs: number | undefined
  const interrupt = (): void => {
    if (sinceMs !== undefined && performance.now() - sinceMs > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED)
    sinceMs ??= performance.now()
    controller.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, interrupt)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.removeListener(name, interrupt)
    },
  }
}

/**
 * Does some work until it is done or the user interrupts it; the caller then tidies up.
 * @param left what is left of the work at that moment, as one line for the user
 * @param work ends soon after its signal, or nothing ends this process
 * @throws FaultError `cancelled` with that line
 */
export async function interruptible<T>(
  left: () => string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, release } = onInterrupt()
  const interrupted = Promise.withResolvers<never>()
  signal.addEventListener('abort', () =>
    interrupted.reject(new FaultError({ kind: 'cancelled', message: left() })),
  )
  try {
    return await Promise.race([work(signal), interrupted.promise])
  } finally {
    release()
  }
}

/** How far a command has come that submits a job and waits for it, for `interruptible`. */
export interface JobWait {
  /** The job, once it is submitted. */
  job_id?: JobId
  /** Whether the call that submits it is under way. */
  isSubmitting?: boolean
}

/** The user's line about the job when such a command loses its peer; undefined as long as there is no job. */
export function lostWithJob({ job_id, isSubmitting = false }: JobWait): string | undefined {
  if (job_id !== undefined)
    return `${job_id} is kept, and goes on when the peer does: meshctl job-status ${job_id} --watch`
  return isSubmitting ? 'meshctl list-jobs shows whether the job was submitted' : undefined
}

/** The user's line about the job when a command that submits it is interrupted. */
export function leftOfJob({ job_id, isSubmitting = false }: JobWait): string {
  if (job_id !== undefined)
    return `${job_id} goes on: meshctl job-status ${job_id} --watch, or end it: meshctl cancel-job ${job_id}`
  return isSubmitting
    ? 'interrupted while the job was submitted; meshctl list-jobs shows whether it was'
    : 'interrupted before the job was submitted'
}
