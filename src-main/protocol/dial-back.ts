import { z } from 'zod'

/** Ports that one contact may have tried: one, or those of IPv4 and IPv6 apart. */
export const DIAL_BACK_PORTS_MAX = 2
/** Ports below belong to other programs' services (RFC 6335) and are never dialled. */
export const PORT_MIN = 1_024

/**
 * Asks a contact to connect to the asker's own IP, as the contact sees it, at one of these ports. It has no field for
 * an address.
 */
export const DialBackRequest = z.strictObject({
  ports: z.array(z.int().min(PORT_MIN).max(65_535)).max(DIAL_BACK_PORTS_MAX),
})
export type DialBackRequest = z.infer<typeof DialBackRequest>

/**
 * The outcome of trying one port; `not-tried` where the asker comes through a relay, so that its address is not seen.
 */
export const DialBackOutcome = z.enum(['open', 'refused', 'no-answer', 'not-tried'])
export type DialBackOutcome = z.infer<typeof DialBackOutcome>

/** A moment of the answering side's clock, in milliseconds since 1970. */
const ClockMs = z.number().min(0).max(8.64e15)

/** The IP at the beginning of a multiaddress, without the rest. */
const IP = /^\/(ip4\/\d{1,3}(\.\d{1,3}){3}|ip6\/[0-9a-f:.]+)$/i

/** The answer. */
export const DialBackReply = z.strictObject({
  /** The begin of the address that the asker comes from: `/ip4/203.0.113.5`; absent when it comes through a relay. */
  seen: z
    .string()
    .max(80)
    .refine((text) => IP.test(text))
    .exactOptional(),
  outcomes: z
    .array(z.strictObject({ port: z.int().min(1).max(65_535), outcome: DialBackOutcome }))
    .max(DIAL_BACK_PORTS_MAX),
  /**
   * When the request arrived, and when the answer was sent: the asker compares clocks by them (RFC 5905, section 8).
   */
  received_ms: ClockMs,
  answered_ms: ClockMs,
})
export type DialBackReply = z.infer<typeof DialBackReply>
