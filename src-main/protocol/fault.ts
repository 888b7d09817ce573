import { z } from 'zod'

/**
 * Expected failures, as data: the same value in a function's result, in the journal, on the network and in the UI.
 * `kind` decides what to do; `message` is one clear line for a person, and code never matches on it.
 */
export const Fault = z.object({
  kind: z.enum([
    // what came in
    'malformed', // bytes that do not decode, or decode to the wrong shape
    'oversized', // more than a bound of limits.ts
    'unsigned', // no signature, a wrong one, or one by another peer
    'stale', // too old, or behind what is known
    'future-dated', // from a clock ahead of ours by more than the skew
    'not-canonical', // decodes, but is not the one encoding of its value
    'bad-input', // a user's file or option
    // what was asked
    'unknown-job',
    'unknown-peer',
    'unknown-algorithm',
    'not-trusted',
    'invite-refused',
    'too-busy',
    'cancelled',
    'unsupported', // this host or machine cannot do it
    // what happened while running
    'blob-missing',
    'blob-corrupt',
    'quota-exceeded',
    'unreachable',
    'timed-out',
    'runner-lost', // the compute host died or was killed while the unit ran there
    'unit-failed', // the algorithm itself refused or failed
    'module-refused', // a WebAssembly module that the sandbox does not take
    'trapped', // a module stopped itself: unreachable, out of bounds, division by zero, …
    'exit-code', // a WASI program ended with a code other than 0
    'fuel-exhausted', // a module used all its fuel
    'stack-exhausted', // a module called too deep
    'memory-exhausted', // this machine had no memory for a module within its limit: says nothing of others
    'undecided', // verifiers disagree and no other peer is left to ask
    'storage-failed',
    'internal', // a defect of ours: never a verdict about anybody, always reported with its place
    'disk-full', // no room on this machine's disk; it goes on when there is
    'not-opened', // sealed bytes that the job's key does not open
  ]),
  message: z.string().max(2_000),
})
export type Fault = z.infer<typeof Fault>

/** Either a value or a fault; for decoders and other functions that expect bad input. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; fault: Fault }

/** An outcome that went well. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/** An outcome that did not. */
export function failure(kind: Fault['kind'], message: string): { ok: false; fault: Fault } {
  return { ok: false, fault: { kind, message: message.slice(0, 2_000) } }
}

/** A fault on its way through code that throws; only edges catch it and turn it back into data. */
export class FaultError extends Error {
  override readonly name = 'FaultError'
  readonly fault: Fault
  constructor(fault: Fault, cause?: unknown) {
    super(fault.message, { cause })
    this.fault = fault
  }
}

/** Throws a fault. */
export function refuse(kind: Fault['kind'], message: string, cause?: unknown): never {
  throw new FaultError({ kind, message: message.slice(0, 2_000) }, cause)
}

/** The fault inside a caught value; any other error becomes `otherwise`, with its message. */
export function faultOf(error: unknown, otherwise: Fault['kind']): Fault {
  if (error instanceof FaultError) return error.fault
  const message = error instanceof Error ? error.message : String(error)
  return { kind: otherwise, message: message.slice(0, 2_000) || otherwise }
}

/**
 * The fault that was caught. Any other error, and an `internal` fault, is a defect of ours: it is thrown on, to be
 * reported. For places where a fault may be dropped.
 */
export function onlyFault(error: unknown): Fault {
  if (error instanceof FaultError && error.fault.kind !== 'internal') return error.fault
  throw error
}

/**
 * Checks an invariant of our own code. Never used on input from outside, where it would be a remote crash.
 *
 * @throws when the invariant is broken, which is a defect
 */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`)
}
