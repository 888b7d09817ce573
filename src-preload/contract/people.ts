import { z } from 'zod'
import { PeerId } from '../../src-main/protocol/ids.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { Away } from './job-status.ts'
import { INVITE_CODE_LENGTH_MAX, INVITE_MINUTES_MAX, NAME_LENGTH_MAX } from './limits.ts'
import { AtMs, Count, Nothing, procedure } from './procedure.ts'
import { Reach } from './reach.ts'

/** Days that a person's reliability is told for. */
export const RELIABILITY_DAYS = 14

/** A person this peer is paired with. */
export const Person = z.strictObject({
  peer_id: PeerId,
  /** The name that they gave themselves. */
  name: z.string(),
  /** A name to tell peers apart by, made of the key; two peers may share one. */
  short_name: z.string(),
  /** This user's own trust in them. */
  trust_mine: Fraction,
  /** Their trust in this peer, as they last published it; absent before they did. */
  trust_theirs: Fraction.exactOptional(),
  /** The tier of their work here: 1 where trust is mutual, 2 where only this user trusts, none otherwise. */
  tier: z.literal([1, 2, 'none']),
  connected: z.boolean(),
  /** Absent while not connected. */
  route: z.enum(['direct', 'relayed']).exactOptional(),
  /** How they are connected, or how looking for them goes; absent before this peer looks for them. */
  reach: Reach.exactOptional(),
  /** Round trip of the latest ping; absent while not connected or before the first. */
  rtt_ms: z.number().min(0).exactOptional(),
  /** When they were last heard of; absent if never since this peer started. */
  last_seen_ms: AtMs.exactOptional(),
  paired_at_ms: AtMs,
  /**
   * Resources that they share at this moment by their own account; absent when they share nothing or are not heard of.
   */
  shares_cores: z.number().min(0).exactOptional(),
  /** Why somebody who is connected works for nobody at this moment, and since when; `reach` says the same of others. */
  away: Away.exactOptional(),
  /** Units of ours: outputs that a quorum agreed with, that it did not, runs that failed, and deadlines missed. */
  verified: Count,
  rejected: Count,
  failed: Count,
  expired: Count,
  /**
   * Quality and reliability: how often their outputs were right, and how often they delivered, as averages of this
   * peer's own experience in which the past fades. Absent before the first unit.
   */
  quality: Fraction.exactOptional(),
  reliability: Fraction.exactOptional(),
  /** The share of their attempts that went well on each of the last days, oldest first; null where there were none. */
  reliability_by_day: z.array(Fraction.nullable()).max(RELIABILITY_DAYS),
  /** Units of theirs that this PC computed and they took. */
  done_for_them: Count,
  /** Units at work at this moment: theirs here, and ours there. */
  running_for_them: Count,
  running_for_us: Count,
})
export type Person = z.infer<typeof Person>

/** An invitation to give to a person. */
export const InviteCode = z.strictObject({
  /** Text to type or paste. */
  code: z.string(),
  /** The same as a link that opens the program. */
  link: z.string(),
  /** It is valid once, and not after this moment. */
  expires_at_ms: AtMs,
})
export type InviteCode = z.infer<typeof InviteCode>

/** Two sides of a pairing of which one has not answered yet. */
export const PairRequest = z.strictObject({
  peer_id: PeerId,
  /** The name that they gave themselves; absent while they have not answered. */
  name: z.string().exactOptional(),
  short_name: z.string(),
  /** `incoming` waits for this user, `outgoing` for the other. */
  direction: z.enum(['incoming', 'outgoing']),
  /** This user's trust as it was given with the code, either way. */
  trust: Fraction,
  asked_at_ms: AtMs,
  expires_at_ms: AtMs,
})
export type PairRequest = z.infer<typeof PairRequest>

/** A blocked person. */
export const BlockedPeer = z.strictObject({
  peer_id: PeerId,
  name: z.string(),
  short_name: z.string(),
  blocked_at_ms: AtMs,
})
export type BlockedPeer = z.infer<typeof BlockedPeer>

const WhichPerson = z.strictObject({ peer_id: PeerId })

/** People: the contacts of this peer, and their trust. */
export const people = {
  /**
   * Makes a code that pairs the person who uses it, with this trust; with `confirm` only after this user has accepted
   * them.
   */
  invite: procedure
    .input(
      z.strictObject({
        trust: Fraction,
        valid_minutes: z.number().positive().max(INVITE_MINUTES_MAX),
        confirm: z.boolean().default(false),
      }),
    )
    .output(InviteCode),
  /**
   * Accepts an invitation. `waiting` when the other side is still to accept: the request stands until the code expires,
   * and is tried again also after a restart. Faults: `malformed` (a typing error), `bad-input` (an own code, or one of
   * a blocked person), `unreachable`, `invite-refused`, `too-busy` (too many wait for an answer there or here),
   * `timed-out`.
   */
  pair: procedure
    .input(z.strictObject({ code: z.string().min(1).max(INVITE_CODE_LENGTH_MAX), trust: Fraction }))
    .output(
      z.strictObject({
        state: z.enum(['paired', 'waiting']),
        peer_id: PeerId,
        /** Their own name for themselves; their short name while they are to accept. */
        name: z.string().max(NAME_LENGTH_MAX),
      }),
    ),
  /** Requests that wait for an answer, by either side. */
  requests: procedure.output(z.array(PairRequest)),
  /** Accepts an incoming request with this trust. Fault: `unknown-peer`. */
  accept: procedure.input(WhichPerson.extend({ trust: Fraction })).output(Nothing),
  /** Declines an incoming request, or gives up an outgoing one. Fault: `unknown-peer`. */
  decline: procedure.input(WhichPerson).output(Nothing),
  list: procedure.output(z.array(Person)),
  /** Fault: `unknown-peer`. Trust 0 keeps the contact and gives it nothing. */
  setTrust: procedure.input(WhichPerson.extend({ trust: Fraction })).output(Nothing),
  /** Fault: `unknown-peer`. Their units of our jobs are awarded to others. */
  forget: procedure.input(WhichPerson).output(Nothing),
  /**
   * Blocks a person: forgets the contact or request, and accepts no connection or code of theirs. Faults:
   * `unknown-peer`, `too-busy` (too many are blocked).
   */
  block: procedure.input(WhichPerson).output(Nothing),
  /** They may pair again; they are not paired by it. Fault: `unknown-peer`. */
  unblock: procedure.input(WhichPerson).output(Nothing),
  blocked: procedure.output(z.array(BlockedPeer)),
}
