import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../ports/clock.ts'
import { hardwareContract } from '../ports/hardware.contract.ts'
import { createHardware } from './probe.ts'
import { linkFacts, type Tools } from './tools.ts'

/** A clock by hand: time passes when it is told to. */
function handClock(): Clock & { pass(ms: number): void } {
  let nowMs = 1_000_000
  const timers = new Set<{ atMs: number; callback: () => void }>()
  return {
    nowMs: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    pass: (ms) => {
      nowMs += ms
      for (const timer of [...timers]) {
        if (timer.atMs <= nowMs && timers.delete(timer)) timer.callback()
      }
    },
  }
}

function fakeTools(changes: Partial<Tools> = {}): Tools {
  return {
    system: () => Promise.resolve({ os: 'Testix 1', cpuName: 'Abacus', physicalCores: 1, speedGhz: 2 }),
    controllers: () => Promise.resolve([{ vendor: 'Painter', model: 'Brush', vramBytes: 1 << 30 }]),
    vulkanInfo: () => Promise.reject(new Error('not installed')),
    disk: () => Promise.resolve({ freeBytes: 10, totalBytes: 20 }),
    network: () => Promise.resolve({ linkMbps: 1_000 }),
    ...changes,
  }
}

const never = () => new Promise<never>(() => undefined)
const options = () => ({ signal: new AbortController().signal })
const WEEK_MS = 7 * 24 * 3_600_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-hardware-'))
})
afterEach(() => rm(folder, { recursive: true }))

hardwareContract('the probe of this machine', () =>
  Promise.resolve(createHardware({ folder, clock: handClock() })),
)

describe('the hardware probe', () => {
  it('tells what the tools say', async () => {
    const info = await createHardware({ folder, clock: handClock(), tools: fakeTools() }).probe(options())
    expect(info).toMatchObject({
      os: 'Testix 1',
      cpu: { name: 'Abacus', physicalCores: 1, speedGhz: 2 },
      disk: { path: folder, freeBytes: 10, totalBytes: 20 },
      gpus: [{ name: 'Brush', vendor: 'Painter', vramBytes: 1 << 30 }],
      network: { linkMbps: 1_000 },
    })
  })

  it('does without tools that fail', async () => {
    const fails = () => Promise.reject(new Error('broken'))
    const tools = fakeTools({
      system: fails,
      controllers: fails,
      vulkanInfo: fails,
      disk: fails,
      network: fails,
    })
    const info = await createHardware({ folder, clock: handClock(), tools }).probe(options())
    expect(info.cpu.cores).toBeGreaterThan(0)
    expect(info.gpus).toEqual([])
    expect(info.disk).toEqual({ path: folder, freeBytes: 0, totalBytes: 0 })
    expect(info.network).toEqual({})
  })

  it('tells the space on the disk as it is now, and nothing when it cannot be asked', async () => {
    let freeBytes = 9
    const disk = () => Promise.resolve({ freeBytes, totalBytes: 20 })
    const hardware = createHardware({ folder, clock: handClock(), tools: fakeTools({ disk }) })
    await hardware.probe(options())
    freeBytes = 3
    expect(await hardware.disk(options())).toEqual({ freeBytes: 3, totalBytes: 20 })
    const fails = () => Promise.reject(new Error('gone'))
    const broken = createHardware({ folder, clock: handClock(), tools: fakeTools({ disk: fails }) })
    expect(await broken.disk(options())).toBeUndefined()
  })

  it('believes no speed of a link that no link has', () => {
    for (const speed of [null, -1, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e9]) {
      expect(linkFacts({ speed })).toEqual({})
    }
    expect(linkFacts(undefined)).toEqual({})
    expect(linkFacts([])).toEqual({})
    expect(linkFacts({ speed: 2_500 })).toEqual({ linkMbps: 2_500 })
  })

  it('does not wait for tools that hang, and asks them again at the next start', async () => {
    const clock = handClock()
    const hung = createHardware({ folder, clock, tools: fakeTools({ system: never, vulkanInfo: never }) })
    const probing = hung.probe(options())
    const timer = setInterval(() => clock.pass(1_000), 1)
    const partial = await probing
    clearInterval(timer)
    expect(partial.os).not.toBe('Testix 1')
    expect(partial.gpus.length).toBe(1)
    expect(await readdir(folder)).toEqual([])
    const next = createHardware({ folder, clock, tools: fakeTools() })
    expect((await next.probe(options())).os).toBe('Testix 1')
  })

  it('remembers across starts, save how much disk is free', async () => {
    const clock = handClock()
    const first = await createHardware({ folder, clock, tools: fakeTools() }).probe(options())
    clock.pass(1_000)
    const disk = () => Promise.resolve({ freeBytes: 5, totalBytes: 20 })
    const later = createHardware({
      folder,
      clock,
      tools: fakeTools({ system: never, controllers: never, disk }),
    })
    expect(await later.probe(options())).toEqual({
      ...first,
      disk: { path: folder, freeBytes: 5, totalBytes: 20 },
    })
  })

  it('measures again after a week, on another machine, and when the file is not what it should be', async () => {
    const clock = handClock()
    const path = join(folder, 'hardware.json')
    const osOf = async (os: string) => {
      const tools = fakeTools({ system: () => Promise.resolve({ os }) })
      return (await createHardware({ folder, clock, tools }).probe(options())).os
    }
    expect(await osOf('one')).toBe('one')
    expect(await osOf('two')).toBe('one')
    clock.pass(WEEK_MS)
    expect(await osOf('three')).toBe('three')
    const file = await readFile(path, 'utf8')
    await writeFile(path, file.replace(/"hostname": ".*"/, '"hostname": "elsewhere"'))
    expect(await osOf('four')).toBe('four')
    for (const damage of ['', 'null', '{"version":1}', file.replace('"version": 2', '"version": 9')]) {
      await writeFile(path, damage)
      expect(await osOf(`after ${damage.length}`)).toBe(`after ${damage.length}`)
    }
  })

  it('can be cancelled, and looks again when asked again', async () => {
    const hardware = createHardware({ folder, clock: handClock(), tools: fakeTools() })
    await expect(hardware.probe({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      fault: { kind: 'cancelled' },
    })
    expect((await hardware.probe(options())).os).toBe('Testix 1')
  })
})
