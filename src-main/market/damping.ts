/** A provider's memory of how its offers were taken (document 000). */
export interface Damping {
  /** The share of what fits that is offered, above 0 and at most 1. */
  readonly damping: number
  /** Units offered for each that was in use in the last rounds, oldest first; at most OVER_ALLOCATION_ROUNDS of them. */
  readonly history: readonly number[]
}

/** The result of one round's offers, in units. */
export interface RoundOutcome {
  /** The capacity that was offered. */
  readonly offered: number
  /** The most of it that was in use at a time. */
  readonly awarded: number
}

/** Rounds whose ratios are remembered (document 000: over_allocation_history has three). */
export const OVER_ALLOCATION_ROUNDS = 3
/** The largest ratio that is remembered: the schema's bound on a ratio. */
export const OVER_ALLOCATION_MAX = 1e6
/**
 * Capacity for each unit in use that is no sign of over-allocation: a requester uses what is queued ahead only as far as
 * its round trip needs it.
 */
export const OFFERS_PER_AWARD_FINE = 2
/** The least share of the capacity that is offered: enough to notice when awards come again. */
export const DAMPING_MIN = 0.1
/** A round changes the damping at most by this factor down, so that one bad round is not the end … */
const DAMPING_STEP_DOWN = 0.5
/** … and by this one up: capacity comes back at once where the offers are taken. */
const DAMPING_STEP_UP = 2

/**
 * The damping after a round: the mean of the last ratios of offered to awarded units, this round's included, says
 * how much too much was offered, and the next offers shrink by that factor, within a step. They grow back while the
 * mean is fine. A round in which nothing was offered teaches nothing.
 */
export function nextDamping(before: Damping, round: RoundOutcome): Damping {
  if (!(round.offered > 0)) return before
  const ratio = Math.min(OVER_ALLOCATION_MAX, round.offered / Math.max(1, round.awarded))
  const history = [...before.history, ratio].slice(-OVER_ALLOCATION_ROUNDS)
  const mean = history.reduce((sum, r) => sum + r, 0) / history.length
  const factor = Math.min(DAMPING_STEP_UP, Math.max(DAMPING_STEP_DOWN, OFFERS_PER_AWARD_FINE / mean))
  return { damping: Math.min(1, Math.max(DAMPING_MIN, before.damping * factor)), history }
}
