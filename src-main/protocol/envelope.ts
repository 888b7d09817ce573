import { z } from 'zod'
import { Bytes } from './bytes.ts'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { failure, success, type Outcome } from './fault.ts'
import { PeerId } from './ids.ts'
import { CLOCK_SKEW_MS_MAX, ENVELOPE_BYTES_MAX } from './limits.ts'
import { toMs, type Timestamp } from './time.ts'

/** The purpose of a signature. A signature made in one domain means nothing in another. */
export const Domain = z.enum([
  'meshwork/1/store/compute/commitment',
  'meshwork/1/store/compute/allocation',
  'meshwork/1/store/compute/round',
  'meshwork/1/store/compute/results',
  'meshwork/1/receipts',
  'meshwork/1/verdict',
  'meshwork/1/owner-link',
  'meshwork/1/blob-pass',
  'meshwork/1/address-record',
])
export type Domain = z.infer<typeof Domain>

/** A payload with its author's signature over the domain and the payload's exact bytes. */
export const SignedEnvelope = z.object({
  domain: Domain,
  payload: Bytes,
  signer: PeerId,
  signature: Bytes.refine((s) => s.byteLength === 64, 'an Ed25519 signature has 64 bytes'),
})
export type SignedEnvelope = z.infer<typeof SignedEnvelope>

/** The bytes that a signature covers: domain and payload, so that no domain's bytes pass for another's. */
export function signedBytes(domain: Domain, payload: Uint8Array): Uint8Array {
  return encodeCanonical(['meshwork-envelope', domain, payload])
}

/** Encodes and signs a value. `sign` is Ed25519 (RFC 8032) by the holder of `signer`'s key. */
export function sealEnvelope(
  domain: Domain,
  value: unknown,
  signer: PeerId,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const payload = encodeCanonical(value)
  const envelope: SignedEnvelope = { domain, payload, signer, signature: sign(signedBytes(domain, payload)) }
  return encodeCanonical(envelope)
}

/** Requirements of a receiver on an envelope. */
export interface EnvelopeDemands<S extends z.ZodType> {
  readonly domain: Domain
  readonly schema: S
  /** The required signer; any when absent. */
  readonly signer?: PeerId
  /** Ed25519 verification under the key inside the peer id. */
  readonly verify: (signer: PeerId, message: Uint8Array, signature: Uint8Array) => boolean
  readonly nowMs: number
  /** Older values are stale; no age limit when absent. */
  readonly ageMsMax?: number
  /** Values from this moment or before are stale: a newer one is known. */
  readonly newerThanMs?: number
  readonly bytesMax?: number
  /** Values carry a sequence number that decides which is newest: a signer whose clock is ahead is heard too. */
  readonly hasSequence?: true
}

/**
 * Opens an envelope from outside: size, shape, domain, signer, signature, payload, age, in this order, so that
 * nothing expensive is done for a stranger's bytes before the cheap checks have passed.
 *
 * @returns the payload and its signer, or `oversized`, `malformed`, `not-canonical`, `unsigned`, `stale` or
 *   `future-dated`
 */
export function openEnvelope<S extends z.ZodType<{ timestamp: Timestamp }>>(
  bytes: Uint8Array,
  demands: EnvelopeDemands<S>,
): Outcome<{ value: z.infer<S>; signer: PeerId }> {
  const bytesMax = demands.bytesMax ?? ENVELOPE_BYTES_MAX
  const envelope = decodeCanonical(bytes, SignedEnvelope, bytesMax)
  if (!envelope.ok) return envelope
  const { domain, payload, signer, signature } = envelope.value
  if (domain !== demands.domain) return failure('unsigned', `signed for ${domain}, not ${demands.domain}`)
  if (demands.signer !== undefined && signer !== demands.signer) {
    return failure('unsigned', `signed by ${signer}, not ${demands.signer}`)
  }
  if (!demands.verify(signer, signedBytes(domain, payload), signature)) {
    return failure('unsigned', `the signature of ${signer} does not match`)
  }
  const decoded = decodeCanonical(payload, demands.schema, bytesMax)
  if (!decoded.ok) return decoded
  const madeAtMs = toMs(decoded.value.timestamp)
  const ageMs = demands.nowMs - madeAtMs
  if (demands.hasSequence !== true && ageMs < -CLOCK_SKEW_MS_MAX)
    return failure('future-dated', `from ${-ageMs} ms in the future`)
  if (demands.ageMsMax !== undefined && ageMs > demands.ageMsMax) return failure('stale', `${ageMs} ms old`)
  if (demands.newerThanMs !== undefined && madeAtMs <= demands.newerThanMs) {
    return failure('stale', 'not newer than what is known')
  }
  return success({ value: decoded.value, signer })
}
