import { describe, expect, it } from 'vitest'
import type { Hardware } from './hardware.ts'

/** The contract of every Hardware. `create` makes one that has not looked yet. */
export function hardwareContract(name: string, create: () => Promise<Hardware>): void {
  describe(`${name} as Hardware`, () => {
    const options = () => ({ signal: new AbortController().signal })

    it('tells amounts that a machine can have', async () => {
      const info = await (await create()).probe(options())
      expect(info.hostname).not.toBe('')
      expect(info.os).not.toBe('')
      expect(info.cpu.name).not.toBe('')
      expect(info.cpu.cores).toBeGreaterThanOrEqual(1)
      expect(info.cpu.physicalCores).toBeGreaterThanOrEqual(1)
      expect(info.cpu.physicalCores).toBeLessThanOrEqual(info.cpu.cores)
      expect(info.cpu.speedGhz).toBeGreaterThanOrEqual(0)
      expect(info.ramBytes).toBeGreaterThan(1 << 20)
      expect(info.disk.freeBytes).toBeLessThanOrEqual(info.disk.totalBytes)
      for (const gpu of info.gpus) expect(gpu.name).not.toBe('')
      expect(info.network.linkMbps ?? 1).toBeGreaterThan(0)
    })

    it('tells the space on the disk at any time', async () => {
      const space = await (await create()).disk(options())
      expect(space?.totalBytes).toBeGreaterThan(0)
      expect(space?.freeBytes).toBeLessThanOrEqual(space?.totalBytes ?? 0)
    })

    it('looks once, however often and by how many it is asked', async () => {
      const hardware = await create()
      const [first, second] = await Promise.all([hardware.probe(options()), hardware.probe(options())])
      expect(second).toBe(first)
      expect(await hardware.probe(options())).toBe(first)
    })

    it('looks again when it is told to', async () => {
      const hardware = await create()
      const first = await hardware.probe(options())
      const again = await hardware.refresh(options())
      expect(again).not.toBe(first)
      expect(again.measuredAtMs).toBeGreaterThanOrEqual(first.measuredAtMs)
      expect(await hardware.probe(options())).toBe(again)
    })
  })
}
