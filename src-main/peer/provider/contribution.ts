import { COMPUTE_HOURS_MAX } from '../../protocol/commitment.ts'
import { COUNT_MAX, saturated } from '../../protocol/quantities.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { PeerState } from '../state.ts'
import type { ContributionTally, ProviderSlice } from './slice.ts'

const HOUR_MS = 3_600_000

/** The counts behind this peer's history. Where it has none yet they go on from what its history says. */
export function tallyOf({ tally, history }: ProviderSlice): ContributionTally {
  const { total_work_units_completed: runs, reliability_score } = history
  return tally ?? { runs, outputs: reliability_score * runs, won: 0, lost: 0 }
}

/**
 * A unit that ran for another peer: its processor time counts, and whether it made an output. That it is completed its
 * requester says, by its verdict.
 */
export function contribute(state: PeerState, { outcome }: ExecutionReceipt): void {
  const { history } = state.provider
  const tally = tallyOf(state.provider)
  tally.runs = saturated(tally.runs + 1, COUNT_MAX)
  if (outcome.kind === 'output') tally.outputs = Math.min(tally.runs, tally.outputs + 1)
  const hours = outcome.kind === 'output' ? outcome.metrics.cpu_ms / HOUR_MS : 0
  state.provider.tally = tally
  state.provider.history = {
    ...history,
    total_compute_hours: saturated(history.total_compute_hours + hours, COMPUTE_HOURS_MAX),
    reliability_score: tally.outputs / tally.runs,
  }
}

/** The same as programs before version 5 counted it: at once, by the time on the wall, own jobs too. */
export function contributeAtOnce(state: PeerState, receipt: ExecutionReceipt): void {
  const { history } = state.provider
  const done = receipt.outcome.kind === 'output'
  const hours = receipt.outcome.kind === 'output' ? receipt.outcome.metrics.wall_ms / HOUR_MS : 0
  const units = history.total_work_units_completed
  state.provider.history = {
    ...history,
    total_work_units_completed: saturated(units + (done ? 1 : 0), COUNT_MAX),
    total_compute_hours: saturated(history.total_compute_hours + hours, COMPUTE_HOURS_MAX),
    reliability_score: (history.reliability_score * units + (done ? 1 : 0)) / (units + 1),
  }
}
