import { describe, expect, test } from 'vitest'
import { JobId } from '../../protocol/ids.ts'
import { MOMENT_MS_MAX } from '../../protocol/quantities.ts'
import type { AvailabilitySlot } from '../../protocol/slot.ts'
import { toTimestamp } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import {
  answer,
  cidOf,
  commitmentOf,
  createBrain,
  JOB,
  manifestOf,
  ME,
  NOON,
  offer,
  peerOf,
  receiptOf,
  SLOT,
  submit,
  type Brain,
} from '../brain.fixture.ts'
import { forecastEndMs } from './forecast.ts'

const ANN = peerOf('A')
const BEN = peerOf('B')
const HOUR_MS = 3_600_000
const ECHO = { algorithm_id: 'test.echo', version: '1.0.0', supported: true, performance_score: 1 }

/** A brain on a machine of two cores, and a job of an hour's units. */
function asking(changes: Partial<JobManifest> = {}, others: Parameters<typeof createBrain>[0] = {}): Brain {
  const brain = createBrain(others)
  brain.happens({
    kind: 'capabilities-measured',
    at_ms: NOON,
    algorithms: [ECHO],
    machine: { resources: { cpu_cores: 2, ram_gb: 8 }, lendsPartOfCores: true },
  })
  submit(brain, manifestOf({ unit_count: 40, estimated_duration_seconds: 3_600, ...changes }))
  return brain
}

/** Hours until the job is done. */
function hours(brain: Brain, id = JOB, nowMs = NOON): number | undefined {
  const job = brain.state.requester.jobs.get(id)
  const endMs = job === undefined ? undefined : forecastEndMs(brain.state, job, nowMs)
  return endMs === undefined ? undefined : (endMs - nowMs) / HOUR_MS
}

function shares(brain: Brain, peer: typeof ANN, slots: AvailabilitySlot[], trust = { [ME]: 1 }): void {
  brain.happens({ kind: 'commitment', at_ms: NOON, commitment: commitmentOf(peer, NOON, { trust, slots }) })
}

const ALL_DAY = { ...SLOT, end_time: toTimestamp(NOON + 16 * HOUR_MS) }

describe('[F2] the end of a job is forecast', () => {
  test('as the work by the cores, and half a unit for the end', () => {
    expect(hours(asking())).toBeCloseTo(20.5, 3)
  })

  test('with all sharing peers, weighted by speed', () => {
    const brain = asking({}, { [ANN]: 1 })
    expect(hours(brain)).toBeCloseTo(40 / 6 + 0.5, 3)
    const slow = { ...ALL_DAY, algorithms: [{ ...ECHO, performance_score: 0.5 }] }
    shares(brain, ANN, [slow])
    // Two cores of 1 and four of a half: a unit takes an hour and a half on the mean core.
    expect(hours(brain)).toBeCloseTo(40 / 4 + 1.5 / 2, 3)
  })

  test('without peers that do not work for this one, lack the algorithm, or have no room for a unit', () => {
    const alone = hours(asking())
    const brain = asking({ required_resources: { cpu_cores: 1, ram_gb: 2 } }, { [ANN]: 1, [BEN]: 1 })
    shares(brain, ANN, [ALL_DAY], {})
    shares(brain, BEN, [{ ...ALL_DAY, resources: { cpu_cores: 4, ram_gb: 1 } }])
    expect(hours(brain)).toBe(alone)
    shares(brain, BEN, [{ ...ALL_DAY, algorithms: [{ ...ECHO, version: '2.0.0' }] }])
    expect(hours(brain)).toBe(alone)
    shares(brain, BEN, [{ ...ALL_DAY, resources: { cpu_cores: 4, ram_gb: 4 } }])
    expect(hours(brain)).toBeCloseTo(40 / 4 + 0.5, 3)
  })

  test('with checks by distinct peers, and not at all while there are too few', () => {
    expect(hours(asking({ verification_redundancy: 2 }))).toBeUndefined()
    const brain = asking({ verification_redundancy: 2 }, { [ANN]: 1 })
    // This peer must do all of it: 40 units on two cores.
    expect(hours(brain)).toBeCloseTo(20.5, 3)
  })

  test('however far away it is', () => {
    expect(hours(asking({ unit_count: 100_000 }))).toBeCloseTo(50_000.5, 2)
    expect(hours(asking({ unit_count: 1_000_000, estimated_duration_seconds: 604_800 }))).toBeUndefined()
  })

  test('not at all when no peer shares and the machine is not measured', () => {
    const brain = createBrain()
    submit(brain, manifestOf())
    expect(hours(brain)).toBeUndefined()
  })

  test('with hours that are painted for later', () => {
    const brain = asking({}, { [ANN]: 1 })
    const tonight = {
      ...SLOT,
      start_time: toTimestamp(NOON + 10 * HOUR_MS),
      end_time: toTimestamp(NOON + 12 * HOUR_MS),
      resources: { cpu_cores: 6, ram_gb: 8 },
    }
    shares(brain, ANN, [tonight])
    // 20 units until ten, 16 in the two hours then, and the last 4 as on average: 2 and 1 a hour.
    expect(hours(brain)).toBeCloseTo(12 + 4 / 3 + 0.5, 3)
  })

  test('behind own jobs that go first, and in turns with equals', () => {
    const brain = asking()
    const other = (id: string, changes: Partial<JobManifest>) =>
      submit(brain, {
        ...manifestOf({ unit_count: 20, estimated_duration_seconds: 3_600, ...changes }),
        job_id: JobId.parse(id),
      })
    other('later', { priority: 0.2 })
    expect(hours(brain)).toBeCloseTo(20.5, 3)
    other('first', { priority: 0.8 })
    expect(hours(brain)).toBeCloseTo(30.5, 3)
    other('equal', { unit_count: 400 })
    expect(hours(brain)).toBeCloseTo(50.5, 3)
    other('due', { deadline: toTimestamp(NOON + HOUR_MS) })
    expect(hours(brain)).toBeCloseTo(60.5, 3)
    brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: JobId.parse('first') })
    expect(hours(brain)).toBeCloseTo(50.5, 3)
  })

  test('with an equal share of peers that others ask too', () => {
    const brain = asking({}, { [ANN]: 1, [BEN]: 1 })
    const theirs = manifestOf({ job_id: JobId.parse('theirs'), requester_id: BEN, unit_count: 9 })
    shares(brain, ANN, [ALL_DAY], { [ME]: 1, [BEN]: 1 })
    const commitment = commitmentOf(BEN, NOON, { trust: {}, slots: [], jobs: [theirs] })
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment })
    expect(hours(brain)).toBeCloseTo(40 / 4 + 0.5, 3)
  })

  test('with the time until others have its inputs', () => {
    const data = { inputs: { data: cidOf('data') }, input_bytes: { data: 36_000_000_000 } }
    // An hour at a usual line; meanwhile this peer does two units.
    expect(hours(asking(data, { [ANN]: 1 }))).toBeCloseTo(1 + 38 / 6 + 0.5, 3)
    expect(hours(asking(data))).toBeCloseTo(20.5, 3)
  })
})

describe('[F2] while a job runs', () => {
  test('what units took counts instead of the estimate', () => {
    const brain = asking({}, { [ANN]: 1 })
    const manifest = manifestOf({ unit_count: 40, estimated_duration_seconds: 3_600 })
    offer(brain, manifest, [ANN])
    const [effect] = brain.state.requester.jobs.get(JOB)?.units.get(0)?.attempts ?? []
    answer(brain, ANN, [receiptOf(effect?.attempt ?? 1, 'out')])
    expect(brain.state.requester.jobs.get(JOB)?.observedMs).toBe(10)
    const endMs = forecastEndMs(brain.state, brain.state.requester.jobs.get(JOB) as never, NOON + 2_000)
    expect((endMs ?? 0) - NOON - 2_000).toBeLessThan(100)
  })

  test('what has begun counts, and the last unit ends when it ends', () => {
    const brain = asking({ unit_count: 1 })
    brain.happens({
      kind: 'awards-issued',
      at_ms: NOON,
      awards: [
        {
          award_id: 'a',
          job_id: JOB,
          peer: ME,
          units: [{ unit_index: 0, attempt: 1, role: 'primary' }],
          deadline_ms: NOON + 9 * HOUR_MS,
        },
      ],
    })
    expect(hours(brain)).toBeCloseTo(1, 3)
    expect(hours(brain, JOB, NOON + HOUR_MS / 2)).toBeCloseTo(0.5, 3)
    // Longer than its estimate: soon, but not before now.
    expect(hours(brain, JOB, NOON + 3 * HOUR_MS)).toBeCloseTo(0.05, 3)
  })

  test('a job that is paused or over has none', () => {
    const brain = asking()
    brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: JOB })
    expect(hours(brain)).toBeUndefined()
    brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    expect(hours(brain)).toBeUndefined()
  })
})

test('[E10] a forecast is a time, whatever speed and room others say that they have', () => {
  for (const performance_score of [5e-324, 1e-300, 1e-9]) {
    const brain = createBrain({ [ANN]: 1 })
    submit(brain, manifestOf({ unit_count: 1, estimated_duration_seconds: 604_800 }))
    const resources = { cpu_cores: 1e9, ram_gb: 1e9 }
    shares(brain, ANN, [{ ...ALL_DAY, resources, algorithms: [{ ...ECHO, performance_score }] }])
    const endMs = forecastEndMs(brain.state, brain.state.requester.jobs.get(JOB)!, NOON) ?? 0
    expect(Number.isSafeInteger(Math.ceil(endMs))).toBe(true)
    expect(endMs).toBeLessThanOrEqual(MOMENT_MS_MAX)
  }
})
