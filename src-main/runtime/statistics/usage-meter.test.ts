import { expect, test } from 'vitest'
import { PeerId } from '../../protocol/ids.ts'
import { createUsageMeter } from './usage-meter.ts'

const ANN = PeerId.parse(`12D3KooW${'A'.repeat(44)}`)

test('[A18] rates are averages over three seconds, load is of all cores', async () => {
  let nowMs = 0
  let used = { cpuMs: 0, ramBytes: 5 }
  let moved = { bytesIn: 0, bytesOut: 0 }
  const meter = createUsageMeter({
    clock: { nowMs: () => nowMs },
    pids: () => [1],
    meter: { read: () => Promise.resolve(used) },
    cores: 4,
    blobs: { usage: () => ({ bytes: 7, quotaBytes: 9 }) },
    traffic: { traffic: () => new Map([[ANN, moved]]) },
  })
  expect(meter.latest().cpu_percent_units).toBe(0)
  for (let second = 0; second <= 6; second++) {
    nowMs = second * 1_000
    // Two cores are busy; a megabyte came in the third second.
    used = { cpuMs: second * 2_000, ramBytes: 5 }
    moved = { bytesIn: second >= 3 ? 1_000_000 : 0, bytesOut: second * 100 }
    await meter.measure({ cpu_percent_total: 80, cpu_percent_own: 55 })
    if (second === 5) expect(meter.latest().download_bytes_per_s).toBe(Math.round(1_000_000 / 3))
  }
  expect(meter.latest()).toEqual({
    cpu_percent_units: 50,
    cpu_percent_others: 25,
    ram_bytes: 5,
    disk_bytes: 7,
    disk_bytes_max: 9,
    upload_bytes_per_s: 100,
    download_bytes_per_s: 0,
  })
  // A host that ended took its time with it.
  nowMs += 1_000
  used = { cpuMs: 0, ramBytes: 0 }
  expect(await meter.measure({})).toMatchObject({ cpu_percent_units: 0 })
  expect(meter.latest()).not.toHaveProperty('cpu_percent_others')
})
