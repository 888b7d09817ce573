import { createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import type { PeerId } from '../../protocol/ids.ts'
import { keyOfPeerId } from './peer-name.ts'

/** DER before a raw private (PKCS #8) and a raw public key (SPKI) of X25519 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')
const KEY_BYTES = 32

/** A secret that two peers have in common, each by its own key and the other's name; 32 bytes. */
export type PairKeyOf = (other: PeerId) => Uint8Array | undefined

/**
 * The secrets that the peer of a seed shares with others: X25519 (RFC 7748) between both identities, whose Ed25519 keys are
 * the same points in another form, then HKDF-SHA-256 (RFC 5869). Nothing is agreed on or stored: each of the two peers
 * computes the secret from the other's id, and no third peer can.
 *
 * @returns undefined for what is no Ed25519 peer id
 */
export function pairKeys(seed: Uint8Array): PairKeyOf {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, ed25519.utils.toMontgomerySecret(seed)]),
    format: 'der',
    type: 'pkcs8',
  })
  return (other) => {
    const point = montgomeryOf(other)
    if (point === undefined) return undefined
    const publicKey = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, point]),
      format: 'der',
      type: 'spki',
    })
    const secret = agreed(() => diffieHellman({ privateKey, publicKey }))
    if (secret === undefined) return undefined
    return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'meshwork/1/pair-key', KEY_BYTES))
  }
}

/** A peer's key as a point of X25519; undefined where there is none: points of low order have no secret. */
function montgomeryOf(peer: PeerId): Uint8Array | undefined {
  const key = keyOfPeerId(peer)
  return key === undefined ? undefined : agreed(() => ed25519.utils.toMontgomery(key))
}

/** The result of a function of another peer's key; undefined when it refuses the key. */
function agreed<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

/** The name under which a record of `author` lies on one day for the other who has the key; 32 bytes. */
export function tokenOf(pairKey: Uint8Array, author: PeerId, day: number): Uint8Array {
  const inner = Buffer.from(
    hkdfSync('sha256', pairKey, new Uint8Array(), `meshwork/1/token ${author}`, KEY_BYTES),
  )
  return new Uint8Array(createHash('sha256').update(inner).update(`day ${day}`).digest())
}

/** The key under which that record is encrypted. */
export function sealKeyOf(pairKey: Uint8Array, author: PeerId): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', pairKey, new Uint8Array(), `meshwork/1/seal ${author}`, KEY_BYTES))
}
