import { assert } from '../protocol/fault.ts'
import { fits, type Demand } from './demand.ts'

/** From `startMs` to the next segment's start (or the profile's end) this much is free. */
export interface Segment {
  readonly startMs: number
  readonly free: number[]
}

/** What is free in a slot at every instant: a step function of time, in every dimension of resources. */
export interface SlotProfile {
  readonly capacity: Demand
  readonly startMs: number
  readonly endMs: number
  readonly segments: Segment[]
}

/** The profile of an empty slot from `startMs` to `endMs`; of nothing when it ends before it starts. */
export function emptyProfile(capacity: Demand, startMs: number, endMs: number): SlotProfile {
  return { capacity, startMs, endMs: Math.max(startMs, endMs), segments: [{ startMs, free: [...capacity] }] }
}

/**
 * The earliest moment from `fromMs` on at which a demand is free for a duration within the slot.
 *
 * Takes time in proportion to the segments passed. While a profile only fills up, the answer for one demand and
 * duration never becomes earlier, so a caller may go on from the last answer.
 */
export function earliestFit(
  profile: SlotProfile,
  demand: Demand,
  durationMs: number,
  fromMs: number,
): number | undefined {
  const { segments } = profile
  const lastStartMs = profile.endMs - durationMs
  let startMs = Math.max(fromMs, profile.startMs)
  for (let i = segmentAt(profile.segments, startMs); startMs <= lastStartMs; i++) {
    const segment = segments[i]
    if (segment === undefined) return undefined
    const endMs = segments[i + 1]?.startMs ?? profile.endMs
    if (!fits(demand, segment.free)) startMs = Math.max(startMs, endMs)
    else if (endMs - startMs >= durationMs) return startMs
  }
  return undefined
}

/** The moment until which a demand stays free from `startMs` on, at most `limitMs` and the slot's end. */
export function freeUntil(profile: SlotProfile, demand: Demand, startMs: number, limitMs: number): number {
  const lastMs = Math.min(limitMs, profile.endMs)
  for (let i = segmentAt(profile.segments, startMs); i < profile.segments.length; i++) {
    const segment = profile.segments[i]
    if (segment === undefined || segment.startMs >= lastMs) break
    if (!fits(demand, segment.free)) return Math.max(startMs, segment.startMs)
  }
  return lastMs
}

/**
 * Takes a demand out of what is free from `startMs` to `endMs`, as far as that lies in the slot. What is free may
 * become negative: reservations are facts, even when the slot has shrunk since.
 */
export function take(profile: SlotProfile, demand: Demand, startMs: number, endMs: number): void {
  change(profile, demand, startMs, endMs, -1)
}

/** Gives back what `take` took. */
export function release(profile: SlotProfile, demand: Demand, startMs: number, endMs: number): void {
  change(profile, demand, startMs, endMs, 1)
}

/** The most that is in use at any instant, in each dimension. */
export function peakUse(profile: SlotProfile): Demand {
  return profile.capacity.map((capacity, d) =>
    profile.segments.reduce((peak, { free }) => Math.max(peak, capacity - (free[d] ?? 0)), 0),
  )
}

function change(profile: SlotProfile, demand: Demand, startMs: number, endMs: number, sign: 1 | -1): void {
  const fromMs = Math.max(startMs, profile.startMs)
  const toMs = Math.min(endMs, profile.endMs)
  if (!(fromMs < toMs)) return
  const first = splitAt(profile, fromMs)
  const last = toMs < profile.endMs ? splitAt(profile, toMs) : profile.segments.length
  for (let i = first; i < last; i++) {
    const segment = profile.segments[i]
    assert(segment !== undefined, 'a segment between two splits exists')
    for (let d = 0; d < demand.length; d++) segment.free[d] = (segment.free[d] ?? 0) + sign * (demand[d] ?? 0)
  }
}

/** The index of the segment that starts at `atMs`, made by splitting if there is none. */
function splitAt(profile: SlotProfile, atMs: number): number {
  const i = segmentAt(profile.segments, atMs)
  const segment = profile.segments[i]
  assert(segment !== undefined, 'every instant of a slot has a segment')
  if (segment.startMs === atMs) return i
  profile.segments.splice(i + 1, 0, { startMs: atMs, free: [...segment.free] })
  return i + 1
}

/** The index of the segment that `atMs` lies in. */
export function segmentAt(segments: readonly Segment[], atMs: number): number {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((segments[middle]?.startMs ?? Number.POSITIVE_INFINITY) <= atMs) low = middle
    else high = middle - 1
  }
  return low
}
