import { describe, expect, test } from 'vitest'
import { localityScore } from '../../market/compatibility.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { DATASETS_HELD_MAX } from '../../protocol/limits.ts'
import type { ComputeResource } from '../../protocol/resource.ts'
import { unitOfManifest } from '../../protocol/work.ts'
import { cidOf, createBrain, manifestOf, NOON, ofKind } from '../brain.fixture.ts'
import { composeCommitment } from '../publishing.ts'
import { ownSlot, publishedSlots, sharedSlots } from './shared-slots.ts'

const ECHO = { algorithm_id: 'test.echo', version: '1.0.0', supported: true, performance_score: 1 }
const MACHINE: ComputeResource = {
  cpu_cores: 8,
  ram_gb: 16,
  gpu_vram_gb: 12,
  disk_gb: 20,
  network_mbps: 1_000,
}

/** A peer on a machine that has so much, and shares so much of it. */
function sharing(resources: ComputeResource, machine: ComputeResource = MACHINE) {
  const brain = createBrain()
  brain.happens(
    {
      kind: 'availability-set',
      at_ms: NOON,
      availability: { kind: 'always', resources, priority: 0.5 },
    },
    {
      kind: 'capabilities-measured',
      at_ms: NOON,
      algorithms: [ECHO],
      machine: { resources: machine, lendsPartOfCores: true },
    },
  )
  return brain
}

const published = (brain: ReturnType<typeof sharing>) => publishedSlots(brain.state, NOON)[0]?.resources

describe('[L1] disk, graphics memory and network', () => {
  test('are shared as far as the user chose and the machine has them', () => {
    const resources = { cpu_cores: 4, ram_gb: 8, disk_gb: 50, gpu_vram_gb: 6 }
    expect(published(sharing(resources))).toEqual({
      cpu_cores: 4,
      ram_gb: 8,
      disk_gb: 20,
      gpu_vram_gb: 6,
      network_mbps: 1_000,
    })
  })

  test('are none where the user chose none, or the machine has none', () => {
    expect(published(sharing({ cpu_cores: 4, ram_gb: 8 }))).toEqual({
      cpu_cores: 4,
      ram_gb: 8,
      network_mbps: 1_000,
    })
    const bare = { cpu_cores: 8, ram_gb: 16 }
    const chosen = { cpu_cores: 4, ram_gb: 8, disk_gb: 5, gpu_vram_gb: 5, network_mbps: 5 }
    expect(published(sharing(chosen, bare))).toEqual({ cpu_cores: 4, ram_gb: 8 })
  })

  test('the network has no more than the limit of the download leaves', () => {
    const brain = sharing({ cpu_cores: 4, ram_gb: 8 })
    const limits = { cpu_percent: 100, download_bytes_per_s: 1_250_000 }
    brain.happens({ kind: 'limits-set', at_ms: NOON, limits })
    expect(published(brain)?.network_mbps).toBe(10)
  })

  test('the own slot has the whole machine', () => {
    expect(ownSlot(sharing({ cpu_cores: 1, ram_gb: 1 }).state, NOON)?.resources).toEqual(MACHINE)
  })
})

describe('[L3] held datasets', () => {
  const held = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      dataset: cidOf(`data ${i}`),
      digest: `digest ${i}`,
      bytes: 5,
    }))

  function holding(count: number) {
    const brain = sharing({ cpu_cores: 4, ram_gb: 8 })
    const effects = brain.happens({ kind: 'datasets-held', at_ms: NOON, held: held(count) })
    return { brain, effects }
  }

  test('are published under their digests alone, and matched here under their CIDs', () => {
    const { brain, effects } = holding(1)
    expect(ofKind(effects, 'commitment-changed')).toHaveLength(1)
    const [slot] = publishedSlots(brain.state, NOON)
    expect(slot?.data_locality).toEqual([{ dataset_id: 'digest 0', has_local_copy: true }])
    expect(JSON.stringify(composeCommitment(brain.state, NOON))).not.toContain(cidOf('data 0'))
    const here = [{ dataset_id: cidOf('data 0'), has_local_copy: true }]
    expect(sharedSlots(brain.state, NOON)[0]?.data_locality).toEqual(here)
    expect(ownSlot(brain.state, NOON)?.data_locality).toEqual(here)
  })

  test('are bounded, and told with slots that begin soon', () => {
    const { brain } = holding(200)
    const [now, later] = publishedSlots(brain.state, NOON)
    expect(now?.data_locality).toHaveLength(DATASETS_HELD_MAX)
    expect(later).not.toHaveProperty('data_locality')
    expect(encodeCanonical(composeCommitment(brain.state, NOON)).byteLength).toBeLessThan(10_000)
  })

  test('[L6] bring work that needs them here first', () => {
    const { brain } = holding(1)
    const manifest = manifestOf({ required_dataset: cidOf('data 0') })
    const unit = unitOfManifest(manifest, 0)
    const [here] = sharedSlots(brain.state, NOON)
    const [elsewhere] = sharedSlots(sharing({ cpu_cores: 4, ram_gb: 8 }).state, NOON)
    if (here === undefined || elsewhere === undefined) throw new Error('nothing is shared')
    expect(localityScore(unit, here)).toBe(1)
    expect(localityScore(unit, elsewhere)).toBe(0.5)
  })
})
