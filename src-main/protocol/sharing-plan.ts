import { z } from 'zod'
import { Name } from './ids.ts'
import { ALGORITHMS_MAX } from './limits.ts'
import { ComputeResource } from './resource.ts'
import { Fraction } from './slot.ts'

/** The week's grid has half hours. */
export const GRID_MINUTES = 30
const MINUTES_PER_DAY = 24 * 60
/** A block per half hour of a week. */
export const WEEK_BLOCKS_MAX = 7 * 48
/** Dates that differ from their week; a year of them. */
export const EXCEPTIONS_MAX = 366

const GridMinute = z
  .int()
  .min(0)
  .max(MINUTES_PER_DAY - GRID_MINUTES)
  .multipleOf(GRID_MINUTES)

/** A stretch of wall-clock time; one that runs past midnight belongs to the day that it begins on. */
const Stretch = z.strictObject({
  /** Minutes after midnight by the wall clock of the plan's time zone. */
  start_minute: GridMinute,
  /** How long, by the wall clock; at most a day. */
  minutes: z.int().min(GRID_MINUTES).max(MINUTES_PER_DAY).multipleOf(GRID_MINUTES),
  /** Resources that are shared meanwhile; the plan's own when absent. */
  resources: ComputeResource.exactOptional(),
  /** Algorithms that are run meanwhile; all when absent. */
  algorithms: z.array(Name).max(ALGORITHMS_MAX).exactOptional(),
  /** The plan's own when absent. */
  priority: Fraction.exactOptional(),
})

/** A stretch of one day of every week: 0 is Monday, 6 Sunday. */
export const WeekBlock = Stretch.extend({ day: z.int().min(0).max(6) })
export type WeekBlock = z.infer<typeof WeekBlock>

/** A date on which other stretches begin than on its day of the week; none when the list is empty. */
export const DateException = z.strictObject({
  date: z.iso.date(),
  blocks: z.array(Stretch).max(48),
})
export type DateException = z.infer<typeof DateException>

/** When a PC is shared, as its user painted it: a week that repeats, and dates that differ. */
export const WeekPlan = z.strictObject({
  /** An IANA name (`Europe/Berlin`): the hours are of its wall clock, with its daylight saving. */
  time_zone: z.string().min(1).max(64),
  /** Resources that are shared where a block names no others. */
  resources: ComputeResource,
  priority: Fraction,
  blocks: z.array(WeekBlock).max(WEEK_BLOCKS_MAX),
  exceptions: z.array(DateException).max(EXCEPTIONS_MAX),
})
export type WeekPlan = z.infer<typeof WeekPlan>
