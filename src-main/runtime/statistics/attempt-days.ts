import { z } from 'zod'
import type { Settings } from '../../ports/settings.ts'
import { PeerId } from '../../protocol/ids.ts'

/** Days for which people's attempts are kept: a month is what a list of people shows. */
const DAYS_MAX = 31
/** People in one day's count, so that it fits into one setting; more than answer one peer in a day. */
const PEOPLE_MAX = 500
const DATES_KEY = 'attempt-dates'
const dayKey = (date: string): string => `attempts ${date}`

const Dates = z.array(z.iso.date())
/** By person: attempts that went well, and all. */
const Day = z.record(PeerId, z.tuple([z.int().min(0), z.int().min(0)]))
type Day = z.infer<typeof Day>

/** How people's attempts at this peer's units went, by local date. */
export interface AttemptDays {
  count(date: string, peer: PeerId, went: 'well' | 'badly'): void
  /** The share that went well; null where there were none. */
  shareOf(date: string, peer: PeerId): number | null
  /** Writes what changed, and forgets what is too old. */
  write(): void
}

/** The counts in a peer's settings: a setting for each day, since one would be too large. */
export function openAttemptDays(settings: Settings): AttemptDays {
  const days = new Map<string, Day>()
  for (const date of settings.read(DATES_KEY, Dates) ?? []) {
    days.set(date, settings.read(dayKey(date), Day) ?? {})
  }
  const changed = new Set<string>()

  return {
    count(date, peer, went) {
      const day = days.get(date) ?? {}
      days.set(date, day)
      const known = day[peer]
      if (known === undefined && Object.keys(day).length >= PEOPLE_MAX) return
      const [well, all] = known ?? [0, 0]
      day[peer] = [well + (went === 'well' ? 1 : 0), all + 1]
      changed.add(date)
    },
    shareOf(date, peer) {
      const [well, all] = days.get(date)?.[peer] ?? [0, 0]
      return all === 0 ? null : well / all
    },
    write() {
      if (changed.size === 0) return
      const dates = [...days.keys()].sort()
      for (const date of dates.slice(0, Math.max(0, dates.length - DAYS_MAX))) {
        days.delete(date)
        changed.delete(date)
        settings.write(dayKey(date), undefined)
      }
      for (const date of changed) settings.write(dayKey(date), days.get(date))
      settings.write(DATES_KEY, [...days.keys()].sort())
      changed.clear()
    },
  }
}
