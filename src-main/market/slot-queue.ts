import type { Demand } from './demand.ts'
import { knownFloor, notBefore, type SlotFloor } from './slot-floor.ts'
import { earliestFit, type SlotProfile } from './slot-profile.ts'

/** A slot that can run a kind of unit. */
export interface Candidate {
  /** The slot's place among all slots; the lower comes first when two would end at the same time. */
  readonly order: number
  readonly profile: SlotProfile
  readonly floor: SlotFloor
  readonly durationMs: number
  /** No unit of the kind fits earlier than this; moves on as the slot fills. */
  fromMs: number
}

/** Where the next unit would be done first. */
export interface Opening {
  readonly candidate: Candidate
  readonly startMs: number
}

/** The slots for one kind of unit, by the expected end of its next unit. */
export interface SlotQueue {
  /** The slot in which one more unit would end first; undefined when none has room within the horizon. */
  earliest(): Opening | undefined
}

/**
 * A binary heap of slots, keyed by lower bounds of the expected end: slots only fill up while work is placed, so a
 * bound is looked at again only when it comes out on top.
 */
export function slotQueue(candidates: Candidate[], demand: Demand, latestStartMs: number): SlotQueue {
  const heap = candidates
  let ordered = false
  const order = (): void => {
    ordered = true
    for (const candidate of heap) {
      candidate.fromMs = knownFloor(candidate.floor, candidate.profile, demand)
    }
    for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i)
  }
  return {
    earliest() {
      // Only now, because by now others have filled the slots and the bounds are better.
      if (!ordered) order()
      for (let top = heap[0]; top !== undefined; top = heap[0]) {
        const fromMs = Math.max(top.fromMs, notBefore(top.floor, top.profile, demand))
        const startMs = earliestFit(top.profile, demand, top.durationMs, fromMs)
        if (startMs === top.fromMs && startMs <= latestStartMs) return { candidate: top, startMs }
        if (startMs === undefined || startMs > latestStartMs) removeTop(heap)
        else {
          top.fromMs = startMs
          sink(heap, 0)
        }
      }
      return undefined
    },
  }
}

function removeTop(heap: Candidate[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  heap[0] = last
  sink(heap, 0)
}

function sink(heap: Candidate[], from: number): void {
  let at = from
  for (;;) {
    let least = at
    for (let child = 2 * at + 1; child <= 2 * at + 2; child++)
      if (isBefore(heap[child], heap[least])) least = child
    const [upper, lower] = [heap[at], heap[least]]
    if (least === at || upper === undefined || lower === undefined) return
    heap[at] = lower
    heap[least] = upper
    at = least
  }
}

function isBefore(a: Candidate | undefined, b: Candidate | undefined): boolean {
  if (a === undefined || b === undefined) return false
  const difference = a.fromMs + a.durationMs - (b.fromMs + b.durationMs)
  return difference < 0 || (difference === 0 && a.order < b.order)
}
