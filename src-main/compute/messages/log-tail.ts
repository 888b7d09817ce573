/**
 * The end of what each worker's unit says, where its host can read it although the worker never answers again: a unit
 * that runs until it is stopped takes its log with it.
 */

/** Bytes of each that are kept: some lines. */
export const TAIL_BYTES = 2_048
/** In front of them, how many came: up to the size all of it, beyond it the place of the oldest byte and the size. */
const COUNT_BYTES = 4
const SLOT_BYTES = COUNT_BYTES + TAIL_BYTES

/** The tails of so many slots, all empty. */
export type LogTails = SharedArrayBuffer

/** Room for the tails of so many slots. Memory is taken as they are written. */
export function createLogTails(slots: number): LogTails {
  return new SharedArrayBuffer(slots * SLOT_BYTES)
}

/** A worker's end of one slot: begins anew. @returns a function that takes what is said next */
export function beginTail(tails: LogTails, slot: number): (bytes: Uint8Array) => void {
  const [count, ring] = viewsOf(tails, slot)
  let place = 0
  let isFull = false
  Atomics.store(count, 0, 0)
  return (bytes) => {
    const kept = bytes.subarray(Math.max(0, bytes.byteLength - TAIL_BYTES))
    const first = kept.subarray(0, TAIL_BYTES - place)
    ring.set(first, place)
    ring.set(kept.subarray(first.byteLength), 0)
    isFull ||= place + kept.byteLength >= TAIL_BYTES
    place = (place + kept.byteLength) % TAIL_BYTES
    Atomics.store(count, 0, isFull ? TAIL_BYTES + place : place)
  }
}

/**
 * The tail of a slot as text, from the beginning of a line on where not all of it is there. What is being written at this
 * moment may be garbled, never longer.
 */
export function readTail(tails: LogTails, slot: number): string {
  const [count, ring] = viewsOf(tails, slot)
  const counted = Atomics.load(count, 0)
  if (counted < TAIL_BYTES) return new TextDecoder().decode(ring.slice(0, counted))
  const place = counted - TAIL_BYTES
  const bytes = new Uint8Array(TAIL_BYTES)
  bytes.set(ring.subarray(place), 0)
  bytes.set(ring.subarray(0, place), TAIL_BYTES - place)
  const lineAt = bytes.indexOf(0x0a) + 1
  return new TextDecoder().decode(bytes.subarray(lineAt === TAIL_BYTES ? 0 : lineAt))
}

function viewsOf(
  tails: LogTails,
  slot: number,
): [Int32Array<SharedArrayBuffer>, Uint8Array<SharedArrayBuffer>] {
  const at = slot * SLOT_BYTES
  return [new Int32Array(tails, at, 1), new Uint8Array(tails, at + COUNT_BYTES, TAIL_BYTES)]
}
