import { z } from 'zod'
import { AddressText } from './address-record.ts'
import { Bytes } from './bytes.ts'
import { Cid, JobId, Name, PeerId } from './ids.ts'
import { Fault } from './fault.ts'
import { JobKey } from './job-key.ts'
import { AWARD_DUE_MS_MAX, AWARD_UNITS_MAX, PAIR_WAIT_MS_MAX } from './limits.ts'
import { VerificationRole } from './assignment.ts'
import { MomentMs } from './quantities.ts'
import { Attempt } from './receipt.ts'
import { Fraction } from './slot.ts'
import { Thanks } from './thanks.ts'
import { UnitIndex } from './work.ts'

/** One unit of an award, and which try it is. */
export const AwardedUnit = z.object({
  unit_index: UnitIndex,
  attempt: Attempt,
  role: VerificationRole,
  /** The provider's result of it is by another engine than it offers now: it is to be computed again. */
  anew: z.literal(true).exactOptional(),
})
export type AwardedUnit = z.infer<typeof AwardedUnit>

/** A requester gives units to a provider that offered to compute them (documents 002 and 003). */
export const Award = z.object({
  award_id: Name,
  job_id: JobId,
  manifest_cid: Cid,
  units: z.array(AwardedUnit).min(1).max(AWARD_UNITS_MAX),
  /** The results are expected within this time of its arrival; a duration, since clocks differ. */
  due_in_ms: z.int().min(1).max(AWARD_DUE_MS_MAX),
})
export type Award = z.infer<typeof Award>

/** A message between two peers on a direct stream; the stream authenticates the sender (noise). */
export const DirectMessage = z.discriminatedUnion('kind', [
  /** An award, with the key of a job that is encrypted: beside it, since awards are written down and keys are not. */
  z.object({ kind: z.literal('award'), award: Award, key: JobKey.exactOptional() }),
  /** Signed receipts: an envelope of domain `meshwork/1/receipts` around a ReceiptBatch. */
  z.object({ kind: z.literal('results'), envelope: Bytes }),
  /** The requester no longer wants these units; all of the job's when `units` is absent. */
  z.object({
    kind: z.literal('withdraw'),
    job_id: JobId,
    units: z.array(UnitIndex).max(AWARD_UNITS_MAX).exactOptional(),
  }),
  /** The requester asks for units back that have not begun, for an idle provider; units that have begun go on. */
  z.object({
    kind: z.literal('recall'),
    job_id: JobId,
    units: z
      .array(z.object({ unit_index: UnitIndex, attempt: Attempt }))
      .min(1)
      .max(AWARD_UNITS_MAX),
  }),
  /** The units are verified: their outputs need not be kept any longer. */
  z.object({
    kind: z.literal('settled'),
    job_id: JobId,
    units: z.array(UnitIndex).max(AWARD_UNITS_MAX),
  }),
  /** At a job's end: an envelope of domain `meshwork/1/verdict` around a JobVerdict about the receiver's outputs. */
  z.object({ kind: z.literal('verdict'), envelope: Bytes }),
  /** The requester thanks for units that the receiver computed; the stream says who it is. */
  z.object({ kind: z.literal('thanks'), thanks: Thanks }),
  /** The provider stopped before it had finished these units: the requester may award them to another peer. */
  z.object({
    kind: z.literal('hand-back'),
    job_id: JobId,
    units: z
      .array(z.object({ unit_index: UnitIndex, attempt: Attempt }))
      .min(1)
      .max(AWARD_UNITS_MAX),
    /** One line for people. */
    reason: z.string().max(200),
  }),
  /** One side of pairing: the secret of an invite, and the sender's name and addresses. */
  z.object({
    kind: z.literal('pair'),
    secret: z.string().min(16).max(64),
    name: z.string().min(1).max(100),
    addresses: z.array(z.string().max(300)).max(16),
  }),
  /**
   * A waiting peer asks for the state of its request. It needs no secret, which it showed before: the connection
   * identifies it.
   */
  z.object({ kind: z.literal('pair-again') }),
  /** A request to pair was answered: the receiver may ask for the answer. */
  z.object({ kind: z.literal('pair-answered') }),
  /** The sender gives up its request. */
  z.object({ kind: z.literal('pair-given-up') }),
])
export type DirectMessage = z.infer<typeof DirectMessage>

/** The messages of pairing. Their sender need not be known. */
export type PairMessage = Extract<
  DirectMessage,
  { kind: 'pair' | 'pair-again' | 'pair-answered' | 'pair-given-up' }
>

/** Whether a message is about pairing. */
export function isPairMessage(message: DirectMessage): message is PairMessage {
  return ['pair', 'pair-again', 'pair-answered', 'pair-given-up'].includes(message.kind)
}

/** The answer to a direct message: taken (and safe in the receiver's journal), or why not. */
export const DirectReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('taken') }),
  z.object({ kind: z.literal('refused'), fault: Fault }),
  /** The secret was right, and the other side's user has to accept within this time. */
  z.object({ kind: z.literal('waiting'), left_ms: z.int().min(0).max(PAIR_WAIT_MS_MAX) }),
  z.object({ kind: z.literal('paired'), name: z.string().min(1).max(100), peer_id: PeerId }),
])
export type DirectReply = z.infer<typeof DirectReply>

/** The content of an invite code: peer, addresses, and the one-time secret that proves the invitation. */
export const Invite = z.object({
  peer_id: PeerId,
  addresses: z.array(z.string().max(300)).min(1).max(16),
  secret: z.string().min(16).max(64),
})
export type Invite = z.infer<typeof Invite>

/** A peer that this one has paired with. `trust` is this user's own weight; 0 is known but not trusted. */
export const Contact = z.object({
  peer_id: PeerId,
  name: z.string().min(1).max(100),
  /** Its addresses, by its own record. */
  addresses: z.array(z.string().max(300)).max(16),
  /** The sequence number of that record; absent before the first. */
  sequence: z.int().min(1).exactOptional(),
  /** Addresses where it was reached, the latest first. */
  worked: z
    .array(z.object({ address: AddressText, at_ms: MomentMs }))
    .max(16)
    .exactOptional(),
  trust: Fraction,
  /** The key of its owner, where a link proves it (`OwnerLink`). */
  owner: PeerId.exactOptional(),
  paired_at_ms: MomentMs,
})
export type Contact = z.infer<typeof Contact>
