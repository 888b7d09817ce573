import type { PeerId } from '../protocol/ids.ts'

/** One local day; the contract's shape. */
export interface DayCount {
  readonly date: string
  readonly shared_ms: number
  readonly units_for_others: number
  readonly cpu_ms_for_others: number
  readonly units_by_others: number
}

/** What was given and taken, by day. */
export interface Statistics {
  /** The last `days` days by this machine's time zone, oldest first, today last; zeros where nothing happened. */
  days(days: number): readonly DayCount[]
  /** The share of a person's attempts that went well on each of the last days, oldest first; null where none were. */
  reliabilityByDay(peer: PeerId, days: number): readonly (number | null)[]
  start(): void
  /** Writes what was counted. */
  stop(): void
}
