import { describe, expect, it } from 'vitest'
import type { OwnMachine, PeerEvent } from '../../peer/event.ts'
import type { Notice } from '../../peer/notice.ts'
import { initialState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { DiskSpace, HardwareInfo } from '../../ports/hardware.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { createResourceWatch } from './resource-watch.ts'

const GIB = 2 ** 30
const GB = 1e9
const PEER = `12D3KooW${'1'.repeat(44)}` as PeerId
const ECHO = { algorithm_id: 'test.echo', version: '1.0.0', supported: true, performance_score: 1 }
const INFO: HardwareInfo = {
  hostname: 'test',
  os: 'Testix 1',
  cpu: { name: 'Abacus', cores: 8, physicalCores: 4, speedGhz: 3 },
  ramBytes: 16 * GIB,
  disk: { path: '/', freeBytes: 100 * GB, totalBytes: 200 * GB },
  gpus: [],
  network: {},
  measuredAtMs: 0,
}

/** A watch over a state, with a clock and a disk by hand. */
function watched() {
  const state = initialState(PEER, 'me')
  const told: OwnMachine[] = []
  const reported: unknown[] = []
  const timers: (() => void)[] = []
  let listener: ((notices: readonly Notice[]) => void) | undefined
  const world = { disk: INFO.disk as DiskSpace | undefined, quotaBytes: 50 * GB, rate: 0 }
  const watch = createResourceWatch({
    runtime: {
      state,
      dispatch: (event) => {
        advance(state, event)
        if (event.kind === 'capabilities-measured' && event.machine !== undefined) told.push(event.machine)
        return Promise.resolve()
      },
      onNotices: (listen) => {
        listener = listen
        return () => (listener = undefined)
      },
    },
    hardware: {
      probe: () => Promise.resolve(INFO),
      refresh: () => Promise.resolve(INFO),
      disk: () => Promise.resolve(world.disk),
    },
    blobs: { usage: () => ({ bytes: 0, quotaBytes: world.quotaBytes }) },
    fetcher: { rates: () => (world.rate === 0 ? new Map() : new Map([[PEER, world.rate]])) },
    clock: {
      nowMs: () => 0,
      after: (_, callback) => {
        timers.push(callback)
        return () => undefined
      },
    },
    report: (error) => reported.push(error),
  })
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    watch,
    told,
    reported,
    world,
    measured: async () => {
      const resources = await watch.resources(new AbortController().signal)
      const machine = { resources, lendsPartOfCores: true }
      advance(state, { kind: 'capabilities-measured', at_ms: 0, algorithms: [ECHO], machine })
      return resources
    },
    look: async () => {
      timers.shift()?.()
      await settle()
    },
    hear: async (event: PeerEvent) => {
      listener?.(advance(state, event).notices)
      await settle()
    },
    state,
  }
}

const LIMITS: PeerEvent = {
  kind: 'limits-set',
  at_ms: 0,
  limits: { cpu_percent: 100 },
}

describe('[L2] what the machine has is kept up to date', () => {
  it('says so when the disk fills, and again when it is as it was', async () => {
    const one = watched()
    expect((await one.measured()).disk_gb).toBe(50)
    one.watch.start()
    await one.look()
    expect(one.told).toEqual([])
    one.world.disk = { freeBytes: 10 * GB, totalBytes: 200 * GB }
    await one.look()
    one.world.disk = INFO.disk
    await one.look()
    expect(one.told.map(({ resources }) => resources.disk_gb)).toEqual([10, 50])
    expect(one.state.view.capabilities).toEqual([ECHO])
    expect(one.state.view.machine?.lendsPartOfCores).toBe(true)
  })

  it('does not publish what hardly changed', async () => {
    const one = watched()
    await one.measured()
    one.watch.start()
    one.world.disk = { freeBytes: 48 * GB, totalBytes: 200 * GB }
    await one.look()
    expect(one.told).toEqual([])
  })

  it('follows the limit of the disk at once', async () => {
    const one = watched()
    await one.measured()
    one.watch.start()
    one.world.quotaBytes = 5 * GB
    await one.hear(LIMITS)
    expect(one.told.map(({ resources }) => resources.disk_gb)).toEqual([5])
  })

  it('learns the network from transfers where the link does not tell', async () => {
    const one = watched()
    await one.measured()
    one.watch.start()
    one.world.rate = 12.5e6
    await one.look()
    expect(one.told.map(({ resources }) => resources.network_mbps)).toEqual([100])
  })

  it('falls back on what was probed when the disk cannot be asked, and waits for the measurement', async () => {
    const one = watched()
    one.watch.start()
    await one.look()
    expect(one.told).toEqual([])
    one.world.disk = undefined
    expect((await one.measured()).disk_gb).toBe(50)
    expect(one.reported).toEqual([])
  })

  it('tells nothing once it is stopped', async () => {
    const one = watched()
    await one.measured()
    one.watch.start()
    one.watch.stop()
    one.world.disk = { freeBytes: GB, totalBytes: 200 * GB }
    await one.look()
    await one.hear(LIMITS)
    expect(one.told).toEqual([])
  })
})
