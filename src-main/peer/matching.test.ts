import { describe, expect, test } from 'vitest'
import type { Fault } from '../protocol/fault.ts'
import type { JobManifest } from '../protocol/work.ts'
import { JobId, type PeerId } from '../protocol/ids.ts'
import {
  commitmentOf,
  createBrain,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  ofKind,
  peerOf,
  SLOT,
  type Brain,
} from './brain.fixture.ts'

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
  test('[B18] go to who is trusted both ways before who is trusted one way', () => {
    const brain = provider([
      { from: ANN, mine: 1, theirs: 0 },
      { from: BOB, mine: 0.1, theirs: 0.1 },
    ])
    const order = offered(brain)
    expect(order[0]).toBe(BOB)
    expect(order.slice(0, order.lastIndexOf(BOB) + 1)).not.toContain(ANN)
  })

  test('[B18] go to nobody who is not trusted here, however much they trust', () => {
    expect(offered(provider([{ from: ANN, mine: 0, theirs: 1 }]))).toEqual([])
  })

  test('[B18] go to who was heard of within a minute, and to nobody else', () => {
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

  test('[B20] never name a unit that the provider holds, and leave its resources to what it holds', () => {
    const brain = provider([{ from: ANN, mine: 1, theirs: 1 }])
    offered(brain)
    const before = brain.state.view.ownOffers[0]
    expect(before).toBeDefined()
    const held = Array.from({ length: before!.count }, (_, i) => before!.first + i)
    brain.happens({
      kind: 'award-received',
      at_ms: NOON,
      from: ANN,
      award: {
        award_id: 'a',
        job_id: jobOf(ANN).job_id,
        manifest_cid: manifestCidOf(jobOf(ANN).job_id),
        units: held.map((unit_index) => ({ unit_index, attempt: 1, role: 'primary' })),
      },
    })
    brain.happens({ kind: 'allocate', at_ms: NOON })
    for (const { first, count, startMs } of brain.state.view.ownOffers) {
      for (const unit of held) expect(unit < first || unit >= first + count).toBe(true)
      expect(startMs).toBeGreaterThanOrEqual(NOON + 1_000 * held.length)
    }
  })

  test('[B20] count memory as well as cores: what is held and what is offered fit the slot at every moment', () => {
    const brain = createBrain({ [ANN]: 1 })
    const slot = { ...SLOT, resources: { cpu_cores: 8, ram_gb: 1 } }
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [slot] } })
    const manifest = jobOf(ANN, { required_resources: { cpu_cores: 1, ram_gb: 0.4 } })
    const commitment = commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [manifest] })
    const manifest_cid = manifestCidOf(manifest.job_id)
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment },
      { kind: 'manifest', at_ms: NOON, cid: manifest_cid, manifest },
      {
        kind: 'award-received',
        at_ms: NOON,
        from: ANN,
        award: {
          award_id: 'a',
          job_id: manifest.job_id,
          manifest_cid,
          units: Array.from({ length: 6 }, (_, unit_index) => ({ unit_index, attempt: 1, role: 'primary' })),
        },
      },
    )
    const [published] = ofKind(brain.happens({ kind: 'allocate', at_ms: NOON }), 'publish-allocation')
    const peak = published?.allocation.slot_assignments[0]?.total_allocated_resources.ram_gb ?? 0
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThanOrEqual(1)
  })

  /** The units that a provider of one job of one unit offers after a run of it ended so. */
  function offeredAfter(fault: Fault['kind'], redundancy: number, atMs: number, delivered = true): number {
    const brain = createBrain({ [ANN]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    const manifest = jobOf(ANN, { unit_count: 1, verification_redundancy: redundancy })
    const { job_id } = manifest
    const manifest_cid = manifestCidOf(job_id)
    const outcome = { kind: 'fault', fault: { kind: fault, message: 'it failed' } } as const
    const units = [{ unit_index: 0, attempt: 1 }]
    brain.happens(
      {
        kind: 'commitment',
        at_ms: NOON,
        commitment: commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [manifest] }),
      },
      { kind: 'manifest', at_ms: NOON, cid: manifest_cid, manifest },
      {
        kind: 'award-received',
        at_ms: NOON,
        from: ANN,
        award: { award_id: 'a', job_id, manifest_cid, units: [{ ...units[0]!, role: 'primary' }] },
      },
      { kind: 'units-ran', at_ms: NOON, requester: ANN, job_id, receipts: [{ ...units[0]!, outcome }] },
    )
    if (delivered) brain.happens({ kind: 'results-delivered', at_ms: NOON, requester: ANN, job_id, units })
    brain.happens({ kind: 'allocate', at_ms: NOON + atMs })
    return brain.state.view.ownOffers.reduce((sum, { count }) => sum + count, 0)
  }

  test('[B21] name a unit again that failed here, after a pause, once its requester knows', () => {
    for (const kind of ['runner-lost', 'blob-missing', 'memory-exhausted', 'timed-out'] as const) {
      expect(offeredAfter(kind, 2, 4_999)).toBe(0)
      expect(offeredAfter(kind, 2, 5_000)).toBe(1)
      expect(offeredAfter(kind, 2, 5_000, false)).toBe(0)
    }
  })

  test('[B21] name a unit that fails by itself again at once where nobody else checks, and never where others do', () => {
    for (const kind of ['unit-failed', 'trapped', 'fuel-exhausted'] as const) {
      expect(offeredAfter(kind, 1, 0)).toBe(1)
      expect(offeredAfter(kind, 2, 10_000)).toBe(0)
    }
  })

  test('[B22] are sized by what a job’s units took here, once some have run', () => {
    const brain = provider([{ from: ANN, mine: 1, theirs: 1 }])
    const units = (): number => {
      brain.happens({ kind: 'allocate', at_ms: NOON })
      return brain.state.view.ownOffers.reduce((sum, { count }) => sum + count, 0)
    }
    const before = units()
    const { job_id } = jobOf(ANN)
    const award = { award_id: 'a', job_id, manifest_cid: manifestCidOf(job_id) }
    const metrics = { wall_ms: 10, cpu_ms: 1, peak_memory_bytes: 1, input_bytes: 1, output_bytes: 1 }
    const outcome = { kind: 'output', cid: manifestCidOf('out'), metrics } as const
    brain.happens(
      {
        kind: 'award-received',
        at_ms: NOON,
        from: ANN,
        award: { ...award, units: [{ unit_index: 0, attempt: 1, role: 'primary' }] },
      },
      {
        kind: 'units-ran',
        at_ms: NOON + 10,
        requester: ANN,
        job_id,
        receipts: [{ unit_index: 0, attempt: 1, outcome }],
      },
    )
    // One core, a horizon of 4 s, units of a second by their manifest and of 10 ms in truth.
    expect(before).toBeLessThanOrEqual(5)
    expect(units()).toBe(99)
  })
})
