import { z } from 'zod'
import { PeerId } from '../../src-main/protocol/ids.ts'
import { RefusalReason, ShortNumber } from '../../src-main/protocol/nearby.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { AtMs, Nothing, procedure } from './procedure.ts'

/** A PC in the same network that runs Meshwork and is none of this user's contacts. */
export const NearbyPc = z.strictObject({ peer_id: PeerId, name: z.string(), short_name: z.string() })
export type NearbyPc = z.infer<typeof NearbyPc>

/** A try to pair with a PC nearby. */
export const NearbyTry = z.strictObject({
  peer_id: PeerId,
  /** Their own name; only the number proves who they are. */
  name: z.string(),
  short_name: z.string(),
  /** Who began: `outgoing` is this user. */
  direction: z.enum(['incoming', 'outgoing']),
  state: z.discriminatedUnion('kind', [
    /** The other PC has been asked; there is no number yet. */
    z.strictObject({ kind: z.literal('asking') }),
    /** Both screens show the number. */
    z.strictObject({
      kind: z.literal('comparing'),
      number: ShortNumber,
      /** This user has said yes, and waits for the other. */
      confirmed: z.boolean(),
    }),
    z.strictObject({
      kind: z.literal('ended'),
      how: z.enum(['paired', 'declined', 'differ', 'expired', 'broken']),
      by_them: z.boolean(),
    }),
  ]),
  /** When it ends by itself; of one that has ended, when it is put away. */
  expires_at_ms: AtMs,
})
export type NearbyTry = z.infer<typeof NearbyTry>

/** PCs nearby, and tries to pair with them. */
export const NearbyNow = z.strictObject({
  /** Whether this PC is seen by others nearby. */
  visible: z.boolean(),
  /** By name. */
  pcs: z.array(NearbyPc),
  /** The oldest first. */
  tries: z.array(NearbyTry),
})
export type NearbyNow = z.infer<typeof NearbyNow>

const WhichPc = z.strictObject({ peer_id: PeerId })

/** PCs in the same network: seeing them, and pairing by a number that both screens show. */
export const nearby = {
  list: procedure.output(NearbyNow),
  /**
   * Asks a PC to pair; returns when there is a number to compare. Faults: `unknown-peer` (not nearby), `too-busy`,
   * `unreachable`, `not-trusted` (it is not to be asked), `timed-out`.
   */
  pair: procedure.input(WhichPc).output(NearbyTry),
  /** The user has compared: the other screen shows this number. Fault: `stale` (another one is shown by now). */
  confirm: procedure.input(WhichPc.extend({ number: ShortNumber, trust: Fraction })).output(Nothing),
  /** Says no, or that the numbers differ, or puts a try away that has ended. Fault: `too-busy` (too many are blocked). */
  refuse: procedure
    .input(WhichPc.extend({ reason: RefusalReason, block: z.boolean().default(false) }))
    .output(Nothing),
  setVisible: procedure.input(z.strictObject({ visible: z.boolean() })).output(Nothing),
}
