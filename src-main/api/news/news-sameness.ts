import type { JobSummary, NodeNews, NodePulse, Person } from '#contract'

/** A round trip that changed by less than this share, or by so few milliseconds, is the same to a person who looks. */
const RTT_CHANGE_SHARE = 0.3
const RTT_CHANGE_MS = 5

/** The parts of news that are sent whole when they change. */
export type NewsParts = Omit<NodeNews, 'is_whole' | 'jobs' | 'people'>

/** Whether a part need not be sent again. What moves all by itself, moment and round trips, does not count. */
export function isSamePart(before: NewsParts, now: NewsParts): boolean {
  if (before.pulse !== undefined && now.pulse !== undefined) return isSamePulse(before.pulse, now.pulse)
  return isSame(before, now)
}

function isSamePulse(before: NodePulse, now: NodePulse): boolean {
  const still = (pulse: NodePulse) => ({
    ...pulse,
    at_ms: 0,
    connections: pulse.connections.map((connection) => ({ ...connection, rtt_ms: 0 })),
  })
  return (
    isSame(still(before), still(now)) &&
    before.connections.every(({ rtt_ms }, i) => isSameRtt(rtt_ms, now.connections[i]?.rtt_ms))
  )
}

/** Whether a job in a list need not be sent again: until it ends, its clock runs by itself. */
export function isSameJob(before: JobSummary, now: JobSummary): boolean {
  const isUnderWay = now.state.kind === 'running' || now.state.kind === 'paused'
  return isSameBut(before, now, isUnderWay ? ['wall_ms'] : [])
}

/**
 * Whether a person need not be sent again. The last-seen time of a connected one changes all the time and is left out.
 */
export function isSamePerson(before: Person, now: Person): boolean {
  const moving: (keyof Person)[] = now.connected ? ['rtt_ms', 'last_seen_ms'] : ['rtt_ms']
  return isSameRtt(before.rtt_ms, now.rtt_ms) && isSameBut(before, now, moving)
}

/** Whether two views are equal but for some keys. Hundreds are compared at a time; as texts, that would take ten times as long. */
function isSameBut<T extends object>(before: T, now: T, moving: readonly (keyof T)[]): boolean {
  const keys = Object.keys(now) as (keyof T)[]
  if (keys.length !== Object.keys(before).length) return false
  return keys.every((key) => moving.includes(key) || isSameValue(before[key], now[key]))
}

function isSameValue(before: unknown, now: unknown): boolean {
  if (Array.isArray(before) && Array.isArray(now))
    return before.length === now.length && before.every((value, i) => isSameValue(value, now[i]))
  if (!isObject(before) || !isObject(now)) return before === now
  return isSameBut(before, now, [])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isSameRtt(before: number | undefined, now: number | undefined): boolean {
  if (before === undefined || now === undefined) return before === now
  return Math.abs(now - before) <= Math.max(RTT_CHANGE_MS, RTT_CHANGE_SHARE * before)
}

/** Views are made by one function each, so that equal ones have one text. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
