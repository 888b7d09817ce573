/** A date by this machine's time zone. */
export function dateOf(ms: number): string {
  const date = new Date(ms)
  return isoDate(date.getFullYear(), date.getMonth() + 1, date.getDate())
}

/** The last `count` dates, today last; days of 23 and 25 hours count as one. */
export function lastDates(nowMs: number, count: number): string[] {
  const now = new Date(nowMs)
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - (count - 1 - i)))
    return isoDate(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate())
  })
}

function isoDate(year: number, month: number, day: number): string {
  return [String(year).padStart(4, '0'), ...[month, day].map((n) => String(n).padStart(2, '0'))].join('-')
}
