import { describe, expect, test } from 'vitest'
import { AWARD_DUE_MS_MAX, CAPACITY_UNITS_MAX } from '../../protocol/limits.ts'
import type { Award } from '../../protocol/messages.ts'
import { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import {
  answer,
  attemptsOf,
  cidOf,
  createBrain,
  JOB,
  manifestOf,
  ME,
  NOON,
  offer,
  offerOf,
  ofKind,
  peerOf,
  receiptOf,
  restarted,
  submit,
  type Brain,
  type Offered,
} from '../brain.fixture.ts'
import type { Effect } from '../effect.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const MANY = manifestOf({ unit_count: 1_000 })

/** A brain with a job of a thousand units, or another. */
function asking(manifest = MANY): Brain {
  const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
  submit(brain, manifest)
  return brain
}

/** A provider's offer, heard; and the awards that answer it. */
function hear(brain: Brain, from: typeof ANN, offered: Offered = {}, atMs = NOON, manifest = MANY): Award[] {
  const allocation = offerOf(from, manifest, atMs, offered)
  return awardsIn(brain.happens({ kind: 'allocation', at_ms: atMs, allocation }))
}

const awardsIn = (effects: readonly Effect[]): Award[] =>
  ofKind(effects, 'send-award').map(({ award }) => award)
const unitsIn = (awards: readonly Award[]): number[] =>
  awards.flatMap(({ units }) => units.map(({ unit_index }) => unit_index))

/** Units of the job that a peer has and has not answered. */
const holds = (brain: Brain, peer: typeof ANN): number[] =>
  [...(brain.state.requester.jobs.get(JOB)?.units ?? [])].flatMap(([index, { attempts }]) =>
    attempts.some((one) => one.peer === peer && one.status.state === 'awarded') ? [index] : [],
  )

describe('an award', () => {
  test('[W3] [W11] is of any open units, from where its provider would begin, within what it offered', () => {
    const brain = asking()
    expect(unitsIn(hear(brain, ANN, { lanes: 4, units: 5, begin: 997 }))).toEqual([0, 1, 997, 998, 999])
    // The offer is used up, and hearing it again does not change that.
    expect(hear(brain, ANN, { lanes: 4, units: 5, begin: 997 }, NOON + 10)).toEqual([])
  })

  test('[W3] of two peers with equal offers gives each units of its own', () => {
    const brain = asking()
    const [first, second] = [unitsIn(hear(brain, ANN)), unitsIn(hear(brain, BOB))]
    expect([first.length, second.length]).toEqual([8, 8])
    expect(new Set([...first, ...second]).size).toBe(16)
  })

  test('[W3] is of nothing where a newer offer names no capacity any longer', () => {
    const brain = asking()
    hear(brain, ANN, { lanes: 1, units: 2 })
    const nothing = { ...offerOf(ANN, MANY, NOON), slot_assignments: [] }
    brain.happens({ kind: 'allocation', at_ms: NOON, allocation: nothing })
    const effects = answer(brain, ANN, [receiptOf(1, 'right', 0)])
    expect(awardsIn(effects)).toEqual([])
    expect(unitsIn(hear(brain, ANN, { lanes: 1, units: 2 }, NOON + 1_200))).toHaveLength(1)
  })

  test('[W3] counts the lanes and the capacity of all slots of its provider, within the limits of one', () => {
    const brain = asking(manifestOf({ unit_count: 100_000 }))
    const one = offerOf(ANN, MANY, NOON, { lanes: 4_000, units: 4_000 })
    const [slot] = one.slot_assignments
    const both = { ...one, slot_assignments: [slot!, { ...slot!, slot_id: 'another' }] }
    brain.happens({ kind: 'allocation', at_ms: NOON, allocation: both })
    expect(brain.state.view.offers.get(ANN)?.get(JOB)).toMatchObject({
      capacity: CAPACITY_UNITS_MAX,
      lanes: CAPACITY_UNITS_MAX,
    })
    const small = offerOf(BOB, MANY, NOON, { lanes: 1, units: 3 })
    const [part] = small.slot_assignments
    const twice = { ...small, slot_assignments: [part!, { ...part!, slot_id: 'another' }] }
    brain.happens({ kind: 'allocation', at_ms: NOON, allocation: twice })
    expect(brain.state.view.offers.get(BOB)?.get(JOB)).toMatchObject({ capacity: 6, lanes: 2 })
  })

  test('[W23] queues one unit a lane ahead, and more only as far as the round trip needs them', () => {
    expect(unitsIn(hear(asking(), ANN, { lanes: 4, units: 500 }))).toHaveLength(8)
    // 230 ms until the first begins, and as much again: 46 units of 10 ms a lane.
    expect(unitsIn(hear(asking(), ANN, { lanes: 4, units: 500, unitMs: 10 }))).toHaveLength(4 + 184)
    expect(unitsIn(hear(asking(), ANN, { lanes: 4, units: 500, unitMs: 240 }))).toHaveLength(4 + 8)
    const measured = asking()
    measured.happens({ kind: 'award-taken', at_ms: NOON, peer: ANN, took_ms: 2 })
    // 2 ms, and 30 for journals and the start of a unit, twice, are less than the 250 ms of a batch of short units.
    expect(unitsIn(hear(measured, ANN, { lanes: 4, units: 500, unitMs: 10 }))).toHaveLength(4 + 100)
  })

  test('[W23] believes a slow turnaround at once, and a fast one by and by', () => {
    const brain = asking()
    const after = (took_ms: number): number => {
      brain.happens({ kind: 'award-taken', at_ms: NOON, peer: ANN, took_ms })
      return Math.round(brain.state.view.turnaroundMs.get(ANN) ?? 0)
    }
    expect([after(100), after(10), after(10), after(300)]).toEqual([100, 91, 83, 300])
  })

  test('[W23] follows on each result, for the lane that is free', () => {
    const brain = asking()
    hear(brain, ANN)
    const effects = answer(brain, ANN, [receiptOf(1, 'right', 0), receiptOf(1, 'right', 1)])
    expect(ofKind(effects, 'send-award').map(({ to }) => to)).toEqual([ANN])
    expect(unitsIn(awardsIn(effects))).toEqual([8, 9])
    expect(holds(brain, ANN)).toHaveLength(8)
  })

  test('[W23] goes on where it left off, after others have had units there', () => {
    const brain = asking()
    expect(unitsIn(hear(brain, ANN, { lanes: 1, begin: 10 }))).toEqual([10, 11])
    expect(unitsIn(hear(brain, BOB, { lanes: 1, begin: 10 }))).toEqual([12, 13])
    expect(unitsIn(awardsIn(answer(brain, ANN, [receiptOf(1, 'right', 10)])))).toEqual([14])
  })

  test('[M27] is of the centre of a grid first, wherever its provider would begin', () => {
    // Tiles of a picture, with two ranges of samples: the middle ones are 4 and 7.
    const manifest = manifestOf({ unit_count: 24, unit_grid: { columns: 3, rows: 4 } })
    const brain = asking(manifest)
    const first = hear(brain, ANN, { lanes: 1, units: 2, begin: 20 }, NOON, manifest)
    expect(unitsIn(first)).toEqual([4, 7])
    expect(unitsIn(hear(brain, BOB, { lanes: 2, begin: 9 }, NOON, manifest))).toEqual([3, 5, 6, 8])
    // What comes back is given out again before anything further out.
    const fault = { kind: 'too-busy', message: '' } as const
    const { award_id } = first[0]!
    brain.happens({ kind: 'award-refused', at_ms: NOON, peer: ANN, job_id: JOB, award_id, fault })
    const taken = answer(brain, BOB, [receiptOf(1, 'right', 3), receiptOf(1, 'right', 5)])
    expect(unitsIn(awardsIn(taken))).toEqual([4, 7])
    const whole = asking(manifest)
    const all = unitsIn(hear(whole, ANN, { lanes: 24, units: 24 }, NOON, manifest))
    expect(all.slice(0, 12).every((unit) => unit < 12)).toBe(true)
    expect(all.slice(12, 14)).toEqual([16, 19])
  })

  test('[W5] has a minute until its provider has returned a unit of the job, then as long as units take', () => {
    const brain = asking()
    const dueIn = (awards: readonly Award[]) => awards.map(({ due_in_ms }) => due_in_ms)
    expect(dueIn(hear(brain, ANN, { lanes: 1 }))).toEqual([60_000])
    const next = awardsIn(answer(brain, ANN, [receiptOf(1, 'right', 0)]))
    expect(dueIn(next)).toEqual([15_000])
    // The job is new to another provider, whatever the first has returned.
    expect(dueIn(hear(brain, BOB, { lanes: 1 }))).toEqual([60_000])
  })

  test('[W5] does not go to a peer that is not connected or has just refused', () => {
    const brain = asking()
    brain.happens({ kind: 'disconnected', at_ms: NOON, peer: ANN })
    expect(hear(brain, ANN)).toEqual([])
    const [award] = hear(brain, BOB)
    const fault = { kind: 'too-busy', message: '' } as const
    const refused = {
      kind: 'award-refused',
      job_id: JOB,
      award_id: award!.award_id,
      peer: BOB,
      fault,
    } as const
    expect(awardsIn(brain.happens({ ...refused, at_ms: NOON + 100 }))).toEqual([])
    expect(hear(brain, BOB, {}, NOON + 1_099)).toEqual([])
    expect(hear(brain, BOB, {}, NOON + 1_100)).toHaveLength(1)
  })
})

describe('[W24] own cores', () => {
  test('are one provider among others: heard first, they take no more than any other', () => {
    const brain = asking()
    for (const peer of [ME, ANN, BOB]) hear(brain, peer, { lanes: 4, units: 400 })
    expect([ME, ANN, BOB].map((peer) => holds(brain, peer).length)).toEqual([8, 8, 8])
  })

  test('have what they end first, and leave what others end before them', () => {
    const manifest = manifestOf({ unit_count: 6 })
    const brain = asking(manifest)
    brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: JOB })
    hear(brain, ME, { lanes: 1, units: 100, unitMs: 10_000 }, NOON, manifest)
    hear(brain, ANN, { lanes: 4, units: 100 }, NOON, manifest)
    brain.happens({ kind: 'job-resumed', at_ms: NOON, job_id: JOB }, { kind: 'tick', at_ms: NOON })
    expect([holds(brain, ME).length, holds(brain, ANN).length]).toEqual([1, 5])
  })
})

describe('[W20] the time of an award', () => {
  test('is three times what is expected, at least a minute at first, and travels with it', () => {
    const [short] = hear(asking(), ANN, { lanes: 4, units: 4 })
    expect(short?.due_in_ms).toBe(60_000)
    // One lane, two units of twenty seconds, and 230 ms on the way.
    const [long] = hear(asking(), ANN, { lanes: 1, units: 2, unitMs: 20_000 })
    expect(long?.due_in_ms).toBe(3 * 40_230)
  })

  test('is what is left of it when the award is sent again, and never nothing', () => {
    for (const [passed, left] of [
      [5_000, 55_000],
      [3_600_000, 1],
    ] as const) {
      const brain = asking()
      hear(brain, ANN)
      expect(awardsIn(restarted(brain, NOON + passed).effects)[0]?.due_in_ms).toBe(left)
    }
  })

  test('doubles with every lateness of a unit, up to 64 times', () => {
    const brain = createBrain({ [ANN]: 1 })
    submit(brain, manifestOf())
    const allowed: number[] = []
    let atMs = NOON
    for (let i = 0; i < 9; i++) {
      offer(brain, manifestOf(), [ANN], atMs)
      const last = attemptsOf(brain).at(-1)!
      allowed.push((last.deadlineMs - last.awardedAtMs) / 60_000)
      atMs = last.deadlineMs + 1
      brain.happens({ kind: 'connected', at_ms: atMs, peer: ANN }, { kind: 'tick', at_ms: atMs })
    }
    expect(allowed).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64])
  })

  const metrics = { wall_ms: 10, cpu_ms: 10, peak_memory_bytes: 1, input_bytes: 1, output_bytes: 1 }
  const slow = (wall_ms: number): ExecutionReceipt => ({
    unit_index: 0,
    attempt: 1,
    outcome: { kind: 'output', cid: cidOf('right'), metrics: { ...metrics, wall_ms } },
  })

  test.each([1e17, 1.7e308, Number.MAX_SAFE_INTEGER, 0])(
    'is a time also when a receipt says that a unit took %d ms',
    (wall_ms) => {
      const brain = asking()
      hear(brain, ANN, { lanes: 1 })
      answer(brain, ANN, [slow(wall_ms)], NOON + 1_100)
      const attempts = attemptsOf(brain, 2)
      expect(attempts).toHaveLength(1)
      expect(Number.isSafeInteger(attempts[0]?.deadlineMs)).toBe(true)
      // No receipt takes longer than the time since its award: a lie buys no longer deadline.
      expect(attempts[0]!.deadlineMs - attempts[0]!.awardedAtMs).toBeLessThanOrEqual(15_000)
      expect(brain.state.requester.jobs.get(JOB)?.observedMs).toBeLessThanOrEqual(1_100)
    },
  )

  test('is a time also when a clock was set back between award and receipt', () => {
    const brain = asking()
    hear(brain, ANN, { lanes: 1 })
    answer(brain, ANN, [slow(5)], NOON - 3_600_000)
    expect(brain.state.requester.jobs.get(JOB)?.observedMs).toBe(0)
    expect(Number.isSafeInteger(attemptsOf(brain, 2)[0]?.deadlineMs)).toBe(true)
  })

  test.each([
    ['the longest unit', { unit_seconds: 60_480_000 }],
    ['a unit of no time', { unit_seconds: 0 }],
    ['an end at the end of time', { unit_seconds: undefined, expected_end: '9999-12-31T23:59:59.999Z' }],
    ['an end before its start', { unit_seconds: undefined, expected_end: '1970-01-01T00:00:00.000Z' }],
    ['more lanes than units', { concurrency: 4_096, unit_count: 1 }],
    ['the largest capacity', { concurrency: 4_096, unit_count: 4_096, unit_seconds: 0 }],
    ['a beginning behind the last unit', { work_unit_id: `${JOB}:999999` }],
  ])('is a time, and units are those of the job, when an offer says %s', (_, said) => {
    const brain = asking()
    const allocation = offerOf(ANN, MANY, NOON, { lanes: 2 })
    const [slot] = allocation.slot_assignments
    const entry = Object.entries({ ...slot!.tier1_assignments[0], ...said }).filter(
      ([, v]) => v !== undefined,
    )
    const hostile = {
      ...allocation,
      slot_assignments: [{ ...slot, tier1_assignments: [Object.fromEntries(entry)] }],
    }
    const parsed = ComputeAllocationState.parse(hostile)
    const awards = awardsIn(brain.happens({ kind: 'allocation', at_ms: NOON, allocation: parsed }))
    expect(unitsIn(awards).length).toBeGreaterThan(0)
    for (const unit of unitsIn(awards)) {
      expect(unit).toBeLessThan(1_000)
      const [attempt] = attemptsOf(brain, unit)
      expect(Number.isSafeInteger(attempt?.deadlineMs)).toBe(true)
      expect(attempt!.deadlineMs - NOON).toBeLessThanOrEqual(AWARD_DUE_MS_MAX)
    }
  })
})
