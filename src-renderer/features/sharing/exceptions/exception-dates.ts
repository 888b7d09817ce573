/** Dates that differ from their day of the week. Pure. */
import type { DateException, WeekPlan } from '#contract'

const DAY_MINUTES = 24 * 60
const DAY_MS = DAY_MINUTES * 60_000

/** A stretch of an exception's date. */
type Stretch = DateException['blocks'][number]

/** A whole day, for dates whose day of the week has no hours. */
const ALL_DAY: Stretch = { start_minute: 0, minutes: 24 * 60 }
/** Two hours around noon, for another stretch where the user will say when. */
const MORE: Stretch = { start_minute: 12 * 60, minutes: 2 * 60 }

/** The plan with a date on which nothing is shared; the plan itself if the date is there already. */
export function withDate(plan: WeekPlan, date: string): WeekPlan {
  if (plan.exceptions.some((one) => one.date === date)) return plan
  return { ...plan, exceptions: sorted([...plan.exceptions, { date, blocks: [] }]) }
}

/** The plan without a date. */
export function withoutDate(plan: WeekPlan, date: string): WeekPlan {
  return { ...plan, exceptions: plan.exceptions.filter((one) => one.date !== date) }
}

/** The plan with other hours on a date that it has. */
export function withHours(plan: WeekPlan, date: string, blocks: readonly Stretch[]): WeekPlan {
  const exceptions = plan.exceptions.map((one) => (one.date === date ? { date, blocks: [...blocks] } : one))
  return { ...plan, exceptions }
}

/** Hours to begin with on a date: those of its day of the week, or the whole day. */
export function usualHours(plan: WeekPlan, date: string): Stretch[] {
  const day = (new Date(Date.parse(date)).getUTCDay() + 6) % 7
  const usual = plan.blocks.filter((block) => block.day === day).map(({ day: _day, ...stretch }) => stretch)
  return usual.length === 0 ? [ALL_DAY] : usual
}

/** One stretch more, after the last where there is room that day, else around noon. */
export function withMoreHours(blocks: readonly Stretch[]): Stretch[] {
  const end = Math.max(0, ...blocks.map(({ start_minute, minutes }) => start_minute + minutes))
  const more =
    end > 0 && end + 2 * 60 <= 24 * 60 ? { start_minute: Math.min(end + 60, 22 * 60), minutes: 60 } : MORE
  return [...blocks, more].sort((a, b) => a.start_minute - b.start_minute)
}

/** Whether the plan shares a time of a date, by its week and its exceptions; nights of the day before go on. */
export function isSharedOn(plan: WeekPlan, date: string, minute: number): boolean {
  const before = new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10)
  return isWithin(begunOn(plan, date), minute) || isWithin(begunOn(plan, before), minute + DAY_MINUTES)
}

/** The stretches that begin on a date. */
function begunOn(plan: WeekPlan, date: string): readonly Stretch[] {
  const day = (new Date(Date.parse(date)).getUTCDay() + 6) % 7
  const exception = plan.exceptions.find((one) => one.date === date)
  return exception?.blocks ?? plan.blocks.filter((block) => block.day === day)
}

function isWithin(blocks: readonly Stretch[], minute: number): boolean {
  return blocks.some(({ start_minute, minutes }) => start_minute <= minute && minute < start_minute + minutes)
}

function sorted(exceptions: readonly DateException[]): DateException[] {
  return exceptions.toSorted((a, b) => a.date.localeCompare(b.date))
}
