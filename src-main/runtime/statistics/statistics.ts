import { z } from 'zod'
import type { PeerEvent } from '../../peer/event.ts'
import { sharedSlots, slotAt } from '../../peer/shared-slots.ts'
import type { PeerState, UnitState } from '../../peer/state.ts'
import { isTimeOut } from '../../peer/time-outs.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Settings } from '../../ports/settings.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { openAttemptDays } from './attempt-days.ts'
import type { PeerRuntime } from '../peer-runtime.ts'

/** A year and a day; older days are forgotten. */
const DAYS_MAX = 366
/** Counts are on disk at most this long after they were made. */
const WRITE_EVERY_MS = 30_000
/** Time between two ticks counts as shared if it is no longer: a PC that slept was not there for anybody. */
const TICK_MS_MAX = 5_000
const DAYS_KEY = 'statistics-days'

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

const Count = z.number().min(0)
/** A day's counts as they are kept, short: a year of them is one setting. */
const SavedDays = z.record(z.iso.date(), z.tuple([Count, Count, Count, Count]))

/**
 * Counts by local day what this peer does and has done for it. Counts are figures for people, kept in the settings: up
 * to half a minute of them is lost with the power.
 */
export function createStatistics(parts: {
  readonly runtime: PeerRuntime
  readonly clock: Clock
  readonly settings: Settings
}): Statistics {
  const { runtime, clock, settings } = parts
  const { state } = runtime
  const days: z.infer<typeof SavedDays> = settings.read(DAYS_KEY, SavedDays) ?? {}
  const attempts = openAttemptDays(settings)
  let tickedAtMs: number | undefined
  let isChanged = false
  let cancelWrite: (() => void) | undefined
  let stopListening: (() => void) | undefined

  function today(): [number, number, number, number] {
    isChanged = true
    return (days[dateOf(clock.nowMs())] ??= [0, 0, 0, 0])
  }

  function attempted(peer: PeerId, went: 'well' | 'badly'): void {
    attempts.count(dateOf(clock.nowMs()), peer, went)
  }

  /** A unit was verified just now: who was right and who was wrong, and whether others did it. */
  function countVerified({ attempts: made }: UnitState, winners: readonly PeerId[]): void {
    if (winners.some((peer) => peer !== state.me)) today()[3]++
    for (const { peer, status } of made) {
      if (peer === state.me) continue
      if (status.state === 'rejected') attempted(peer, 'badly')
      else if (status.state === 'returned' && winners.includes(peer)) attempted(peer, 'well')
    }
  }

  function hear(events: readonly PeerEvent[]): void {
    for (const event of events) count(event)
  }

  function count(event: PeerEvent): void {
    switch (event.kind) {
      case 'tick': {
        const passedMs = event.at_ms - (tickedAtMs ?? event.at_ms)
        tickedAtMs = event.at_ms
        if (passedMs > 0 && passedMs <= TICK_MS_MAX && isSharing(state, event.at_ms)) today()[0] += passedMs
        return
      }
      case 'units-ran': {
        if (event.requester === state.me) return
        for (const { outcome } of event.receipts) {
          if (outcome.kind !== 'output') continue
          const counts = today()
          counts[1]++
          counts[2] += Math.round(outcome.metrics.cpu_ms)
        }
        return
      }
      case 'results-received': {
        for (const { outcome, unit_index, attempt } of event.receipts) {
          const unit = state.jobs.get(event.job_id)?.units.get(unit_index)
          const made = unit?.attempts.find((one) => one.attempt === attempt && one.peer === event.from)
          // Stale or of nobody's asking: it says nothing.
          if (unit === undefined || made === undefined || made.status.state === 'void') continue
          // That a unit's time was up is no failing of whoever ran it.
          if (outcome.kind === 'fault' && event.from !== state.me && !isTimeOut(made))
            attempted(event.from, 'badly')
          if (unit.verified?.atMs === event.at_ms) countVerified(unit, unit.verified.winners)
        }
        return
      }
      case 'attempts-lost': {
        if (event.reason === 'disconnected') return
        for (const { job_id, unit_index, attempt } of event.lost) {
          const made = state.jobs.get(job_id)?.units.get(unit_index)?.attempts
          const peer = made?.find((one) => one.attempt === attempt)?.peer
          if (peer !== undefined && peer !== state.me) attempted(peer, 'badly')
        }
        return
      }
      default:
        return
    }
  }

  function write(): void {
    attempts.write()
    if (!isChanged) return
    isChanged = false
    forgetOld(days, DAYS_MAX)
    settings.write(DAYS_KEY, days)
  }

  function writeAgain(): void {
    cancelWrite = clock.after(WRITE_EVERY_MS, () => {
      write()
      writeAgain()
    })
  }

  return {
    days: (wanted) =>
      lastDates(clock.nowMs(), Math.min(wanted, DAYS_MAX)).map((date) => {
        const [shared_ms, units_for_others, cpu_ms_for_others, units_by_others] = days[date] ?? [0, 0, 0, 0]
        return { date, shared_ms, units_for_others, cpu_ms_for_others, units_by_others }
      }),
    reliabilityByDay: (peer, wanted) =>
      lastDates(clock.nowMs(), wanted).map((date) => attempts.shareOf(date, peer)),
    start() {
      stopListening = runtime.onEvents(hear)
      writeAgain()
    },
    stop() {
      stopListening?.()
      cancelWrite?.()
      write()
    },
  }
}

/** Whether this peer works for others at this moment if they ask. */
function isSharing(state: Readonly<PeerState>, nowMs: number): boolean {
  return state.view.capabilities.length > 0 && slotAt(sharedSlots(state, nowMs), nowMs) !== undefined
}

/** A date by this machine's time zone. */
function dateOf(ms: number): string {
  const date = new Date(ms)
  return isoDate(date.getFullYear(), date.getMonth() + 1, date.getDate())
}

/** The last so many dates, today last; days of 23 and 25 hours count as one. */
function lastDates(nowMs: number, count: number): string[] {
  const now = new Date(nowMs)
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - (count - 1 - i)))
    return isoDate(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate())
  })
}

function isoDate(year: number, month: number, day: number): string {
  return [String(year).padStart(4, '0'), ...[month, day].map((n) => String(n).padStart(2, '0'))].join('-')
}

function forgetOld(byDate: Record<string, unknown>, daysMax: number): void {
  const dates = Object.keys(byDate).sort()
  for (const date of dates.slice(0, Math.max(0, dates.length - daysMax))) Reflect.deleteProperty(byDate, date)
}
