import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { AttemptState } from './slice.ts'
import { isOwed } from './given-up.ts'

/**
 * Whether a receipt changes anything about the attempt that it answers: one that is waited for, or was given up and has its
 * result, or its unit's time-out, after all. A batch is journaled whole when any of its receipts does; the others are passed
 * over by the same rule when it is replayed.
 */
export function isNews(attempt: AttemptState, { outcome }: ExecutionReceipt): boolean {
  const { status } = attempt
  if (outcome.kind === 'fault' && outcome.fault.kind === 'timed-out' && isOwed(attempt)) return true
  if (status.state !== 'void') return status.state === 'awarded'
  return !status.ready && status.why !== 'other-engine' && outcome.kind === 'output'
}
