import { describe, expect, test } from 'vitest'
import type { ComputeResource } from '../../protocol/resource.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { JobId, type PeerId } from '../../protocol/ids.ts'
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
  take,
  type Brain,
} from '../brain.fixture.ts'
import type { Effect } from '../effect.ts'

const [ANN, BOB, CAT] = [peerOf('A'), peerOf('B'), peerOf('C')]

function jobOf(requester: PeerId, changes: Partial<JobManifest> = {}): JobManifest {
  return manifestOf({
    job_id: JobId.parse(`job-of-${requester.slice(-1)}`),
    requester_id: requester,
    unit_count: 100,
    ...changes,
  })
}

/** A provider of one core that has heard of these jobs, and what their requesters trust it with. */
function provider(asks: readonly { from: PeerId; mine: number; theirs: number }[]): Brain {
  const brain = createBrain(Object.fromEntries(asks.map(({ from, mine }) => [from, mine])))
  const slot = { ...SLOT, resources: { cpu_cores: 1, ram_gb: 1 } }
  brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [slot] } })
  for (const { from, theirs } of asks) {
    const manifest = jobOf(from)
    const commitment = commitmentOf(from, NOON, { trust: { [ME]: theirs }, jobs: [manifest] })
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(manifest.job_id), manifest },
    )
  }
  return brain
}

/** For whom a provider would work now, in order. */
function offered(brain: Brain, atMs = NOON): PeerId[] {
  const [published] = ofKind(brain.happens({ kind: 'allocate', at_ms: atMs }), 'publish-allocation')
  return brain.state.view.ownOffers.length === 0 || published === undefined
    ? []
    : brain.state.view.ownOffers.map(({ requester }) => requester)
}

describe('a provider’s offers', () => {
  test('[B18] go to requesters trusted both ways before those trusted one way', () => {
    const brain = provider([
      { from: ANN, mine: 1, theirs: 0 },
      { from: BOB, mine: 0.1, theirs: 0.1 },
    ])
    const order = offered(brain)
    expect(order[0]).toBe(BOB)
    expect(order.slice(0, order.lastIndexOf(BOB) + 1)).not.toContain(ANN)
  })

  test('[M3] [B18] do not go to a requester that is not trusted here, however much it trusts', () => {
    expect(offered(provider([{ from: ANN, mine: 0, theirs: 1 }]))).toEqual([])
  })

  test('[B18] go to requesters heard of within a minute, and no others', () => {
    const brain = provider([{ from: CAT, mine: 1, theirs: 1 }])
    expect(offered(brain, NOON + 59_000)).toContain(CAT)
    expect(offered(provider([{ from: CAT, mine: 1, theirs: 1 }]), NOON + 61_000)).toEqual([])
  })

  test('[B19] need the manifest first, which is asked for once until it is missing', () => {
    const brain = createBrain({ [ANN]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    const manifest = jobOf(ANN)
    const commitment = commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [manifest] })
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment })
    const allocate = { kind: 'allocate', at_ms: NOON } as const
    const cid = manifestCidOf(manifest.job_id)
    expect(ofKind(brain.happens(allocate), 'fetch-manifest')).toEqual([
      { kind: 'fetch-manifest', cid, from: ANN },
    ])
    expect(ofKind(brain.happens(allocate), 'fetch-manifest')).toEqual([])
    brain.happens({ kind: 'manifest-missing', at_ms: NOON, cid })
    expect(ofKind(brain.happens(allocate), 'fetch-manifest')).toHaveLength(1)
  })

  test('[B19] are not made for a manifest that is of another requester or job', () => {
    const brain = createBrain({ [ANN]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    const asked = jobOf(ANN)
    const commitment = commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [asked] })
    const stolen = { ...asked, requester_id: BOB }
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(asked.job_id), manifest: stolen },
    )
    expect(offered(brain)).toEqual([])
  })

  /** A provider of such a machine that has heard of a job of Ann's, and has planned once. */
  function offering(manifest: JobManifest, resources: ComputeResource): Brain {
    const brain = createBrain({ [ANN]: 1 })
    const slot = { ...SLOT, resources }
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [slot] } })
    hears(brain, [manifest], NOON)
    brain.happens({ kind: 'manifest', at_ms: NOON, cid: manifestCidOf(manifest.job_id), manifest })
    brain.happens({ kind: 'allocate', at_ms: NOON })
    return brain
  }

  /** Ann's newest word on what she asks for. */
  function hears(brain: Brain, jobs: readonly JobManifest[], atMs: number): void {
    const commitment = commitmentOf(ANN, atMs, { trust: { [ME]: 1 }, jobs })
    brain.happens({ kind: 'commitment', at_ms: atMs, commitment })
  }

  const ran = (brain: Brain, { job_id }: JobManifest, unit: number, at_ms: number): Effect[] => {
    const receipts = [receiptOf(1, 'done', unit)]
    return brain.happens({ kind: 'units-ran', at_ms, requester: ANN, job_id, receipts })
  }

  test('[B20] are what may be here at a time: units that are here count within them', () => {
    const brain = offering(jobOf(ANN), SLOT.resources)
    // Four units of a second at once, and two seconds' worth behind them.
    expect(brain.state.view.ownOffers).toMatchObject([{ lanes: 4, units: 12, unitMs: 1_000 }])
    const before = brain.state.view.ownOffers
    take(brain, ANN, awardOf([40, 41, 42, 43, 44, 45], { job: jobOf(ANN).job_id }))
    const effects = brain.happens({ kind: 'allocate', at_ms: NOON + 100 })
    expect(ofKind(effects, 'publish-allocation')).toEqual([])
    expect(brain.state.view.ownOffers).toBe(before)
  })

  test('[B20] count memory as well as cores: what runs at once fits the slot', () => {
    const manifest = jobOf(ANN, { required_resources: { cpu_cores: 1, ram_gb: 0.4 } })
    const brain = offering(manifest, { cpu_cores: 8, ram_gb: 1 })
    expect(brain.state.view.ownOffers).toMatchObject([{ lanes: 2 }])
    const effects = brain.happens({ kind: 'allocate', at_ms: NOON + 5_000 })
    const [published] = ofKind(effects, 'publish-allocation')
    const [slot] = published!.allocation.slot_assignments
    expect(slot?.total_allocated_resources).toEqual({ cpu_cores: 2, ram_gb: 0.8 })
    expect(slot?.tier1_assignments).toMatchObject([{ concurrency: 2, unit_seconds: 1 }])
  })

  test('[B20] are for the work that is left, and end with it', () => {
    const manifest = jobOf(ANN, { unit_count: 3 })
    const brain = offering(manifest, SLOT.resources)
    expect(brain.state.view.ownOffers).toMatchObject([{ lanes: 3, units: 3 }])
    hears(brain, [], NOON + 1_000)
    const effects = brain.happens({ kind: 'allocate', at_ms: NOON + 1_000 })
    expect(ofKind(effects, 'publish-allocation')[0]?.allocation.slot_assignments).toEqual([])
  })

  test('[B20] are repeated after five seconds while unused, and after twenty while in use', () => {
    const published = (brain: Brain, passed: number): number => {
      hears(brain, [jobOf(ANN)], NOON + passed)
      return ofKind(brain.happens({ kind: 'allocate', at_ms: NOON + passed }), 'publish-allocation').length
    }
    const unused = offering(jobOf(ANN), SLOT.resources)
    expect([published(unused, 4_999), published(unused, 5_000)]).toEqual([0, 1])
    const used = offering(jobOf(ANN), SLOT.resources)
    take(used, ANN, awardOf([0], { job: jobOf(ANN).job_id }))
    expect([5_000, 19_999, 20_000].map((passed) => published(used, passed))).toEqual([0, 0, 1])
  })

  test('[B22] are of the time that a job’s units took here, once some have run', () => {
    const brain = offering(jobOf(ANN), { cpu_cores: 1, ram_gb: 1 })
    expect(brain.state.view.ownOffers).toMatchObject([{ units: 3, unitMs: 1_000 }])
    take(brain, ANN, awardOf([0], { job: jobOf(ANN).job_id }))
    expect(ofKind(ran(brain, jobOf(ANN), 0, NOON + 40), 'allocation-due')).toHaveLength(1)
    brain.happens({ kind: 'allocate', at_ms: NOON + 50 })
    // Two seconds' worth of units of 40 ms, and one a lane.
    expect(brain.state.view.ownOffers).toMatchObject([{ lanes: 1, units: 51, unitMs: 40 }])
  })

  test('[B22] are made anew when that time is another by a quarter, and not for less', () => {
    const brain = offering(jobOf(ANN), { cpu_cores: 1, ram_gb: 1 })
    take(brain, ANN, awardOf([0, 1, 2, 3], { job: jobOf(ANN).job_id }))
    const isNews = (unit: number, at: number): boolean => {
      const due = ofKind(ran(brain, jobOf(ANN), unit, NOON + at), 'allocation-due').length > 0
      brain.happens({ kind: 'allocate', at_ms: NOON + at })
      return due
    }
    expect([isNews(0, 2_000), isNews(1, 4_100), isNews(2, 14_100)]).toEqual([true, false, true])
  })

  test('[B29] ahead of what runs shrink while unused, and recover; lanes never do', () => {
    const brain = offering(jobOf(ANN), SLOT.resources)
    const round = (passed: number): number => {
      hears(brain, [jobOf(ANN)], NOON + passed)
      brain.happens({ kind: 'allocate', at_ms: NOON + passed })
      return brain.state.view.damping
    }
    const dampings = [5_000, 10_000, 15_000, 20_000, 25_000].map(round)
    expect(dampings).toEqual([...dampings].sort((a, b) => b - a))
    expect(dampings.at(-1)).toBeLessThan(0.9)
    expect(brain.state.view.ownOffers[0]?.lanes).toBe(4)
    expect(brain.state.view.ownOffers[0]?.units).toBeLessThan(12)
    // All that is offered is used: earlier unused offers are forgotten after three rounds.
    const low = brain.state.view.damping
    for (let i = 6; i < 12; i++) {
      const units = brain.state.view.ownOffers[0]!.units
      const job = jobOf(ANN).job_id
      take(
        brain,
        ANN,
        awardOf(
          Array.from({ length: units }, (_, k) => k),
          { job },
        ),
        NOON + i * 25_000,
      )
      round(i * 25_000)
      brain.happens({ kind: 'withdrawn', at_ms: NOON + i * 25_000, from: ANN, job_id: job })
    }
    expect(brain.state.view.damping).toBeGreaterThan(low)
  })
})
