import { z } from 'zod'
import { Bytes } from './bytes.ts'
import { Fault } from './fault.ts'

/** The name under which a record lies at a mutual contact: 32 bytes that nobody but the two whom it joins can make. */
const Token = Bytes.refine((bytes) => bytes.byteLength === 32, 'a token has 32 bytes')
/** A signed address record, encrypted and filled up, so that its length says nothing. */
export const SEALED_BYTES_MAX = 4_096
const Sealed = Bytes.refine((bytes) => bytes.byteLength <= SEALED_BYTES_MAX, 'a sealed record is short')

/** A record left for somebody. */
export const LeftRecord = z.object({ token: Token, sealed: Sealed })
export type LeftRecord = z.infer<typeof LeftRecord>

/** Records in one message, and tokens that are asked for in one. */
export const LEFT_MAX = 64

/** What contacts tell and ask each other about addresses. */
export const WhereaboutsMessage = z.discriminatedUnion('kind', [
  /** Where the sender is: an envelope around an AddressRecord. */
  z.object({ kind: z.literal('here'), record: Bytes }),
  /** Keep these for those who know to ask for them. */
  z.object({ kind: z.literal('leave'), records: z.array(LeftRecord).min(1).max(LEFT_MAX) }),
  /** Has anybody left one of these? */
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
