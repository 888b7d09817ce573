import type { JobId, PeerId } from '../../protocol/ids.ts'
import { awardWaiting } from './awarding.ts'
import type { Effect } from '../effect.ts'
import { endVanished, resendResults } from '../provider/provider.ts'
import type { PeerState } from '../state.ts'
import { bookOf } from './unit-book.ts'

/** Losses in one record, so that no record of the journal grows without bound. */
const LOSSES_PER_RECORD = 4_096

type Loss = { readonly job_id: JobId; readonly unit_index: number; readonly attempt: number }

/**
 * Handles the passing of time: late and dead peers, undelivered results, requesters that vanished, units that
 * waited long.
 */
export function onTick(state: PeerState, nowMs: number): Effect[] {
  const gone = new Set<PeerId>()
  for (const [peer, sinceMs] of state.view.disconnectedAtMs) {
    if (nowMs - sinceMs >= state.policy.patience.disconnected_ms) gone.add(peer)
  }
  const late: Loss[] = []
  const disconnected: Loss[] = []
  for (const job of state.requester.jobs.values()) {
    if (job.status.state !== 'running') continue
    for (const [peer, units] of bookOf(job).atWork) {
      for (const [unit_index, { attempt, deadlineMs }] of units) {
        const loss = { job_id: job.manifest.job_id, unit_index, attempt }
        if (gone.has(peer)) disconnected.push(loss)
        else if (nowMs > deadlineMs) late.push(loss)
      }
    }
  }
  const losses = [...lossRecords(nowMs, 'disconnected', disconnected), ...lossRecords(nowMs, 'late', late)]
  return [
    // A loss awards its units anew by itself; other awards wait for the next tick, when it is known.
    ...(losses.length > 0 ? losses : awardWaiting(state, nowMs)),
    ...resendResults(state, nowMs),
    ...endVanished(state, nowMs),
    ...(isPlanDue(state, nowMs) ? [{ kind: 'allocation-due' } as const] : []),
  ]
}

/**
 * A peer's connection has ended. It may have been dead for a while before that was noticed: what was late meanwhile is
 * not the peer's fault, in jobs that have ended since, too.
 */
export function excuseLate(state: PeerState, peer: PeerId, nowMs: number): Effect[] {
  const excused: Loss[] = []
  const { dead_line_ms } = state.policy.requester
  for (const job of state.requester.jobs.values()) {
    const { status } = job
    const isOver = status.state === 'done' || status.state === 'failed' || status.state === 'cancelled'
    if (isOver && nowMs - status.atMs > dead_line_ms) continue
    for (const [unit_index, { attempts }] of job.units) {
      for (const { peer: by, attempt, deadlineMs, status: was } of attempts) {
        if (by !== peer || was.state !== 'void' || was.why !== 'late' || nowMs - deadlineMs > dead_line_ms)
          continue
        excused.push({ job_id: job.manifest.job_id, unit_index, attempt })
      }
    }
  }
  return lossRecords(nowMs, 'disconnected', excused)
}

/** Whether matching is due although nothing has happened: slots begin and end, and lanes stand empty. */
function isPlanDue({ view, policy }: PeerState, nowMs: number): boolean {
  const everyMs = view.unusedSinceMs.size > 0 ? 0 : policy.provider.plan_every_ms
  return nowMs - view.plannedAtMs >= everyMs || nowMs >= view.slotChangeMs
}

function lossRecords(atMs: number, reason: 'late' | 'disconnected', losses: readonly Loss[]): Effect[] {
  const effects: Effect[] = []
  for (let at = 0; at < losses.length; at += LOSSES_PER_RECORD) {
    const lost = losses.slice(at, at + LOSSES_PER_RECORD)
    effects.push({ kind: 'record', event: { kind: 'attempts-lost', at_ms: atMs, reason, lost } })
  }
  return effects
}
