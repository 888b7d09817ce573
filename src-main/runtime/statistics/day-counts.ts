import { z } from 'zod'
import type { Settings } from '../../ports/settings.ts'

/** A year and a day; older days are forgotten. */
export const DAYS_MAX = 366
const DAYS_KEY = 'statistics-days'

/** One local day; the contract's shape. */
export interface DayCount {
  readonly date: string
  readonly shared_ms: number
  readonly units_for_others: number
  readonly cpu_ms_for_others: number
  readonly units_by_others: number
  readonly cpu_ms_by_others: number
}

const Count = z.number().min(0)
/** A day's counts as they are kept, short: a year of them is one setting. */
const SavedDays = z.record(
  z.iso.date(),
  // Days that earlier versions counted lack the last one.
  z.tuple([Count, Count, Count, Count, Count.default(0)]),
)

/** A day's counts in the order of `DayCount`. */
type Counts = [
  sharedMs: number,
  unitsForOthers: number,
  cpuMsForOthers: number,
  unitsByOthers: number,
  cpuMsByOthers: number,
]

/** Counts by local date. */
export interface DayCounts {
  /** The counts of a date, to be added to. */
  of(date: string): Counts
  /** The counts of a date, to be shown; zeros where nothing was counted. */
  show(date: string): DayCount
  /** Writes what changed, and forgets days that are too old. */
  write(): void
}

/** The counts in a peer's settings. */
export function openDayCounts(settings: Settings): DayCounts {
  const days: z.infer<typeof SavedDays> = settings.read(DAYS_KEY, SavedDays) ?? {}
  let isChanged = false
  return {
    of(date) {
      isChanged = true
      return (days[date] ??= [0, 0, 0, 0, 0])
    },
    show(date) {
      const [shared_ms, units_for_others, cpu_ms_for_others, units_by_others, cpu_ms_by_others] = days[
        date
      ] ?? [0, 0, 0, 0, 0]
      return { date, shared_ms, units_for_others, cpu_ms_for_others, units_by_others, cpu_ms_by_others }
    },
    write() {
      if (!isChanged) return
      isChanged = false
      forgetOld(days)
      settings.write(DAYS_KEY, days)
    },
  }
}

function forgetOld(byDate: Record<string, unknown>): void {
  const dates = Object.keys(byDate).sort()
  for (const date of dates.slice(0, Math.max(0, dates.length - DAYS_MAX)))
    Reflect.deleteProperty(byDate, date)
}
