import { createPrivateKey, createPublicKey, hkdfSync, sign, verify, type KeyObject } from 'node:crypto'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { assert } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Identity } from '../../ports/identity.ts'
import { PUBLIC_KEYS_CACHED_MAX } from '../limits.ts'
import { pairKeys, type PairKeyOf } from './pair-key.ts'
import { keyOfPeerId, peerIdOfKey } from './peer-name.ts'

/** DER before a raw 32-byte seed (PKCS #8) and before a raw 32-byte public key (SPKI) of Ed25519 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** An identity as the network adapter needs it: libp2p shows the same key in its handshakes. */
export interface NodeIdentity extends Identity {
  /** The key in libp2p's own form; nothing outside this folder touches it. */
  readonly libp2pKey: Ed25519PrivateKey
  /** The secrets that it shares with others. */
  readonly pairKeyOf: PairKeyOf
  /** 32 bytes that only this peer can make, another for each purpose. */
  readonly ownKeyFor: (purpose: string) => Uint8Array
}

/**
 * The identity of an Ed25519 seed, working by node:crypto (0.1 ms a verification; plain JavaScript takes 1.2 ms).
 *
 * @param seed the 32 bytes of RFC 8032's private key
 */
export function createIdentity(seed: Uint8Array): NodeIdentity {
  assert(seed.byteLength === 32, 'an Ed25519 seed has 32 bytes')
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = new Uint8Array(spki.subarray(SPKI_PREFIX.byteLength))
  const libp2pKey = privateKeyFromRaw(Buffer.concat([seed, publicKey]))
  assert(libp2pKey.type === 'Ed25519', 'an Ed25519 seed makes an Ed25519 key')
  const keyOf = publicKeyCache()
  const secret = seed.slice()
  return {
    peer: peerIdOfKey(publicKey),
    libp2pKey,
    pairKeyOf: pairKeys(seed),
    ownKeyFor: (purpose) =>
      new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `meshwork/1/own-key ${purpose}`, 32)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
    verify: (signer, message, signature) => {
      const key = signature.byteLength === 64 ? keyOf(signer) : undefined
      return key !== undefined && verify(null, message, key, signature)
    },
  }
}

/** Parsed public keys by peer, the least recently used dropped; undefined for what is no Ed25519 peer id. */
function publicKeyCache(): (peer: PeerId) => KeyObject | undefined {
  const cache = new Map<PeerId, KeyObject>()
  return (peer) => {
    const known = cache.get(peer)
    if (known !== undefined) {
      cache.delete(peer)
      cache.set(peer, known)
      return known
    }
    const raw = keyOfPeerId(peer)
    if (raw === undefined) return undefined
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
    cache.set(peer, key)
    if (cache.size > PUBLIC_KEYS_CACHED_MAX) {
      const [oldest] = cache.keys()
      if (oldest !== undefined) cache.delete(oldest)
    }
    return key
  }
}
