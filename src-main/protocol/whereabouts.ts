import { z } from 'zod'
import { Bytes } from './bytes.ts'
import { Fault } from './fault.ts'

/**
 * The name under which a record lies at a mutual contact: 32 bytes that only the two peers that it joins can compute.
 */
const Token = Bytes.refine((bytes) => bytes.byteLength === 32, 'a token has 32 bytes')
/** A signed address record, encrypted and filled up, so that its length says nothing. */
export const SEALED_BYTES_MAX = 4_096
const Sealed = Bytes.refine((bytes) => bytes.byteLength <= SEALED_BYTES_MAX, 'a sealed record is short')

/** A record left for a contact. */
export const LeftRecord = z.object({ token: Token, sealed: Sealed })
export type LeftRecord = z.infer<typeof LeftRecord>

/** Records in one message, and tokens that are asked for in one. */
export const LEFT_MAX = 64

/** Messages of contacts about addresses. */
export const WhereaboutsMessage = z.discriminatedUnion('kind', [
  /** The sender's addresses: an envelope around an AddressRecord. */
  z.object({ kind: z.literal('here'), record: Bytes }),
  /** Asks the receiver to keep these records for peers that know their names. */
  z.object({ kind: z.literal('leave'), records: z.array(LeftRecord).min(1).max(LEFT_MAX) }),
  /** Asks for records under these names. */
  z.object({ kind: z.literal('find'), tokens: z.array(Token).min(1).max(LEFT_MAX) }),
])
export type WhereaboutsMessage = z.infer<typeof WhereaboutsMessage>

/** The answer. */
export const WhereaboutsReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('taken') }),
  z.object({ kind: z.literal('found'), records: z.array(LeftRecord).max(LEFT_MAX) }),
  z.object({ kind: z.literal('refused'), fault: Fault }),
])
export type WhereaboutsReply = z.infer<typeof WhereaboutsReply>
