import { randomBytes } from 'node:crypto'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PeerId } from '../../protocol/ids.ts'
import { createIdentity } from './identity.ts'
import {
  didKeyOf,
  fingerprintOf,
  keyOfPeerId,
  peerIdOfDidKey,
  peerIdOfKey,
  shortNameOf,
} from './peer-name.ts'

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('identity', () => {
  test('a peer id is the one that libp2p derives from the same key, and fits the protocol', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const identity = createIdentity(seed)
        expect(identity.peer).toBe(peerIdFromPrivateKey(identity.libp2pKey).toString())
        expect(PeerId.parse(identity.peer)).toBe(identity.peer)
        expect(peerIdOfKey(keyOfPeerId(identity.peer)!)).toBe(identity.peer)
        expect(peerIdOfDidKey(didKeyOf(identity.peer))).toBe(identity.peer)
      }),
      { numRuns: 50 },
    )
  })

  test('the seed of RFC 8032, test 1 gives its public key and its signature', () => {
    const identity = createIdentity(
      Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
    )
    expect(Buffer.from(keyOfPeerId(identity.peer)!).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
    expect(Buffer.from(identity.sign(new Uint8Array())).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
  })

  test('a signature counts for its signer and its message only', () => {
    const a = createIdentity(randomBytes(32))
    const b = createIdentity(randomBytes(32))
    const message = randomBytes(100)
    const signature = a.sign(message)
    expect(b.verify(a.peer, message, signature)).toBe(true)
    expect(b.verify(b.peer, message, signature)).toBe(false)
    expect(b.verify(a.peer, randomBytes(100), signature)).toBe(false)
  })

  test('verification of anything malformed is false and never throws', () => {
    const identity = createIdentity(randomBytes(32))
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constant(identity.peer), fc.constant(`12D3KooW${'z'.repeat(44)}`)),
        fc.uint8Array(),
        fc.uint8Array({ maxLength: 80 }),
        (signer, message, signature) => {
          expect(identity.verify(signer as PeerId, message, signature)).toBe(false)
        },
      ),
    )
  })

  test('texts that are no Ed25519 peer id or did:key have no key in them', () => {
    expect(keyOfPeerId('QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N')).toBeUndefined()
    expect(keyOfPeerId(`12D3KooW${'z'.repeat(44)}`)).toBeUndefined()
    expect(peerIdOfDidKey('did:key:z6Mk')).toBeUndefined()
    expect(peerIdOfDidKey('did:web:example.org')).toBeUndefined()
  })

  test('short name and fingerprint are stable views of the key', () => {
    const { peer } = createIdentity(new Uint8Array(32))
    expect(shortNameOf(peer)).toMatch(/^[bdfghjklmnprstvz]{1}[aiou][^aiou][aiou][^aiou]-\w{5}$/)
    expect(fingerprintOf(peer)).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/)
    expect(didKeyOf(peer)).toMatch(/^did:key:z6Mk/)
  })
})
