import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../protocol/ids.ts'
import type { Seat } from './award.ts'
import { planRelief, type BusySeat, type ReliefInput, type UnitAtWork } from './relief.ts'
import { NOW_MS, samplePeer } from './sample-market.ts'

const PEERS = [0, 1, 2, 3, 4, 5].map(samplePeer)
const [a, b, c] = PEERS as [PeerId, PeerId, PeerId]

/** One lane, units of ten seconds, near by. */
const seat = (peer: PeerId, changes: Partial<Seat> = {}): Seat => ({
  peer,
  capacity: 100,
  lanes: 1,
  unitMs: 10_000,
  latencyMs: 100,
  busy: 0,
  begin: 0,
  ...changes,
})

/** A unit that has run for so long; one that waits when there is no time. */
const unit = (index: number, ranMs?: number): UnitAtWork => ({
  index,
  awardedAtMs: NOW_MS - 60_000,
  begunAtMs: ranMs === undefined ? undefined : NOW_MS - ranMs,
})

const busy = (its: Seat, ...atWork: UnitAtWork[]): BusySeat => ({
  seat: { ...its, busy: atWork.length },
  atWork,
})

function plan(changes: Partial<ReliefInput>): ReturnType<typeof planRelief> {
  return planRelief({
    nowMs: NOW_MS,
    idle: [],
    busy: [],
    mayHelp: () => true,
    backupsMax: 100,
    comingBack: 0,
    ...changes,
  })
}

const nothing = { recalls: [], backups: [] }

const anySeat = (peer: PeerId): fc.Arbitrary<Seat> =>
  fc
    .record({
      lanes: fc.integer({ min: 1, max: 4 }),
      unitMs: fc.constantFrom(50, 1_000, 4_000),
      latencyMs: fc.constantFrom(0, 30, 400),
    })
    .map((drawn) => seat(peer, drawn))
const anyWork: fc.Arbitrary<UnitAtWork[]> = fc.uniqueArray(
  fc.record({
    index: fc.nat(12),
    awardedAtMs: fc.constant(NOW_MS - 60_000),
    begunAtMs: fc.constantFrom(undefined, NOW_MS, NOW_MS - 900, NOW_MS - 30_000),
  }),
  { maxLength: 8, selector: (one) => one.index },
)
const anyEnd = fc
  .record({
    seats: fc.tuple(...PEERS.map(anySeat)),
    work: fc.array(anyWork, { minLength: 3, maxLength: 3 }),
    idleCount: fc.integer({ min: 0, max: 4 }),
    refusals: fc.array(fc.boolean(), { minLength: 78, maxLength: 78 }),
    backupsMax: fc.constantFrom(0, 1, 100),
    comingBack: fc.constantFrom(0, 0, 2),
  })
  .map(({ seats, work, idleCount, refusals, ...bounds }): ReliefInput => {
    const busySeats = work.map((atWork, i) => busy(seats[i]!, ...atWork))
    // The first idle one may be busy in other lanes at the same time.
    const idle = [...busySeats.slice(2).map((one) => one.seat), ...seats.slice(3)]
      .slice(0, idleCount)
      .filter((one) => one.busy < one.lanes)
    const holds = (peer: PeerId, index: number): boolean =>
      busySeats.some((one) => one.seat.peer === peer && one.atWork.some((at) => at.index === index))
    const mayHelp = (peer: PeerId, index: number): boolean =>
      !holds(peer, index) && !refusals[PEERS.indexOf(peer) * 13 + index]!
    return { nowMs: NOW_MS, idle, busy: busySeats, mayHelp, ...bounds }
  })

const RUNS = { numRuns: 800 }

describe('relief', () => {
  test('[M21] asks back only what waits, doubles only what runs, for peers that may have it', () => {
    fc.assert(
      fc.property(anyEnd, (end) => {
        const { recalls, backups } = planRelief(end)
        const unitAt = (peer: PeerId, index: number) =>
          end.busy.find(({ seat: { peer: by } }) => by === peer)?.atWork.find((at) => at.index === index)
        for (const { peer, index } of recalls) {
          expect(unitAt(peer, index)).toMatchObject({ begunAtMs: undefined })
          expect(end.idle.some((one) => one.peer !== peer && end.mayHelp(one.peer, index))).toBe(true)
        }
        for (const { peer, index } of backups) {
          expect(end.mayHelp(peer, index)).toBe(true)
          expect(
            end.busy.some(
              (one) => unitAt(one.seat.peer, index)?.begunAtMs !== undefined && one.seat.peer !== peer,
            ),
          ).toBe(true)
        }
        expect(new Set(recalls.map(({ peer, index }) => `${peer}/${index}`)).size).toBe(recalls.length)
      }),
      RUNS,
    )
  })

  test('[M21] stays within the bound on extra work and within the free lanes, and doubles no unit twice', () => {
    fc.assert(
      fc.property(anyEnd, (end) => {
        const { recalls, backups } = planRelief(end)
        const lanes = end.idle.reduce((sum, one) => sum + one.lanes - one.busy, 0)
        expect(recalls.length + backups.length).toBeLessThanOrEqual(Math.max(0, lanes - end.comingBack))
        expect(backups.length).toBeLessThanOrEqual(end.backupsMax)
        expect(new Set(backups.map(({ index }) => index)).size).toBe(backups.length)
        for (const one of end.idle) {
          const mine = backups.filter(({ peer }) => peer === one.peer)
          expect(mine.length).toBeLessThanOrEqual(one.lanes - one.busy)
        }
      }),
      RUNS,
    )
  })

  test('[M7] does not depend on the order of the seats', () => {
    const shuffled = anyEnd.chain((end) =>
      fc.record({
        end: fc.constant(end),
        idle: fc.shuffledSubarray([...end.idle], { minLength: end.idle.length }),
        busy: fc.shuffledSubarray([...end.busy], { minLength: end.busy.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ end, idle, busy: others }) => {
        expect(planRelief({ ...end, idle, busy: others })).toEqual(planRelief(end))
      }),
      RUNS,
    )
  })

  test('[M21] asks back the unit that would begin last, where the idle one is done earlier', () => {
    const at = busy(seat(a), unit(1, 5_000), unit(2), unit(3), unit(4))
    expect(plan({ idle: [seat(b)], busy: [at] })).toEqual({ recalls: [{ peer: a, index: 4 }], backups: [] })
    expect(plan({ idle: [seat(b, { lanes: 2 })], busy: [at] }).recalls).toEqual([
      { peer: a, index: 4 },
      { peer: a, index: 3 },
    ])
    // Unit 4 ends in 40 s here: one that takes 45 s is no help.
    expect(plan({ idle: [seat(b, { unitMs: 45_000 })], busy: [at] })).toEqual(nothing)
  })

  test('[M21] does not ask back what begins before the question arrives', () => {
    const at = busy(seat(a, { latencyMs: 30_000, unitMs: 10_000 }), unit(1, 5_000), unit(2))
    expect(plan({ idle: [seat(b, { unitMs: 1_000 })], busy: [at], backupsMax: 0 })).toEqual(nothing)
  })

  test('[M21] leaves lanes to the units that are on their way back', () => {
    const at = busy(seat(a), unit(1, 5_000), unit(2), unit(3))
    expect(plan({ idle: [seat(b)], busy: [at], comingBack: 1 })).toEqual(nothing)
    expect(plan({ idle: [seat(b), seat(c)], busy: [at], comingBack: 1 }).recalls).toEqual([
      { peer: a, index: 3 },
    ])
  })

  test('[M21] doubles what runs late, the latest first, at the fastest that is idle', () => {
    const straggler = busy(seat(a), unit(1, 80_000))
    const later = busy(seat(b), unit(2, 90_000))
    const idle = [seat(c, { unitMs: 9_000 }), seat(PEERS[3]!, { unitMs: 8_000 })]
    expect(plan({ idle, busy: [straggler, later] })).toEqual({
      recalls: [],
      backups: [
        { peer: PEERS[3], index: 2 },
        { peer: c, index: 1 },
      ],
    })
    expect(plan({ idle, busy: [straggler, later], backupsMax: 1 }).backups).toEqual([
      { peer: PEERS[3], index: 2 },
    ])
    expect(plan({ idle, busy: [straggler, later], backupsMax: 0 })).toEqual(nothing)
  })

  test('[M21] doubles what a slow machine has just begun, where it ends earlier elsewhere', () => {
    const slow = busy(seat(a, { unitMs: 60_000 }), unit(1, 2_000))
    expect(plan({ idle: [seat(b)], busy: [slow] }).backups).toEqual([{ peer: b, index: 1 }])
  })

  test('[M21] lets units run that run as expected', () => {
    for (const ranMs of [0, 5_000, 9_900, 14_000])
      expect(plan({ idle: [seat(b)], busy: [busy(seat(a), unit(1, ranMs))] })).toEqual(nothing)
  })

  test('[M21] never gives the same peer one unit twice, nor to a peer that has a part in it', () => {
    // Redundancy 2: unit 1 waits at one peer and runs late at another.
    const waits = busy(seat(a), unit(9, 1_000), unit(1))
    const runs = busy(seat(b), unit(1, 80_000))
    const { recalls, backups } = plan({ idle: [seat(c, { lanes: 2 })], busy: [waits, runs] })
    expect([...recalls, ...backups].filter(({ index }) => index === 1).length).toBe(1)
    // It waits at both.
    const other = busy(seat(b), unit(8, 1_000), unit(1))
    expect(plan({ idle: [seat(c, { lanes: 2 })], busy: [waits, other] }).recalls.length).toBe(1)
    expect(plan({ idle: [seat(c)], busy: [waits, runs], mayHelp: (peer) => peer !== c })).toEqual(nothing)
  })
})
