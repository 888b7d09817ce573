import { z } from 'zod'

/** With nanoseconds; a longer fraction says nothing. */
const TIMESTAMP_CHARS_MAX = 30

/** A moment as ISO 8601 in UTC with milliseconds (`2026-11-21T13:45:00.000Z`), as document 000 writes it. */
export const Timestamp = z.iso.datetime().max(TIMESTAMP_CHARS_MAX)
export type Timestamp = z.infer<typeof Timestamp>

/** Milliseconds since 1970 of a timestamp. */
export function toMs(timestamp: Timestamp): number {
  return Date.parse(timestamp)
}

/** The timestamp of a moment in milliseconds since 1970. */
export function toTimestamp(ms: number): Timestamp {
  return new Date(ms).toISOString()
}
