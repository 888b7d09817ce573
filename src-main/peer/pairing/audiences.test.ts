import { expect, test } from 'vitest'
import { commitmentOf, createBrain, ME, NOON, ofKind, peerOf } from '../brain.fixture.ts'
import { semiTrustedPeers, tierOfContact, trustedPeers } from './audiences.ts'

const [ANN, BOB, CY, STRANGER] = [peerOf('A'), peerOf('B'), peerOf('C'), peerOf('S')]

test('[T10] trusted are contacts with mutual trust, semi-trusted those that do not trust this peer or have not told', () => {
  const brain = createBrain({ [ANN]: 1, [BOB]: 0.5, [CY]: 0 })
  for (const [peer, trust] of [
    [ANN, 0.1],
    [BOB, 0],
    [CY, 1],
    [STRANGER, 1],
  ] as const) {
    const commitment = commitmentOf(peer, NOON, { trust: { [ME]: trust } })
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment })
  }
  expect(trustedPeers(brain.state)).toEqual([ANN])
  expect(semiTrustedPeers(brain.state)).toEqual([BOB])
  expect([CY, STRANGER].map((peer) => tierOfContact(brain.state, peer))).toEqual([undefined, undefined])
})

test('[T10] a contact that changes its trust in this peer changes its audience, and only then', () => {
  const brain = createBrain({ [ANN]: 1 })
  const hear = (atMs: number, trust: Record<string, number>) =>
    ofKind(
      brain.happens({ kind: 'commitment', at_ms: atMs, commitment: commitmentOf(ANN, atMs, { trust }) }),
      'contacts-changed',
    ).length
  expect(hear(NOON, {})).toBe(1)
  expect(hear(NOON + 1, {})).toBe(0)
  expect(hear(NOON + 1, { [ME]: 0.2 })).toBe(1)
  expect(hear(NOON + 2, { [ME]: 0.9 })).toBe(0)
  expect(hear(NOON + 3, {})).toBe(1)
  expect(semiTrustedPeers(brain.state)).toEqual([ANN])
})
