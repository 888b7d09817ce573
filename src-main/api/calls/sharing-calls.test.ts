import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sharing } from '#contract'
import { assemblePeer, type AssembledPeer } from '../../assemble.ts'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import { PAUSE_RULES, RULE_NAMES } from '../../protocol/pause-rule.ts'
import type { Api } from '../api.ts'
import { apiOfPeer } from '../api-of-peer.fixture.ts'
import { createBrowserSessions } from '../transport/browser-sessions.ts'
import { connectFolder, type ApiClient } from '../transport/client.ts'
import { faultOfRejected } from '../transport/rejected.fixture.ts'
import { serveApi, type ApiServer } from '../transport/server.ts'

let folder: string
let peer: AssembledPeer
let api: Api
let server: ApiServer
let client: ApiClient
const defects: unknown[] = []
/** Whether the machine of these tests has a metered connection. */
let metered = false

async function start(): Promise<void> {
  peer = await assemblePeer({
    folder,
    name: 'sharing',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    bootstrap: [],
    share: { cores: 1, ramGb: 1 },
    rules: 'off',
    readers: [{ read: () => Promise.resolve({ metered }) }],
    fatal: (error) => defects.push(error),
    report: () => undefined,
    warn: () => undefined,
  })
  api = apiOfPeer(peer, folder, { report: (error) => defects.push(error) })
  await peer.start()
  server = await serveApi({ api, folder, random: peer.random, sessions: createBrowserSessions(peer) })
  client = await connectFolder(folder)
}

async function stop(): Promise<void> {
  client.close()
  await server.stop()
  await api.stop()
  await peer.stop()
}

beforeAll(async () => {
  folder = await newMeasuredFolder('meshwork-sharing-')
  await start()
})

afterAll(async () => {
  await stop()
  await rm(folder, { recursive: true, force: true })
  expect(defects).toEqual([])
})

const now = async () => (await client.calls.sharing.get()).now

/** Waits until sharing is of a kind; the test's own timeout ends it otherwise. */
async function until(kind: string): Promise<void> {
  while ((await now()).kind !== kind) await new Promise((resolve) => setTimeout(resolve, 50))
}

function week(time_zone: string, blocks: (Sharing & { kind: 'week' })['plan']['blocks']): Sharing {
  const resources = { cpu_cores: 1, ram_gb: 1 }
  return { kind: 'week', plan: { time_zone, resources, priority: 0.5, blocks, exceptions: [] } }
}

describe('sharing over the API', () => {
  it('tells all about itself: choice, rules, limits, what is now, one reading for each rule, meters', async () => {
    await until('sharing')
    const info = await client.calls.sharing.get()
    expect(info.sharing).toMatchObject({ kind: 'always', resources: { cpu_cores: 1, ram_gb: 1 } })
    expect(info.readings.map(({ rule }) => rule)).toEqual([...RULE_NAMES])
    expect(info.limits).toEqual({ cpu_percent: 100 })
    expect(info.meters.disk_bytes_max).toBe(20 * 2 ** 30)
  })

  it('pauses for a time or until resumed', async () => {
    await client.calls.sharing.pause({ minutes: 60 })
    const paused = await now()
    expect(paused.kind === 'paused-by-user' && (paused.until_ms ?? 0) - paused.since_ms).toBe(3_600_000)
    await client.calls.sharing.pause({ finish_first: true })
    expect(await now()).toEqual({ kind: 'paused-by-user', since_ms: expect.any(Number) as number })
    await client.calls.sharing.resume()
    expect((await now()).kind).toBe('sharing')
  })

  it('keeps a pause, rules and limits over a restart', async () => {
    const rules = { ...PAUSE_RULES, temperature: { enabled: false, celsius: 71 } }
    await client.calls.sharing.setLimits({ limits: { cpu_percent: 50, disk_bytes: 2 ** 30 } })
    await client.calls.sharing.setRules({ rules })
    await client.calls.sharing.pause({})
    await stop()
    await start()
    await until('paused-by-user')
    const info = await client.calls.sharing.get()
    expect(info.limits).toEqual({ cpu_percent: 50, disk_bytes: 2 ** 30 })
    // Started with its rules off: their thresholds stay.
    expect(info.rules.temperature).toEqual({ enabled: false, celsius: 71 })
    expect(info.meters.disk_bytes_max).toBe(2 ** 30)
    await client.calls.sharing.resume()
    await client.calls.sharing.setLimits({ limits: { cpu_percent: 100 } })
  })

  it('pauses by a rule of what a host reads, and shares anyway when told to', async () => {
    await until('sharing')
    const rules = { ...(await client.calls.sharing.get()).rules, metered: { enabled: true } }
    await client.calls.sharing.setRules({ rules })
    metered = true
    await until('paused-by-rule')
    expect(await now()).toMatchObject({ rule: 'metered' })
    await client.calls.sharing.shareAnyway({ rule: 'metered' })
    expect((await now()).kind).toBe('sharing')
    const { readings } = await client.calls.sharing.get()
    const reading = readings.find(({ rule }) => rule === 'metered')
    expect((reading?.overridden_until_ms ?? 0) - Date.now()).toBeGreaterThan(7 * 3_600_000)
    metered = false
    await client.calls.sharing.setRules({ rules: { ...rules, metered: { enabled: false } } })
  })

  it('takes a painted week, and no unknown time zone', async () => {
    const fault = await faultOfRejected(client.calls.node.setAvailability({ sharing: week('Mars/Base', []) }))
    expect(fault).toMatchObject({ kind: 'bad-input' })
    expect(fault.message).toContain('Mars/Base')
    await client.calls.node.setAvailability({ sharing: week('Europe/Berlin', []) })
    expect(await now()).toEqual({ kind: 'outside-hours' })
    await client.calls.node.setAvailability({ sharing: { kind: 'never' } })
    expect(await now()).toEqual({ kind: 'off' })
  })

  it('refuses what is no rule, limit or time', async () => {
    const nonsense = [
      client.calls.sharing.pause({ minutes: -1 }),
      client.calls.sharing.setLimits({ limits: { cpu_percent: 0 } }),
      client.calls.sharing.shareAnyway({ rule: 'weather' as never }),
    ]
    for (const { status } of await Promise.allSettled(nonsense)) expect(status).toBe('rejected')
  })

  it('tells the days of giving and taking', async () => {
    const days = await client.calls.statistics.days({ days: 7 })
    expect(days).toHaveLength(7)
    expect(days.map(({ date }) => date)).toEqual([...days.map(({ date }) => date)].sort())
  })
})
