/**
 * The host's charges for its work on behalf of a module, in units of fuel (wasm/ABI.md lists them). Part of
 * `wasm.module`'s version: a change of any is another version of the algorithm. Without them a loop of host calls
 * would be nearly free; they are near the time that the work takes, at about eight units a nanosecond.
 */

/** Any call of a host function: leaving WebAssembly, finding the descriptor, checking pointers. */
export const HOST_CALL_FUEL = 1_000

/** A call that reads or moves in a file, besides: the operating system's work. */
export const FILE_CALL_FUEL = 5_000

/** A byte moved between the module's memory and a file. */
export const MOVED_BYTE_FUEL = 1

/** A byte of the input, for which it is read and hashed once before the module gets any of it. */
export const VERIFIED_BYTE_FUEL = 6

/** A byte of text: log, which is kept, decoded and carried to the requester; arguments. */
export const TEXT_BYTE_FUEL = 2

/** A random byte. */
export const RANDOM_BYTE_FUEL = 6

/** Reads a subscription, writes its event. */
export const SUBSCRIPTION_FUEL = 100
