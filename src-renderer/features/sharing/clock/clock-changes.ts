/** The wall clock of a time zone, and when it is put forward or back. Pure: the moment is given. */
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** A moment as a wall clock shows it. */
export type WallTime = {
  /** `2026-03-29` */
  readonly date: string
  /** 0 is Monday. */
  readonly day: number
  /** Minutes after midnight. */
  readonly minute: number
}

/** A change of the wall clock, by the clock's own times. */
export type ClockChange = {
  readonly atMs: number
  /** The date on which it begins by the clock as it was before. */
  readonly date: string
  /** 0 is Monday. */
  readonly day: number
  /** Skipped: these times do not exist on that date. Repeated: they come twice. */
  readonly kind: 'skipped' | 'repeated'
  readonly fromMinute: number
  readonly toMinute: number
}

/** The wall-clock time of the zone at a moment. Throws a RangeError for a zone that is not known. */
export function wallTime(zone: string, atMs: number): WallTime {
  return wallOf(atMs + offsetMinutes(zone, atMs) * MINUTE_MS)
}

/** The clock's changes in the days after a moment, the first first. */
export function clockChanges(zone: string, fromMs: number, days: number): ClockChange[] {
  const changes: ClockChange[] = []
  for (let day = 0; day < days; day++) {
    const startMs = fromMs + day * DAY_MS
    const change = changeBetween(zone, startMs, startMs + DAY_MS)
    if (change !== undefined) changes.push(change)
  }
  return changes
}

function changeBetween(zone: string, startMs: number, endMs: number): ClockChange | undefined {
  const before = offsetMinutes(zone, startMs)
  const after = offsetMinutes(zone, endMs)
  if (before === after) return undefined
  let [low, high] = [startMs, endMs]
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2)
    if (offsetMinutes(zone, middle) === before) low = middle
    else high = middle
  }
  const atMs = Math.round(high / MINUTE_MS) * MINUTE_MS
  // Going forward, the hour begins with the old clock; going back, with the new one.
  const wall = wallOf(atMs + Math.min(before, after) * MINUTE_MS)
  const minutes = Math.abs(after - before)
  return {
    atMs,
    date: wall.date,
    day: wall.day,
    kind: after > before ? 'skipped' : 'repeated',
    fromMinute: wall.minute,
    toMinute: wall.minute + minutes,
  }
}

/** The wall clock's lead over UTC, in minutes. */
function offsetMinutes(zone: string, atMs: number): number {
  const name =
    formatOf(zone)
      .formatToParts(atMs)
      .find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /([+-])(\d{2}):(\d{2})/.exec(name)
  if (match === null) return 0
  const [, sign, hours, minutes] = match
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/** Making a format costs a hundred times what using it does; a session sees few zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}

/** A moment read as UTC. */
function wallOf(ms: number): WallTime {
  const at = new Date(ms)
  return {
    date: at.toISOString().slice(0, 10),
    day: (at.getUTCDay() + 6) % 7,
    minute: at.getUTCHours() * 60 + at.getUTCMinutes(),
  }
}
