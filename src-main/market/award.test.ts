import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../protocol/ids.ts'
import {
  chooseAwards,
  POOR_STANDING_BELOW,
  type AwardInput,
  type Offer,
  type Standing,
  type UnitNeed,
} from './award.ts'
import { samplePeer } from './sample-market.ts'

const PEERS = [0, 1, 2, 3, 4].map(samplePeer)
const [a, b, c] = PEERS as [PeerId, PeerId, PeerId]
const UNITS = 12
const GOOD: Standing = { trust: 0.8, quality: 0.9, reliability: 0.9 }
const PATIENCE_MS = 5_000

function input(changes: Partial<AwardInput> = {}): AwardInput {
  return {
    offers: [],
    needOf: () => ({ missing: 1, holders: [], openSinceMs: 0 }),
    standingOf: () => GOOD,
    trustEachOtherFully: () => false,
    others: PEERS.length - 1,
    nowMs: 1_000,
    patienceMs: PATIENCE_MS,
    unitsMax: 1_000,
    ...changes,
  }
}

const offer = (peer: PeerId, first = 0, count = 1, expectedEndMs = 10): Offer => ({
  peer,
  first,
  count,
  expectedEndMs,
})

/** Who got each unit, with the role. */
function given(awards: ReturnType<typeof chooseAwards>): { peer: PeerId; index: number; role: string }[] {
  return awards.flatMap(({ peer, units }) => units.map((unit) => ({ peer, ...unit })))
}

const peer = fc.constantFrom(...PEERS)
const anyInput: fc.Arbitrary<
  AwardInput & { friends: boolean[]; needs: (UnitNeed | undefined)[]; standings: Standing[] }
> = fc
  .record({
    offers: fc.array(
      fc.record({
        peer,
        first: fc.nat(UNITS + 2),
        count: fc.integer({ min: 1, max: 6 }),
        expectedEndMs: fc.nat(5),
      }),
      { maxLength: 12 },
    ),
    needs: fc.array(
      fc.option(
        fc.record({
          missing: fc.nat(3),
          holders: fc.uniqueArray(peer, { maxLength: 3 }),
          openSinceMs: fc.constantFrom(0, 4_000, 9_000),
        }),
        { nil: undefined, freq: 8 },
      ),
      { minLength: UNITS, maxLength: UNITS },
    ),
    standings: fc.array(
      fc.record({
        trust: fc.constantFrom(0.2, 1),
        quality: fc.constantFrom(0.3, 0.9),
        reliability: fc.constantFrom(0.4, 1),
      }),
      { minLength: PEERS.length, maxLength: PEERS.length },
    ),
    friends: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
    others: fc.nat(6),
    nowMs: fc.constantFrom(1_000, 6_000, 20_000),
    unitsMax: fc.constantFrom(1, 3, 1_000),
  })
  .map((drawn) => ({
    ...input(),
    ...drawn,
    needOf: (index: number) => drawn.needs[index],
    standingOf: (of: PeerId) => drawn.standings[PEERS.indexOf(of)]!,
    trustEachOtherFully: (x: PeerId, y: PeerId) => {
      const [i, j] = [PEERS.indexOf(x), PEERS.indexOf(y)].sort()
      return drawn.friends[i! * 5 + j!]!
    },
  }))

const RUNS = { numRuns: 500 }

describe('awards', () => {
  test('[M18] give a unit to no more peers than it misses, and to none that has had it', () => {
    fc.assert(
      fc.property(anyInput, (one) => {
        const awarded = given(chooseAwards(one))
        for (let index = 0; index < UNITS + 10; index++) {
          const peers = awarded.filter((unit) => unit.index === index).map((unit) => unit.peer)
          const need = one.needs[index]
          expect(peers.length).toBeLessThanOrEqual(need?.missing ?? 0)
          expect(new Set([...peers, ...(need?.holders ?? [])]).size).toBe(
            peers.length + (need?.holders.length ?? 0),
          )
        }
      }),
      RUNS,
    )
  })

  test('[M18] give only what was offered, once to a peer, and no more at a time than the limit', () => {
    fc.assert(
      fc.property(anyInput, (one) => {
        const awards = chooseAwards(one)
        expect(new Set(awards.map((award) => award.peer)).size).toBe(awards.length)
        for (const { peer: to, units } of awards) {
          expect(units.length).toBeGreaterThan(0)
          expect(units.length).toBeLessThanOrEqual(one.unitsMax)
          for (const { index } of units) {
            expect(
              one.offers.some((o) => o.peer === to && o.first <= index && index < o.first + o.count),
            ).toBe(true)
          }
        }
      }),
      RUNS,
    )
  })

  test('[M7] do not depend on the order of the offers', () => {
    const shuffled = anyInput.chain((one) =>
      fc
        .shuffledSubarray([...one.offers], { minLength: one.offers.length })
        .map((offers) => ({ one, offers })),
    )
    fc.assert(
      fc.property(shuffled, ({ one, offers }) => {
        expect(chooseAwards({ ...one, offers })).toEqual(chooseAwards(one))
      }),
      RUNS,
    )
  })

  test('[M19] go to peers of poor standing, or to friends of a holder, only after patience or when nobody else is there', () => {
    fc.assert(
      fc.property(anyInput, (one) => {
        const awarded = given(chooseAwards(one))
        for (const { peer: to, index } of awarded) {
          const need = one.needs[index]!
          const together = awarded
            .filter((unit) => unit.index === index && unit.peer !== to)
            .map((unit) => unit.peer)
          const { quality, reliability } = one.standingOf(to)
          const poor = quality < POOR_STANDING_BELOW || reliability < POOR_STANDING_BELOW
          const befriended = need.holders.some((other) => one.trustEachOtherFully(to, other))
          if (!poor && !befriended) continue
          const waited = one.nowMs - need.openSinceMs >= one.patienceMs
          expect(waited || one.others - need.holders.length - together.length <= 0).toBe(true)
        }
      }),
      RUNS,
    )
  })

  test('[M19] leave nothing open that an acceptable peer has offered', () => {
    fc.assert(
      fc.property(anyInput, (one) => {
        const unlimited = { ...one, unitsMax: 1_000, trustEachOtherFully: () => false }
        const awarded = given(chooseAwards(unlimited))
        for (const { peer: by, first, count } of one.offers) {
          const { quality, reliability } = one.standingOf(by)
          if (quality < POOR_STANDING_BELOW || reliability < POOR_STANDING_BELOW) continue
          for (let index = first; index < first + count; index++) {
            const need = one.needs[index]
            if (need === undefined || need.holders.includes(by)) continue
            const to = awarded.filter((unit) => unit.index === index).map((unit) => unit.peer)
            expect(to.length === need.missing || to.includes(by)).toBe(true)
          }
        }
      }),
      RUNS,
    )
  })

  test('[M19] go to whoever is done first, and among those to the better standing', () => {
    const standings = new Map([
      [a, { ...GOOD, trust: 0.3 }],
      [b, GOOD],
      [c, { ...GOOD, quality: 0.89 }],
    ])
    const standingOf = (of: PeerId) => standings.get(of)!
    const pick = (...offers: Offer[]) =>
      given(chooseAwards(input({ offers, standingOf }))).map((unit) => unit.peer)
    expect(pick(offer(a, 0, 1, 1), offer(b, 0, 1, 9))).toEqual([a])
    expect(pick(offer(a, 0, 1, 9), offer(b, 0, 1, 9))).toEqual([b])
    expect(pick(offer(b, 0, 1, 9), offer(c, 0, 1, 8))).toEqual([c])
    expect(pick(offer(b, 0, 1, 7), offer(c, 0, 1, 8))).toEqual([b])
  })

  test('[M20] two who trust each other fully do not check each other while others are there', () => {
    const friends = (x: PeerId, y: PeerId) => [x, y].every((p) => p === a || p === b)
    const twice = {
      needOf: () => ({ missing: 2, holders: [], openSinceMs: 0 }),
      trustEachOtherFully: friends,
    }
    const peersOf = (changes: Partial<AwardInput>) =>
      given(chooseAwards(input({ ...twice, ...changes }))).map((unit) => unit.peer)
    const offers = [offer(a, 0, 1, 1), offer(b, 0, 1, 2), offer(c, 0, 1, 3)]
    expect(peersOf({ offers })).toEqual([a, c])
    expect(peersOf({ offers: offers.slice(0, 2) })).toEqual([a])
    expect(peersOf({ offers: offers.slice(0, 2), nowMs: PATIENCE_MS })).toEqual([a, b])
    expect(peersOf({ offers: offers.slice(0, 2), others: 1 })).toEqual([a, b])
    expect(peersOf({ offers, nowMs: PATIENCE_MS })).toEqual([a, c])
  })

  test('[M18] the first peer of a unit computes it, the others check', () => {
    const needOf = (index: number): UnitNeed | undefined =>
      [
        { missing: 2, holders: [], openSinceMs: 0 },
        { missing: 1, holders: [c], openSinceMs: 0 },
      ][index]
    const awards = chooseAwards(input({ needOf, offers: [offer(a, 0, 5, 1), offer(b, 0, 5, 2)] }))
    expect(awards).toEqual([
      {
        peer: a,
        units: [
          { index: 0, role: 'primary' },
          { index: 1, role: 'verification' },
        ],
      },
      { peer: b, units: [{ index: 0, role: 'verification' }] },
    ])
  })
})
