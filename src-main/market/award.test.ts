import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EngineId } from '../protocol/engine.ts'
import type { PeerId } from '../protocol/ids.ts'
import {
  chooseAwards,
  isPoor as isPoorBelow,
  roomOf,
  targetOf,
  type AwardInput,
  type OpenUnits,
  type Seat,
  type Standing,
  type UnitNeed,
} from './award.ts'
import { createBitSet } from './bit-set.ts'
import { samplePeer } from './sample-market.ts'
import { INDEX_ORDER } from './unit-order.ts'

const PEERS = [0, 1, 2, 3, 4].map(samplePeer)
const [a, b, c] = PEERS as [PeerId, PeerId, PeerId]
const UNITS = 40
const GOOD: Standing = { trust: 0.8, quality: 0.9, reliability: 0.9 }
const PATIENCE_MS = 5_000
const POOR_BELOW = 0.5

/** The open units that follow from what each needs. */
function openOf(needs: readonly (UnitNeed | undefined)[]): OpenUnits {
  const untouched = createBitSet(needs.length)
  const partial = createBitSet(needs.length)
  needs.forEach((need, index) => {
    if (need !== undefined && need.missing > 0) (need.holders.length > 0 ? partial : untouched).add(index)
  })
  const isHeldBy = (peer: PeerId) => (need: UnitNeed | undefined, index: number) =>
    partial.has(index) && need?.holders.includes(peer) === true
  return {
    order: INDEX_ORDER,
    untouched,
    partial,
    partialHeldBy: (peer) => needs.filter(isHeldBy(peer)).length,
  }
}

type Market = AwardInput & { readonly needs: readonly (UnitNeed | undefined)[] }

function market(changes: Partial<Market> = {}): Market {
  const needs = changes.needs ?? fresh(UNITS)
  return {
    seats: [],
    needs,
    open: openOf(needs),
    needOf: (index) => needs[index],
    standingOf: () => GOOD,
    trustEachOtherFully: () => false,
    othersOf: () => PEERS.length - 1,
    mayBegin: () => true,
    nowMs: 1_000,
    patienceMs: PATIENCE_MS,
    poorBelow: POOR_BELOW,
    unitsMax: 1_000,
    ...changes,
  }
}

/** Units that no peer has begun. */
function fresh(count: number, missing = 1): UnitNeed[] {
  return Array.from({ length: count }, () => ({ missing, holders: [], openSinceMs: 0 }))
}

/** Two lanes of a unit a second, near by, with nothing to do. */
const seat = (peer: PeerId, changes: Partial<Seat> = {}): Seat => ({
  peer,
  capacity: 100,
  lanes: 2,
  unitMs: 1_000,
  latencyMs: 10,
  busy: 0,
  begin: 0,
  ...changes,
})

/** Who got each unit, with the role. */
function given(awards: ReturnType<typeof chooseAwards>): { peer: PeerId; index: number; role: string }[] {
  return awards.flatMap(({ peer, units }) => units.map((unit) => ({ peer, ...unit })))
}

function countsOf(one: AwardInput): Map<PeerId, number> {
  return new Map(chooseAwards(one).map(({ peer, units }) => [peer, units.length]))
}

const peer = fc.constantFrom(...PEERS)
const anySeat: fc.Arbitrary<Seat> = fc.record({
  peer,
  capacity: fc.constantFrom(0, 1, 3, 8, 1_000),
  lanes: fc.integer({ min: 1, max: 4 }),
  unitMs: fc.constantFrom(0.1, 20, 300, 2_000),
  latencyMs: fc.constantFrom(0, 10, 250),
  busy: fc.constantFrom(0, 0, 1, 3, 9),
  begin: fc.nat(UNITS - 1),
})
const anyNeed: fc.Arbitrary<UnitNeed | undefined> = fc.option(
  fc.record({
    missing: fc.nat(3),
    holders: fc.uniqueArray(peer, { maxLength: 3 }),
    openSinceMs: fc.constantFrom(0, 4_000, 9_000),
  }),
  { nil: undefined, freq: 8 },
)
const anyMarket: fc.Arbitrary<Market> = fc
  .record({
    seats: fc.uniqueArray(anySeat, { maxLength: PEERS.length, selector: (one) => one.peer }),
    needs: fc.array(anyNeed, { minLength: UNITS, maxLength: UNITS }),
    standings: fc.array(
      fc.record({
        trust: fc.constantFrom(0.2, 1),
        quality: fc.constantFrom(0.3, 0.9, 0.9, 0.9),
        reliability: fc.constantFrom(0.4, 1, 1, 1),
      }),
      { minLength: PEERS.length, maxLength: PEERS.length },
    ),
    friends: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
    others: fc.nat(6),
    nowMs: fc.constantFrom(1_000, 6_000, 20_000),
    unitsMax: fc.constantFrom(1, 3, 1_000),
  })
  .map(({ standings, friends, others, ...drawn }) =>
    market({
      ...drawn,
      othersOf: () => others,
      standingOf: (of) => standings[PEERS.indexOf(of)]!,
      trustEachOtherFully: (x, y) => {
        const [i, j] = [PEERS.indexOf(x), PEERS.indexOf(y)].sort()
        return friends[i! * 5 + j!]!
      },
    }),
  )

const isPoor = (standing: Standing): boolean => isPoorBelow(standing, POOR_BELOW)

const RUNS = { numRuns: 600 }

describe('awards', () => {
  test('[M18] give a unit to no more peers than it misses, and to none that has had it', () => {
    fc.assert(
      fc.property(anyMarket, (one) => {
        const awarded = given(chooseAwards(one))
        one.needs.forEach((need, index) => {
          const peers = awarded.filter((unit) => unit.index === index).map((unit) => unit.peer)
          expect(peers.length).toBeLessThanOrEqual(need?.missing ?? 0)
          expect(new Set([...peers, ...(need?.holders ?? [])]).size).toBe(
            peers.length + (need?.holders.length ?? 0),
          )
        })
        for (const { index } of awarded) expect(one.needs[index]).toBeDefined()
      }),
      RUNS,
    )
  })

  test('[M9] stay within the capacity of each provider, any units of the job, and within one message', () => {
    fc.assert(
      fc.property(anyMarket, (one) => {
        const awards = chooseAwards(one)
        expect(new Set(awards.map((award) => award.peer)).size).toBe(awards.length)
        for (const { peer: to, units } of awards) {
          const its = one.seats.find((offered) => offered.peer === to)!
          expect(units.length).toBeGreaterThan(0)
          expect(units.length).toBeLessThanOrEqual(one.unitsMax)
          expect(its.busy + units.length).toBeLessThanOrEqual(its.capacity)
          expect(units.length).toBeLessThanOrEqual(roomOf(its))
          const indices = units.map(({ index }) => index)
          expect(indices).toEqual([...new Set(indices)].sort((x, y) => x - y))
        }
      }),
      RUNS,
    )
  })

  test('[M7] do not depend on the order of the seats', () => {
    const shuffled = anyMarket.chain((one) =>
      fc.shuffledSubarray([...one.seats], { minLength: one.seats.length }).map((seats) => ({ one, seats })),
    )
    fc.assert(
      fc.property(shuffled, ({ one, seats }) => {
        expect(chooseAwards({ ...one, seats })).toEqual(chooseAwards(one))
      }),
      RUNS,
    )
  })

  test('[M19] go to peers of poor standing, or to friends of a holder, only after patience or when no other is there', () => {
    fc.assert(
      fc.property(anyMarket, (one) => {
        const awarded = given(chooseAwards(one))
        for (const { peer: to, index } of awarded) {
          const need = one.needs[index]!
          const together = awarded.filter((unit) => unit.index === index && unit.peer !== to)
          const befriended = need.holders.some((other) => one.trustEachOtherFully(to, other))
          if (!isPoor(one.standingOf(to)) && !befriended) continue
          const waited = one.nowMs - need.openSinceMs >= one.patienceMs
          expect(waited || one.othersOf(a) - need.holders.length - together.length <= 0).toBe(true)
        }
      }),
      RUNS,
    )
  })

  test('[M10] leave nothing open while a provider in good standing that may have it has room', () => {
    fc.assert(
      fc.property(anyMarket, (drawn) => {
        const one = { ...drawn, unitsMax: 1_000, trustEachOtherFully: () => false }
        const awarded = given(chooseAwards(one))
        for (const its of one.seats) {
          const got = awarded.filter((unit) => unit.peer === its.peer).length
          if (isPoor(one.standingOf(its.peer)) || got >= roomOf(its)) continue
          one.needs.forEach((need, index) => {
            if (need === undefined || need.holders.includes(its.peer)) return
            const to = awarded.filter((unit) => unit.index === index).map((unit) => unit.peer)
            expect(to.length === need.missing || to.includes(its.peer)).toBe(true)
          })
        }
      }),
      RUNS,
    )
  })

  test('[M19] queue nothing behind a busy lane while another in good standing is free', () => {
    fc.assert(
      fc.property(anyMarket, fc.integer({ min: 1, max: UNITS }), (drawn, count) => {
        const { seats } = drawn
        const counts = countsOf(
          market({
            ...drawn,
            needs: fresh(count),
            open: openOf(fresh(count)),
            needOf: () => fresh(1)[0],
            unitsMax: 1_000,
          }),
        )
        const after = (its: Seat): number => its.busy + (counts.get(its.peer) ?? 0)
        const isFree = (its: Seat): boolean =>
          !isPoor(drawn.standingOf(its.peer)) && after(its) < Math.min(its.lanes, its.capacity)
        if (!seats.some(isFree)) return
        for (const its of seats) {
          if (counts.has(its.peer)) expect(after(its)).toBeLessThanOrEqual(its.lanes)
        }
      }),
      RUNS,
    )
  })

  test('[M19] own cores are one provider among others and get no head start', () => {
    const me = seat(a, { lanes: 2, latencyMs: 10 })
    const far = [b, c].map((other) => seat(other, { lanes: 4, latencyMs: 250 }))
    // One unit for each lane, wherever it is.
    expect(countsOf(market({ seats: [me, ...far], needs: fresh(10) }))).toEqual(
      new Map([
        [a, 2],
        [b, 4],
        [c, 4],
      ]),
    )
    // With more units all queue in proportion.
    expect(countsOf(market({ seats: [me, ...far], needs: fresh(20) }))).toEqual(
      new Map([
        [a, 4],
        [b, 8],
        [c, 8],
      ]),
    )
  })

  test('[M19] go where they end first: to the faster lane, to the shorter queue, to the nearer peer', () => {
    const pick = (seats: Seat[], count = 1) => countsOf(market({ seats, needs: fresh(count) }))
    expect(pick([seat(a), seat(b, { unitMs: 400 })])).toEqual(new Map([[b, 1]]))
    expect(pick([seat(a, { latencyMs: 300 }), seat(b)])).toEqual(new Map([[b, 1]]))
    expect(pick([seat(a, { busy: 3 }), seat(b, { busy: 2 })])).toEqual(new Map([[b, 1]]))
    // Three queued units of a fast machine end before the second of a slow one does.
    const slow = seat(a, { lanes: 1, busy: 1, unitMs: 4_000 })
    const fast = seat(b, { lanes: 1, busy: 1, unitMs: 1_000, latencyMs: 3_000 })
    expect(pick([slow, fast], 3)).toEqual(new Map([[b, 3]]))
  })

  test('[M19] among peers done at the same time go to the better standing', () => {
    const standings = new Map([
      [a, { ...GOOD, trust: 0.3 }],
      [b, GOOD],
      [c, { ...GOOD, quality: 0.89 }],
    ])
    const standingOf = (of: PeerId) => standings.get(of)!
    const pick = (...seats: Seat[]) => given(chooseAwards(market({ seats, standingOf, needs: fresh(1) })))
    expect(pick(seat(a), seat(b))).toMatchObject([{ peer: b }])
    // Standings within a tenth are equal; then the order of the ids decides.
    expect(pick(seat(c), seat(b))).toMatchObject([{ peer: b }])
    expect(pick(seat(b), seat(a, { latencyMs: 9 }))).toMatchObject([{ peer: a }])
  })

  test('[M12] begin where each provider prefers to, and go around the end', () => {
    const seats = [seat(a, { begin: 10 }), seat(b, { begin: UNITS - 1 })]
    expect(chooseAwards(market({ seats }))).toMatchObject([
      { peer: a, units: [10, 11, 12, 13].map((index) => ({ index })) },
      { peer: b, units: [0, 1, 2, UNITS - 1].map((index) => ({ index })) },
    ])
  })

  test('[M20] two peers that trust each other fully do not check each other while others are there', () => {
    const friends = (x: PeerId, y: PeerId) => [x, y].every((p) => p === a || p === b)
    const seats = [seat(a, { latencyMs: 1 }), seat(b, { latencyMs: 2 }), seat(c, { latencyMs: 3 })]
    const peersOf = (changes: Partial<Market>) =>
      given(
        chooseAwards(market({ needs: fresh(1, 2), trustEachOtherFully: friends, seats, ...changes })),
      ).map((unit) => unit.peer)
    expect(peersOf({})).toEqual([a, c])
    expect(peersOf({ seats: seats.slice(0, 2) })).toEqual([a])
    expect(peersOf({ seats: seats.slice(0, 2), nowMs: PATIENCE_MS })).toEqual([a, b])
    expect(peersOf({ seats: seats.slice(0, 2), othersOf: () => 1 })).toEqual([a, b])
    expect(peersOf({ nowMs: PATIENCE_MS })).toEqual([a, c])
  })

  describe('where engines count', () => {
    const [k, l] = ['k', 'l'] as EngineId[] as [EngineId, EngineId]
    const seats = [
      seat(a, { engine: k, latencyMs: 1 }),
      seat(b, { engine: l, latencyMs: 2 }),
      seat(c, { engine: k, latencyMs: 3 }),
    ]
    const peersOf = (changes: Partial<Market>) =>
      given(chooseAwards(market({ needs: fresh(1, 2), seats, ...changes }))).map((unit) => unit.peer)

    test('[M25] all peers of a unit have one engine, and the award names it', () => {
      expect(peersOf({})).toEqual([a, c])
      expect(peersOf({ seats: seats.slice(0, 2) })).toEqual([a])
      const [award] = chooseAwards(market({ needs: fresh(1, 2), seats }))
      expect(award?.engine).toBe(k)
    })

    test('[M25] a begun unit is given to its own engine alone', () => {
      const begun = { missing: 1, holders: [samplePeer(9)], openSinceMs: 0, engine: l }
      expect(peersOf({ needs: [begun] })).toEqual([b])
      expect(peersOf({ needs: [begun], seats: [seats[0]!], nowMs: 100_000 })).toEqual([])
    })

    test('[M26] an engine that may not begin units goes on with those that it has begun', () => {
      const mayBegin = (engine: EngineId) => engine === k
      const begun = { missing: 1, holders: [samplePeer(9)], openSinceMs: 0, engine: l }
      expect(peersOf({ seats: [seats[1]!], mayBegin })).toEqual([])
      expect(peersOf({ seats: [seats[1]!], mayBegin, needs: [begun] })).toEqual([b])
    })
  })

  test('[M19] where neither is wanted, a friend of a holder comes before one of poor standing', () => {
    const needs = [{ missing: 1, holders: [c], openSinceMs: 0 }]
    const one = market({
      needs,
      nowMs: PATIENCE_MS,
      seats: [seat(a, { unitMs: 2_000 }), seat(b)],
      standingOf: (of) => (of === b ? { ...GOOD, quality: 0.1 } : GOOD),
      trustEachOtherFully: (x, y) => x !== b && y !== b,
    })
    expect(given(chooseAwards(one))).toMatchObject([{ peer: a, index: 0 }])
  })

  test('[M18] the first peer of a unit computes it, the others check, and what is begun is finished first', () => {
    const needs = [...fresh(1, 2), { missing: 1, holders: [c], openSinceMs: 0 }]
    expect(chooseAwards(market({ needs, seats: [seat(a), seat(b, { latencyMs: 20 })] }))).toEqual([
      {
        peer: a,
        units: [
          { index: 0, role: 'primary' },
          { index: 1, role: 'verification' },
        ],
      },
      { peer: b, units: [{ index: 0, role: 'verification' }] },
    ])
    expect(chooseAwards(market({ needs, unitsMax: 1, seats: [seat(a)] }))).toEqual([
      { peer: a, units: [{ index: 1, role: 'verification' }] },
    ])
  })

  test('[M23] look at what does not suit a provider once, not again for each unit that it gets', () => {
    const begun = 3_000
    const part = (holder: PeerId): UnitNeed => ({ missing: 1, holders: [holder], openSinceMs: 0 })
    // All but one that are begun are begun by `a` itself.
    const needs = [...Array.from({ length: begun }, (_, i) => part(i === 0 ? b : a)), ...fresh(500)]
    let looks = 0
    const needOf = (index: number): UnitNeed | undefined => {
      looks++
      return needs[index]
    }
    const awards = chooseAwards(market({ needs, needOf, seats: [seat(a, { lanes: 100, capacity: 1_000 })] }))
    expect(awards[0]!.units.length).toBe(200)
    // Once with patience and once without, and twice for each unit that it gets.
    expect(looks).toBeLessThanOrEqual(2 * begun + 2 * 200)
  })
})

describe('how much a provider holds', () => {
  test('[M19] a unit for each lane and behind it what the latency needs, at least one', () => {
    expect(targetOf(seat(a))).toBe(4)
    expect(targetOf(seat(a, { unitMs: 100, latencyMs: 200 }))).toBe(2 + 8)
    // Of short units a quarter of a second's work, so that they go in batches.
    expect(targetOf(seat(a, { unitMs: 5, latencyMs: 40, capacity: 1_000 }))).toBe(2 + 100)
    expect(targetOf(seat(a, { capacity: 3 }))).toBe(3)
    fc.assert(
      fc.property(anySeat, (its) => {
        const target = targetOf(its)
        expect(target).toBeLessThanOrEqual(its.capacity)
        if (target === its.capacity) return
        expect(target).toBeGreaterThanOrEqual(2 * its.lanes)
        // Waiting units keep the lanes busy until news of an end has led to another award.
        expect(((target - its.lanes) * its.unitMs) / its.lanes).toBeGreaterThanOrEqual(its.latencyMs)
      }),
    )
  })

  test('[M19] it is filled up when a quarter is missing, or a lane is free; never beyond', () => {
    const many = { unitMs: 10, latencyMs: 800, capacity: 1_000 }
    expect(targetOf(seat(a, many))).toBe(322)
    expect(roomOf(seat(a, { ...many, busy: 321 }))).toBe(0)
    expect(roomOf(seat(a, { ...many, busy: 242 }))).toBe(80)
    expect(roomOf(seat(a, { ...many, busy: 243 }))).toBe(0)
    fc.assert(
      fc.property(anySeat, (its) => {
        const [room, target] = [roomOf(its), targetOf(its)]
        expect([0, Math.max(0, target - its.busy)]).toContain(room)
        if (its.busy < Math.min(its.lanes, target)) expect(room).toBe(target - its.busy)
        if (room === 0 && its.busy < target) expect(target - its.busy).toBeLessThan(target / 4)
      }),
    )
  })
})
