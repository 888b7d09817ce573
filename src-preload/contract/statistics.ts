import { z } from 'zod'
import { Count, DurationMs, procedure } from './procedure.ts'

/** A year and a day; older days are forgotten. */
export const STATISTICS_DAYS_MAX = 366

/** One day, by this machine's time zone. */
export const DayStatistics = z.strictObject({
  date: z.iso.date(),
  /** How long this PC was shared with others. */
  shared_ms: DurationMs,
  /** Units that this PC computed for others, and processor time that they took. */
  units_for_others: Count,
  cpu_ms_for_others: DurationMs,
  /** Units of own jobs that others computed and a quorum agreed with. */
  units_by_others: Count,
  /** Processor time that those others say it took them, all who computed the same unit together. */
  cpu_ms_by_others: DurationMs,
})
export type DayStatistics = z.infer<typeof DayStatistics>

/** Work given and taken, by day. */
export const statistics = {
  /** The last `days` days, oldest first, today last; days on which nothing happened are zeros. */
  days: procedure
    .input(z.strictObject({ days: z.int().min(1).max(STATISTICS_DAYS_MAX) }))
    .output(z.array(DayStatistics)),
}
