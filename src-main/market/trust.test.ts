import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TrustWeights } from '../protocol/commitment.ts'
import type { PeerId } from '../protocol/ids.ts'
import { samplePeer } from './sample-market.ts'
import { bilateralTrust, tierOf } from './trust.ts'

const [alice, bob] = [samplePeer(1), samplePeer(2)]
const weight = fc.double({ min: 0, max: 1, noNaN: true })

function weights(entries: Record<string, number>): TrustWeights {
  return TrustWeights.parse(entries)
}

describe('trust', () => {
  test('[M1] between two is the lesser of both weights, seen from either side', () => {
    fc.assert(
      fc.property(weight, weight, (ofBob, ofAlice) => {
        const [alices, bobs] = [weights({ [bob]: ofBob }), weights({ [alice]: ofAlice })]
        expect(bilateralTrust(alices, bobs, alice, bob)).toBe(Math.min(ofBob, ofAlice))
        expect(bilateralTrust(bobs, alices, bob, alice)).toBe(Math.min(ofBob, ofAlice))
      }),
    )
  })

  test('[M1] in an unnamed peer is 0, in this peer 1', () => {
    expect(bilateralTrust(weights({ [bob]: 1 }), {}, alice, bob)).toBe(0)
    expect(bilateralTrust({}, weights({ [alice]: 1 }), alice, bob)).toBe(0)
    expect(bilateralTrust({}, {}, alice, alice)).toBe(1)
    expect(bilateralTrust({}, {}, alice, 'constructor' as PeerId)).toBe(0)
  })

  test('[M2] [M3] makes tier 1 when mutual, tier 2 when only this peer trusts, none otherwise', () => {
    fc.assert(
      fc.property(weight, weight, (mine, theirs) => {
        expect(tierOf(mine, theirs)).toBe(mine === 0 ? undefined : theirs === 0 ? 2 : 1)
      }),
    )
    expect(tierOf(Number.NaN, 1)).toBe(undefined)
  })
})
