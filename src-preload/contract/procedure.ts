import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Fault } from '../../src-main/protocol/fault.ts'

/**
 * The base of every procedure: any of them may end with error `FAULT`, whose data is the fault as it is known
 * everywhere in Meshwork. Input that does not parse ends with oRPC's own `BAD_REQUEST`, before the call begins.
 */
export const procedure = oc.errors({
  FAULT: { status: 422, message: 'the call ended with a fault', data: Fault },
})

/** The answer of a call without a value. */
export const Nothing = z.strictObject({})
export type Nothing = z.infer<typeof Nothing>

/** Milliseconds since 1970 by the peer's clock. */
export const AtMs = z.int().min(0)
export type AtMs = z.infer<typeof AtMs>

/** A count of things. */
export const Count = z.int().min(0)
export type Count = z.infer<typeof Count>

/** A duration in milliseconds. */
export const DurationMs = z.number().min(0)
export type DurationMs = z.infer<typeof DurationMs>
