/**
 * Moments as the calendar's fields write them: `2026-12-24 18:00:00`, by the clock of this machine.
 */
const MINUTE_MS = 60_000

/** @param atMs milliseconds since 1970 */
export function localMoment(atMs: number): string {
  const local = new Date(atMs - new Date(atMs).getTimezoneOffset() * MINUTE_MS)
  return `${local.toISOString().slice(0, 10)} ${local.toISOString().slice(11, 19)}`
}

/** @returns milliseconds since 1970; nothing for what is no moment */
export function momentOf(local: string): number | undefined {
  const atMs = new Date(local.replace(' ', 'T')).getTime()
  return Number.isFinite(atMs) ? atMs : undefined
}

/** Moments by which things are usually wanted. */
export interface UsualMoments {
  /** Today at ten in the evening; absent when that is less than an hour away. */
  readonly tonight?: number
  /** Tomorrow at eight. */
  readonly tomorrow: number
  /** At eight on the next Monday that is not tomorrow. */
  readonly monday: number
}

const EVENING_HOUR = 22
const MORNING_HOUR = 8
const HOUR_MS = 60 * MINUTE_MS

/** @param nowMs milliseconds since 1970 */
export function usualMoments(nowMs: number): UsualMoments {
  const at = (daysLater: number, hour: number): number => {
    const day = new Date(nowMs)
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + daysLater, hour).getTime()
  }
  const tonight = at(0, EVENING_HOUR)
  const daysToMonday = (8 - new Date(nowMs).getDay()) % 7 || 7
  return {
    ...(tonight - nowMs < HOUR_MS ? {} : { tonight }),
    tomorrow: at(1, MORNING_HOUR),
    monday: at(daysToMonday === 1 ? 8 : daysToMonday, MORNING_HOUR),
  }
}
