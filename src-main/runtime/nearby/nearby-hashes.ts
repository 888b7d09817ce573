import { createHash, createHmac } from 'node:crypto'
import type { NearbyHashes } from '../../peer/pairing/nearby-pairing.ts'

/** Numbers of six digits. The rest of 64 bits by it is uneven by less than 2⁻⁴⁴. */
const NUMBERS = 1_000_000n

/**
 * The short authentication string of two peers, as in Bluetooth's numeric comparison and ZRTP (RFC 6189, section
 * 4.4.1.1): HMAC-SHA-256 of both ids under both nonces, of which the first was committed to before the second was told.
 */
export const nearbyHashes: NearbyHashes = {
  commitment: (nonce, initiator, responder) =>
    createHash('sha256')
      .update(`meshwork/1/nearby-commitment ${initiator} ${responder} `)
      .update(nonce)
      .digest(),
  number(nonces, initiator, responder) {
    const key = Buffer.concat([nonces.initiator, nonces.responder])
    const digest = createHmac('sha256', key)
      .update(`meshwork/1/nearby-number ${initiator} ${responder}`)
      .digest()
    return String(digest.readBigUInt64BE() % NUMBERS).padStart(6, '0')
  },
}
