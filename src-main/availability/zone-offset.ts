/** How a zone's wall clock relates to time itself: the wall clock's milliseconds less those of UTC, at an instant. */
export type ZoneOffset = (atMs: number) => number

/** A stretch of time in which a zone's wall clock runs evenly. */
export interface EvenStretch {
  readonly startMs: number
  readonly endMs: number
  readonly offsetMs: number
}

/** No zone changes its clock twice within this time, so that looking this often finds every change. */
const LOOK_EVERY_MS = 6 * 3_600_000

/** A zone's offset by the system's tables. @returns undefined for a name that is no time zone (IANA) here */
export function zoneOffset(timeZone: string): ZoneOffset | undefined {
  const format = formatOf(timeZone)
  if (format === undefined) return undefined
  return (atMs) => {
    // Whole seconds: the format tells no smaller ones, and no zone has them.
    const at = Math.floor(atMs / 1_000) * 1_000
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - at
  }
}

/** The stretches of even time that cover a window, in order, cut at each change of the clock. */
export function evenStretches(offsetOf: ZoneOffset, fromMs: number, untilMs: number): EvenStretch[] {
  const stretches: EvenStretch[] = []
  let startMs = fromMs
  let offsetMs = offsetOf(fromMs)
  for (let atMs = fromMs; atMs < untilMs;) {
    const nextMs = Math.min(atMs + LOOK_EVERY_MS, untilMs)
    const next = offsetOf(nextMs)
    if (next !== offsetMs) {
      const changeMs = changeBetween(offsetOf, atMs, nextMs)
      stretches.push({ startMs, endMs: changeMs, offsetMs })
      startMs = changeMs
      offsetMs = next
    }
    atMs = nextMs
  }
  if (startMs < untilMs) stretches.push({ startMs, endMs: untilMs, offsetMs })
  return stretches
}

/** The first instant after `fromMs` with the offset of `untilMs`. */
function changeBetween(offsetOf: ZoneOffset, fromMs: number, untilMs: number): number {
  const after = offsetOf(untilMs)
  let [low, high] = [fromMs, untilMs]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetOf(middle) === after) high = middle
    else low = middle
  }
  return high
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    // Intl's own way to say that it does not know a zone.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
