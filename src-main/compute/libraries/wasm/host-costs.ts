/**
 * What the host charges a module for the work it does for it, in units of fuel (wasm/ABI.md lists them). Part of
 * `wasm.module`'s version: a change of any is another version of the algorithm. Without them a loop of host calls
 * would be nearly free; they are near the time that the work takes, at about two units a nanosecond.
 */

/** Any call of a host function: leaving WebAssembly, finding the descriptor, checking pointers. */
export const HOST_CALL_FUEL = 400

/** A call that reads or moves in a file, besides: the operating system's work. */
export const FILE_CALL_FUEL = 3_000

/** Bytes moved between the module's memory and a file for one unit. */
export const MOVED_BYTES_PER_FUEL = 8

/** Bytes of the input verified, for one unit: each is read and hashed once before the module runs. */
export const VERIFIED_BYTES_PER_FUEL = 1

/** Bytes of log for one unit: text is kept, decoded and carried to the requester. */
export const LOGGED_BYTES_PER_FUEL = 1

/** Random bytes made for one unit. */
export const RANDOM_BYTES_PER_FUEL = 2

/** Reads a subscription, writes its event. */
export const SUBSCRIPTION_FUEL = 50

/** Units for so many bytes, rounded up. */
export function fuelOfBytes(bytes: number, bytesPerFuel: number): number {
  return Math.ceil(bytes / bytesPerFuel)
}
