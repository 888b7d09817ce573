import { SLOT_BEGUN, SLOT_THREAD, SLOT_WORDS, WORKERS_MAX } from '../messages/input.ts'

/** Slots are used in turn, so that a thread on its way out never writes into its successor's. */
export const SLOTS = WORKERS_MAX * 4
/** No worker has this id: it is the main thread's. */
const NO_THREAD = 0

/** The words that workers write while they work, and their host reads. */
export type WorkerSlots = Int32Array<SharedArrayBuffer>

/** Slots in which no worker has begun. */
export function createWorkerSlots(): WorkerSlots {
  return new Int32Array(new SharedArrayBuffer(SLOTS * SLOT_WORDS * 4))
}

/** Makes a slot ready for its next worker. */
export function clearSlot(slots: WorkerSlots, slot: number): void {
  Atomics.store(slots, slot * SLOT_WORDS + SLOT_THREAD, NO_THREAD)
  Atomics.store(slots, slot * SLOT_WORDS + SLOT_BEGUN, 0)
}

/** How many tasks of its batch the slot's worker has begun. */
export function tasksBegun(slots: WorkerSlots, slot: number): number {
  return Atomics.load(slots, slot * SLOT_WORDS + SLOT_BEGUN)
}

/** The id of the slot's thread; of no thread until it has begun. */
export function threadOf(slots: WorkerSlots, slot: number): number {
  return Atomics.load(slots, slot * SLOT_WORDS + SLOT_THREAD)
}
