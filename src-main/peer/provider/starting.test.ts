import { describe, expect, test } from 'vitest'
import { JobId, type PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import {
  awardOf,
  commitmentOf,
  createBrain,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  ofKind,
  peerOf,
  receiptOf,
  SLOT,
  submit,
  take,
  type Brain,
} from '../brain.fixture.ts'
import type { Effect } from '../effect.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]

/** A job of many units of a second, one core each, or of something else. */
const job = (id: string, requester: PeerId, changes: Partial<JobManifest> = {}): JobManifest =>
  manifestOf({ job_id: JobId.parse(id), requester_id: requester, unit_count: 1_000, ...changes })

/** A provider of four cores and 8 GB that has heard of these jobs, and whose contacts trust it so much. */
function provider(jobs: readonly JobManifest[], theirs = 1, resources = SLOT.resources): Brain {
  const requesters = [...new Set(jobs.map(({ requester_id }) => requester_id))].filter((one) => one !== ME)
  const brain = createBrain(Object.fromEntries(requesters.map((peer) => [peer, 1])))
  const slots = [{ ...SLOT, resources }]
  brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots } })
  for (const from of requesters) {
    const asks = jobs.filter(({ requester_id }) => requester_id === from)
    const trust = { [ME]: from === ANN ? theirs : 1 }
    brain.happens({
      kind: 'commitment',
      at_ms: NOON,
      commitment: commitmentOf(from, NOON, { trust, jobs: asks }),
    })
  }
  for (const manifest of jobs) {
    if (manifest.requester_id === ME) submit(brain, manifest)
    else brain.happens({ kind: 'manifest', at_ms: NOON, cid: manifestCidOf(manifest.job_id), manifest })
  }
  return brain
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i)

/** Gives units of a job to the provider, and lets its inputs arrive: what begins, as `job/unit`. */
function give(brain: Brain, { job_id, requester_id }: JobManifest, units: number[], atMs = NOON): string[] {
  return begun(take(brain, requester_id, awardOf(units, { job: job_id, due_in_ms: 3_600_000 }), atMs))
}

/** Ends units of a job: what begins in their place. */
function end(brain: Brain, { job_id, requester_id }: JobManifest, units: number[], atMs: number): string[] {
  const receipts = units.map((unit) => receiptOf(1, 'done', unit))
  return begun(brain.happens({ kind: 'units-ran', at_ms: atMs, requester: requester_id, job_id, receipts }))
}

const begun = (effects: readonly Effect[]): string[] =>
  ofKind(effects, 'run-units').flatMap(({ job: id, units }) =>
    units.map(({ unit_index }) => `${id}/${unit_index}`),
  )

describe('[B27] lanes', () => {
  const long = job('long', ANN)

  test('are as many as cores: a unit begins when one is free, in the order of the awards', () => {
    const brain = provider([long])
    expect(give(brain, long, upTo(8))).toEqual(['long/0', 'long/1', 'long/2', 'long/3'])
    expect(end(brain, long, [2], NOON + 1_000)).toEqual(['long/4'])
    expect(end(brain, long, [0, 1], NOON + 1_000)).toEqual(['long/5', 'long/6'])
    expect(end(brain, long, [3, 4, 5, 6], NOON + 2_000)).toEqual(['long/7'])
  })

  test('count every resource that a unit needs', () => {
    const large = job('large', ANN, { required_resources: { cpu_cores: 1, ram_gb: 3 } })
    const wide = job('wide', ANN, { required_resources: { cpu_cores: 3, ram_gb: 1 } })
    expect(give(provider([large]), large, upTo(8))).toHaveLength(2)
    expect(give(provider([wide]), wide, upTo(8))).toHaveLength(1)
    const both = provider([large, wide])
    give(both, wide, [0])
    expect(give(both, large, [0, 1])).toEqual(['large/0'])
    expect(end(both, wide, [0], NOON + 1_000)).toEqual(['large/1'])
  })

  test('a unit that needs more than there is, by a promise of another time, runs alone', () => {
    const huge = job('huge', ANN, { required_resources: { cpu_cores: 16, ram_gb: 1 } })
    const brain = provider([long, huge])
    give(brain, long, [0])
    expect(give(brain, huge, [0, 1])).toEqual([])
    expect(end(brain, long, [0], NOON + 1_000)).toEqual(['huge/0'])
    expect(give(brain, long, [1], NOON + 1_100)).toEqual([])
  })

  test('are not taken by a job whose inputs are not here, which are asked for once', () => {
    const brain = provider([long])
    const awarded = (units: number[]) =>
      brain.happens({
        kind: 'award-received',
        at_ms: NOON,
        from: ANN,
        award: awardOf(units, { job: long.job_id }),
      })
    const first = awarded([0, 1])
    expect(ofKind(first, 'prepare-job')).toEqual([
      { kind: 'prepare-job', requester: ANN, job: long.job_id, manifestCid: manifestCidOf('long') },
    ])
    expect(begun(first)).toEqual([])
    const second = awarded([2])
    expect([ofKind(second, 'prepare-job'), begun(second)]).toEqual([[], []])
    const here = brain.happens({ kind: 'job-prepared', at_ms: NOON, requester: ANN, job_id: long.job_id })
    expect(begun(here)).toEqual(['long/0', 'long/1', 'long/2'])
  })

  test('inputs that arrive after the job has gone begin nothing', () => {
    const brain = provider([long])
    const here = { kind: 'job-prepared', at_ms: NOON, requester: ANN, job_id: long.job_id } as const
    expect(brain.happens(here)).toEqual([])
    give(brain, long, [0])
    brain.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id: long.job_id })
    expect(brain.happens(here)).toEqual([])
    expect(brain.state.view.atWork.size).toBe(0)
  })

  test('short units are handed over a little ahead, long ones never', () => {
    const short = job('short', ANN, { estimated_duration_seconds: 0.01 })
    // 60 ms of work a lane: six units of 10 ms each.
    expect(give(provider([short]), short, upTo(100))).toHaveLength(4 + 24)
    const long = job('long', ANN, { estimated_duration_seconds: 0.751 })
    expect(give(provider([long]), long, upTo(100))).toHaveLength(4)
  })

  test('short units are counted by their run alone, however long the way there and back is', () => {
    const half = job('half', ANN, { estimated_duration_seconds: 0.5 })
    const brain = provider([half])
    expect(give(brain, half, upTo(100))).toHaveLength(4 + 1)
    // The first was here for 200 ms and ran for 10 of them.
    expect(end(brain, half, [0], NOON + 200)).toHaveLength(24)
    expect(brain.state.view.atWork.values().next().value?.unitMs).toBe(200)
  })
})

describe('[B28] what waits begins', () => {
  test('by priority: an urgent job goes before the queue of a long one, within a unit’s time', () => {
    const [low, high] = [job('low', ANN, { priority: 0.2 }), job('high', BOB, { priority: 0.9 })]
    const brain = provider([low, high])
    expect(give(brain, low, upTo(8))).toHaveLength(4)
    expect(give(brain, high, [0, 1], NOON + 100)).toEqual([])
    expect(end(brain, low, [0], NOON + 1_000)).toEqual(['high/0'])
    expect(end(brain, low, [1], NOON + 1_000)).toEqual(['high/1'])
    expect(end(brain, low, [2], NOON + 1_000)).toEqual(['low/4'])
  })

  test('by what the requester says now, whatever its manifest says', () => {
    const [low, high] = [job('low', ANN, { priority: 0.2 }), job('high', ANN, { priority: 0.9 })]
    const brain = provider([low, high])
    give(brain, low, upTo(8))
    give(brain, high, [0])
    const commitment = commitmentOf(ANN, NOON + 1, { trust: { [ME]: 1 }, jobs: [low, high] })
    const work_requests = commitment.work_requests.map((one) => ({
      ...one,
      priority: one.job_id === 'low' ? 1 : 0,
    }))
    brain.happens({ kind: 'commitment', at_ms: NOON + 1, commitment: { ...commitment, work_requests } })
    expect(end(brain, low, [0], NOON + 1_000)).toEqual(['low/4'])
  })

  test('for requesters trusted both ways first, whatever the priority', () => {
    const [oneWay, bothWays] = [job('one', ANN, { priority: 1 }), job('both', BOB, { priority: 0 })]
    const brain = provider([oneWay, bothWays], 0)
    give(brain, oneWay, upTo(8))
    give(brain, bothWays, [0])
    expect(end(brain, oneWay, [0], NOON + 1_000)).toEqual(['both/0'])
  })

  test('by turns among equals, so that each has as many lanes', () => {
    const [ann, bob] = [job('ann', ANN), job('bob', BOB)]
    const brain = provider([ann, bob])
    give(brain, ann, upTo(20))
    give(brain, bob, upTo(20))
    const all: string[] = []
    let running = ['ann/0', 'ann/1', 'ann/2', 'ann/3']
    for (let second = 1; second <= 6; second++) {
      const next: string[] = []
      for (const name of running) {
        const [id, unit] = name.split('/')
        next.push(...end(brain, id === 'ann' ? ann : bob, [Number(unit)], NOON + second * 1_000))
      }
      running = next
      all.push(...next)
    }
    const ofAnn = all.filter((name) => name.startsWith('ann')).length
    expect([all.length, Math.abs(ofAnn - (all.length - ofAnn)) <= 2]).toEqual([24, true])
  })

  test('one unit of a requester that has waited for half a minute, then the urgent ones again', () => {
    const [low, high] = [job('low', ANN, { priority: 0.2 }), job('high', BOB, { priority: 0.9 })]
    const brain = provider([low, high], 1, { cpu_cores: 1, ram_gb: 8 })
    give(brain, high, upTo(100))
    give(brain, low, upTo(100))
    const order = upTo(30).flatMap((i) => end(brain, high, [i], NOON + (i + 1) * 1_000))
    expect(order.filter((name) => name.startsWith('low'))).toEqual(['low/0'])
    expect(order.indexOf('low/0')).toBe(29)
    expect(end(brain, low, [0], NOON + 31_000)).toEqual(['high/30'])
  })

  test('of this user first, on the whole machine; others have what is shared of it', () => {
    const [own, other] = [job('own', ME), job('other', ANN)]
    const brain = provider([own, other])
    const machine = { resources: { cpu_cores: 8, ram_gb: 16 }, lendsPartOfCores: true }
    brain.happens({ kind: 'capabilities-measured', at_ms: NOON, algorithms: SLOT.algorithms, machine })
    expect(give(brain, other, upTo(20))).toHaveLength(4)
    expect(give(brain, own, upTo(20))).toEqual(['own/0', 'own/1', 'own/2', 'own/3'])
    // A lane that another’s unit leaves is taken by an own one that waits.
    expect(end(brain, other, [0], NOON + 1_000)).toEqual(['own/4'])
    expect(end(brain, own, [0], NOON + 1_000)).toEqual(['own/5'])
  })
})

describe('[B22] what a unit takes here', () => {
  const long = job('long', ANN)
  const taken = (brain: Brain): number | undefined => brain.state.view.atWork.get(`${ANN}/long`)?.unitMs

  test('is unknown before the first has run, and then what it took', () => {
    const brain = provider([long])
    give(brain, long, upTo(8))
    expect(taken(brain)).toBeUndefined()
    end(brain, long, [0], NOON + 700)
    expect(taken(brain)).toBe(700)
  })

  test('does not count the time in which a unit waited for a lane', () => {
    const brain = provider([job('long', ANN)], 1, { cpu_cores: 1, ram_gb: 8 })
    give(brain, long, upTo(3))
    for (const i of [0, 1, 2]) end(brain, long, [i], NOON + (i + 1) * 1_000)
    expect(taken(brain)).toBe(1_000)
  })

  test('does not count the time in which a unit that was handed over ahead waited', () => {
    const short = job('long', ANN, { estimated_duration_seconds: 0.01 })
    const brain = provider([short], 1, { cpu_cores: 1, ram_gb: 8 })
    expect(give(brain, short, upTo(4))).toHaveLength(4)
    for (const i of [0, 1, 2, 3]) end(brain, short, [i], NOON + (i + 1) * 10)
    expect(taken(brain)).toBeCloseTo(10)
  })

  test('forgets the first units, which load and compile', () => {
    const brain = provider([long], 1, { cpu_cores: 1, ram_gb: 8 })
    give(brain, long, upTo(60))
    upTo(60).forEach((i) => end(brain, long, [i], NOON + 2_000 + i))
    expect(taken(brain)).toBeLessThan(15)
  })

  test('learns nothing from units that fail: a machine that fails at once is not a fast one', () => {
    const brain = provider([long])
    give(brain, long, upTo(100))
    const receipts = [receiptOf(1, undefined, 0)]
    const effects = brain.happens({
      kind: 'units-ran',
      at_ms: NOON + 1,
      requester: ANN,
      job_id: long.job_id,
      receipts,
    })
    expect(taken(brain)).toBeUndefined()
    expect(begun(effects)).toEqual(['long/4'])
  })
})
