import { describe, expect, it } from 'vitest'
import { largestCardBytes, machineResources } from './machine-resources.ts'

const GIB = 2 ** 30
const GB = 1e9
const card = (name: string, vramBytes?: number) => ({
  name,
  vendor: 'Painter',
  ...(vramBytes === undefined ? {} : { vramBytes }),
})
const machine = {
  cpu: { name: 'Abacus', cores: 8, physicalCores: 4, speedGhz: 3 },
  ramBytes: 16 * GIB,
  gpus: [card('a', 8 * GIB), card('b', 12 * GIB), card('c')],
  network: { linkMbps: 1_000 },
}
const use = {
  disk: { freeBytes: 500 * GB, totalBytes: 1_000 * GB },
  blobs: { bytes: 3 * GB, quotaBytes: 20 * GB },
  fastestBytesPerS: undefined,
}

describe('[L1] what a machine has for units', () => {
  it('is all of it, the memory of the largest single card, and the disk within the quota', () => {
    expect(machineResources(machine, use)).toEqual({
      cpu_cores: 8,
      ram_gb: 16,
      gpu_vram_gb: 12,
      disk_gb: 20,
      network_mbps: 1_000,
    })
  })

  it('counts what blobs take as free for other blobs, and a full disk as full', () => {
    const full = { freeBytes: GB, totalBytes: 1_000 * GB }
    expect(machineResources(machine, { ...use, disk: full }).disk_gb).toBe(4)
    const nothing = { ...use, disk: { freeBytes: 0, totalBytes: GB }, blobs: { bytes: 0, quotaBytes: GB } }
    expect(machineResources(machine, nothing)).not.toHaveProperty('disk_gb')
    expect(machineResources(machine, { ...use, disk: undefined })).not.toHaveProperty('disk_gb')
  })

  it('takes the rate of the fastest peer where the link does not tell, and nothing where none is known', () => {
    const silent = { ...machine, network: {}, gpus: [] }
    expect(machineResources(silent, { ...use, fastestBytesPerS: 12.5e6 }).network_mbps).toBe(100)
    const known = machineResources(silent, use)
    expect(known).not.toHaveProperty('network_mbps')
    expect(known).not.toHaveProperty('gpu_vram_gb')
    expect(machineResources(machine, { ...use, fastestBytesPerS: 1 }).network_mbps).toBe(1_000)
  })

  it('never adds the memory of cards', () => {
    expect(largestCardBytes([card('a', 8 * GIB), card('b', 8 * GIB)])).toBe(8 * GIB)
    expect(largestCardBytes([])).toBe(0)
  })
})
