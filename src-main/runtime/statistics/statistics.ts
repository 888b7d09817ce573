import type { Clock } from '../../ports/clock.ts'
import type { Settings } from '../../ports/settings.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import { repeatEvery } from '../repeating.ts'
import { openAttemptDays } from './attempt-days.ts'
import { DAYS_MAX, openDayCounts, type DayCount } from './day-counts.ts'
import { createNoticeCounter } from './notice-counter.ts'
import { lastDates } from './local-dates.ts'

/** Counts are on disk at most this long after they were made. */
const WRITE_EVERY_MS = 30_000

/** The work given and taken, by day. */
export interface Statistics {
  /** The last `days` days by this machine's time zone, oldest first, today last; zeros where nothing happened. */
  days(days: number): readonly DayCount[]
  /** The share of a person's attempts that went well on each of the last days, oldest first; null where none were. */
  reliabilityByDay(peer: PeerId, days: number): readonly (number | null)[]
  start(): void
  /** Writes what was counted. */
  stop(): void
}

/**
 * Counts by local day what this peer does and has done for it. Counts are figures for people, kept in the settings: up
 * to half a minute of them is lost with the power.
 */
export function createStatistics({
  runtime,
  clock,
  settings,
}: {
  readonly runtime: PeerRuntime
  readonly clock: Clock
  readonly settings: Settings
}): Statistics {
  const days = openDayCounts(settings)
  const attempts = openAttemptDays(settings)
  const count = createNoticeCounter({ state: runtime.state, clock, days, attempts })
  let stopWriting: (() => void) | undefined
  let stopListening: (() => void) | undefined

  function write(): void {
    attempts.write()
    days.write()
  }

  return {
    days: (wanted) => lastDates(clock.nowMs(), Math.min(wanted, DAYS_MAX)).map((date) => days.show(date)),
    reliabilityByDay: (peer, wanted) =>
      lastDates(clock.nowMs(), wanted).map((date) => attempts.shareOf(date, peer)),
    start() {
      stopListening = runtime.onNotices((notices) => {
        for (const notice of notices) count(notice)
      })
      stopWriting = repeatEvery(clock, WRITE_EVERY_MS, write)
    },
    stop() {
      stopListening?.()
      stopWriting?.()
      write()
    },
  }
}
