import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linuxLoadReader, linuxProcessMeter } from './linux-load.ts'
import { linuxPowerReader, linuxTemperatureReader } from './linux-power.ts'

let root: string
const signal = new AbortController().signal

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meshwork-sys-'))
})

afterEach(() => rm(root, { recursive: true }))

/** Writes files of a make-believe system. */
async function files(tree: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), `${text}\n`)
  }
}

/** A line of `/proc/PID/stat` with these times in ticks and pages in memory. */
function processLine(name: string, user: number, system: number, pages: number): string {
  const fields = Array.from({ length: 50 }, () => '0')
  fields.splice(11, 2, String(user), String(system))
  fields[21] = String(pages)
  return `42 (${name}) S ${fields.slice(1).join(' ')}`
}

describe('load', () => {
  const reader = () =>
    linuxLoadReader({ ownPids: () => [42, 43], meter: linuxProcessMeter(root), proc: root })

  test('is what was busy since the last reading, and our own part of it', async () => {
    const load = reader()
    await files({
      stat: 'cpu  1000 100 200 8000 500 0 100 100 0 0\ncpu0 1 2 3',
      '42/stat': processLine('node', 100, 50, 10),
    })
    expect(await load.read(signal)).toEqual({})
    // 400 ticks passed: 200 of them busy, of which 80 were ours; a host that is new counts whole.
    await files({
      stat: 'cpu  1150 100 250 8150 550 0 100 100 0 0',
      '42/stat': processLine('a) R (b', 150, 60, 10),
      '43/stat': processLine('node', 20, 0, 10),
    })
    expect(await load.read(signal)).toEqual({ cpu_percent_total: 50, cpu_percent_own: 20 })
  })

  test('is not told where there is no /proc, or one of another shape', async () => {
    const load = reader()
    for (const stat of [undefined, '', 'cpu one two', 'cpu  1 2 3', 'intr 1 2 3 4 5 6 7 8 9']) {
      if (stat !== undefined) await files({ stat })
      expect(await load.read(signal)).toEqual({})
    }
  })

  test('processes are measured together, and those that are gone count nothing', async () => {
    await files({ '42/stat': processLine('node', 100, 50, 10), '43/stat': processLine('x', 1, 1, 5) })
    expect(await linuxProcessMeter(root).read([42, 43, 44])).toEqual({ cpuMs: 1_520, ramBytes: 15 * 4_096 })
  })

  test('this very process has used some', async () => {
    const { cpuMs, ramBytes } = await linuxProcessMeter().read([process.pid])
    expect(cpuMs).toBeGreaterThan(0)
    expect(ramBytes).toBeGreaterThan(1 << 20)
  })
})

describe('power', () => {
  const read = () => linuxPowerReader(root).read(signal)
  const folder = 'class/power_supply'
  const battery = (name: string, capacity: string, status: string) => ({
    [`${folder}/${name}/type`]: 'Battery',
    [`${folder}/${name}/capacity`]: capacity,
    [`${folder}/${name}/status`]: status,
  })
  const mains = (online: string) => ({
    [`${folder}/AC/type`]: 'Mains',
    [`${folder}/AC/online`]: online,
  })

  test('of a laptop: on its battery, or plugged in', async () => {
    await files({ ...mains('0'), ...battery('BAT0', '57', 'Discharging') })
    expect(await read()).toEqual({ on_battery: true, battery_percent: 57 })
    await files({ ...mains('1'), ...battery('BAT0', '58', 'Charging') })
    expect(await read()).toEqual({ on_battery: false, battery_percent: 58 })
  })

  test('of two batteries is their mean, and that of a mouse is none', async () => {
    await files({
      ...battery('BAT0', '20', 'Discharging'),
      ...battery('BAT1', '80', 'Unknown'),
      ...battery('hid-mouse', '3', 'Discharging'),
      [`${folder}/hid-mouse/scope`]: 'Device',
    })
    expect(await read()).toEqual({ on_battery: true, battery_percent: 50 })
  })

  test('of a desktop is never a battery; a machine that does not tell says nothing', async () => {
    expect(await read()).toEqual({})
    await files(mains('1'))
    expect(await read()).toEqual({ on_battery: false })
  })
})

describe('temperature', () => {
  const read = () => linuxTemperatureReader(root).read(signal)

  test('is the hottest of the processor’s own sensors, and no other’s', async () => {
    await files({
      'class/hwmon/hwmon0/name': 'nvme',
      'class/hwmon/hwmon0/temp1_input': '99000',
      'class/hwmon/hwmon1/name': 'coretemp',
      'class/hwmon/hwmon1/temp1_input': '61000',
      'class/hwmon/hwmon1/temp2_input': '73500',
      'class/hwmon/hwmon1/temp3_input': '-273000',
      'class/hwmon/hwmon1/temp2_max': '100000',
      'class/thermal/thermal_zone0/type': 'x86_pkg_temp',
      'class/thermal/thermal_zone0/temp': '80000',
    })
    expect(await read()).toEqual({ celsius: 73.5 })
  })

  test('is a thermal zone’s where there are no sensors, and nothing where there is neither', async () => {
    expect(await read()).toEqual({})
    await files({
      'class/thermal/thermal_zone0/type': 'acpitz',
      'class/thermal/thermal_zone0/temp': '16800',
      'class/thermal/thermal_zone1/type': 'cpu-thermal',
      'class/thermal/thermal_zone1/temp': '45277',
    })
    expect(await read()).toEqual({ celsius: 45.277 })
  })
})
