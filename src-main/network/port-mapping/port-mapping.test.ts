import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refuse } from '../../protocol/fault.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PortMapping } from '../../ports/port-mapping.ts'
import { MAPPING_AGAIN_MS_MIN, MAPPING_S } from '../limits.ts'
import { createPortMapper, portBehindRouter, type Mapped } from './port-mapping.ts'

const run = promisify(execFile)
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A clock that stands until it is told to go. */
function standingClock() {
  let nowMs = 0
  let timers: { atMs: number; callback: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    },
  }
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms
    const due = timers.filter(({ atMs }) => atMs <= nowMs)
    timers = timers.filter(({ atMs }) => atMs > nowMs)
    for (const { callback } of due) callback()
    await turn()
  }
  return { clock, pass }
}

describe('a port mapper', () => {
  /** A router of which the test is the other end. */
  function router(host = '25.0.1.2', says: { readonly seconds?: number; readonly port?: number } = {}) {
    const asked: number[] = []
    const unmapped: number[] = []
    const announced: (readonly string[])[] = []
    const answers = { fails: false }
    const { clock, pass } = standingClock()
    const map = (port: number): Promise<Mapped> => {
      asked.push(port)
      if (answers.fails) refuse('unreachable', 'UPnP: no router answers')
      return Promise.resolve({
        host,
        port,
        seconds: MAPPING_S,
        ...says,
        by: 'UPnP',
        unmap: () => Promise.resolve(void unmapped.push(port)),
      })
    }
    const mapper = createPortMapper({
      clock,
      port: () => 20_123,
      announce: (addresses) => void announced.push(addresses),
      map: async (port) => map(port),
    })
    return { mapper, asked, unmapped, announced, answers, pass }
  }

  it('[H26] tells where the router lets others in, asks anew at half time, and gives the port back at the end', async () => {
    const { mapper, asked, unmapped, announced, pass } = router()
    expect(mapper.state()).toEqual({ state: 'off' })
    mapper.start()
    await pass(0)
    expect(mapper.state()).toMatchObject({ state: 'mapped', by: 'UPnP', address: '/ip4/25.0.1.2/tcp/20123' })
    await pass((MAPPING_S * 1_000) / 2)
    expect(asked).toHaveLength(2)
    await mapper.stop()
    expect(unmapped).toEqual([20_123])
    expect(announced).toEqual([['/ip4/25.0.1.2/tcp/20123'], ['/ip4/25.0.1.2/tcp/20123'], []])
    await pass(MAPPING_S * 1_000)
    expect(asked).toHaveLength(2)
  })

  it('[H26] says why there is none, and asks again', async () => {
    const { mapper, asked, answers, announced, pass } = router()
    answers.fails = true
    mapper.start()
    await pass(0)
    await pass(0)
    expect(mapper.state()).toEqual({ state: 'none', why: 'UPnP: no router answers' })
    answers.fails = false
    await pass(MAPPING_AGAIN_MS_MIN)
    expect(mapper.state().state).toBe('mapped')
    expect(asked).toHaveLength(2)
    expect(announced.at(-1)).toEqual(['/ip4/25.0.1.2/tcp/20123'])
  })

  it.each([0, 1, 2 ** 32 - 1])(
    '[H26] asks a router that maps for %i seconds neither without end nor never again',
    async (seconds) => {
      const { mapper, asked, pass } = router('25.0.1.2', { seconds })
      mapper.start()
      await pass(0)
      for (let s = 0; s < 10; s++) await pass(1_000)
      expect(asked).toHaveLength(1)
      await pass((MAPPING_S * 1_000) / 2)
      expect(asked).toHaveLength(2)
    },
  )

  it('[H26] announces no port of other services that a router says', async () => {
    const { mapper, announced, pass } = router('25.0.1.2', { port: 25 })
    mapper.start()
    await pass(0)
    expect(mapper.state()).toEqual({ state: 'none', why: 'the router gave port 25' })
    expect(announced.flat()).toEqual([])
  })

  it('[H26] announces nothing behind a router that is behind another one', async () => {
    const { mapper, announced, pass } = router('100.64.3.4')
    mapper.start()
    await pass(0)
    expect(mapper.state()).toEqual({
      state: 'none',
      why: 'the router has no public address itself, but 100.64.3.4',
    })
    expect(announced).toEqual([[]])
  })
})

describe('the port that a router is asked for', () => {
  const of = (address: string) => `${address}/p2p/12D3KooWExample`
  const loopback = of('/ip4/127.0.0.1/tcp/20123')
  const home = of('/ip4/192.168.1.10/tcp/20123')

  it('[H26] is none where a peer listens on this machine alone, or has a public address', () => {
    expect(portBehindRouter([], { state: 'off' })).toBeUndefined()
    expect(portBehindRouter([loopback, of('/ip6/::1/tcp/20123')], { state: 'off' })).toBeUndefined()
    expect(portBehindRouter([home, of('/ip4/25.0.0.1/tcp/20123')], { state: 'off' })).toBeUndefined()
    expect(portBehindRouter([`${loopback}/p2p-circuit/p2p/12D3KooWOther`], { state: 'off' })).toBeUndefined()
  })

  it('[H26] is that of the home network, also once it is mapped', () => {
    expect(portBehindRouter([loopback, home], { state: 'off' })).toBe(20_123)
    const address = '/ip4/25.0.1.2/tcp/20123'
    const mapped = { state: 'mapped', by: 'UPnP', address, sinceMs: 0 } as const
    expect(portBehindRouter([of(address), loopback, home], mapped)).toBe(20_123)
  })
})

const HOME = `mw${process.pid}h`
const ROUTER = `mw${process.pid}r`
const PORT = 21_234
const NEEDS = ['ip', 'nft', 'miniupnpd']
const isHere = NEEDS.every((program) => spawnSync('which', [program]).status === 0)
const mayNamespace =
  process.getuid?.() === 0 && isHere && spawnSync('ip', ['netns', 'add', HOME]).status === 0
if (mayNamespace) spawnSync('ip', ['netns', 'delete', HOME])

/** With root, iproute2, nft and miniupnpd alone; elsewhere it is skipped. */
describe.skipIf(!mayNamespace)('the router of a home', () => {
  let folder = ''
  let daemon: ChildProcess | undefined
  let child: ChildProcess | undefined

  const inside = (name: string, ...command: readonly string[]) =>
    run('ip', ['netns', 'exec', name, ...command])
  const chain = (name: string, hook = '') => `chain ${name} {${hook} }`

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-router-'))
    for (const name of [HOME, ROUTER]) await run('ip', ['netns', 'add', name])
    await run('ip', [
      '-n',
      ROUTER,
      'link',
      'add',
      'lan',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      HOME,
    ])
    for (const command of [
      `-n ${ROUTER} link add wan type veth peer name provider`,
      `-n ${ROUTER} link set provider up`,
      `-n ${ROUTER} addr add 25.0.1.2/24 dev wan`,
      `-n ${ROUTER} addr add 192.168.1.1/24 dev lan`,
      `-n ${ROUTER} link set wan up`,
      `-n ${ROUTER} link set lan up`,
      `-n ${ROUTER} route add 224.0.0.0/4 dev lan`,
      `-n ${HOME} addr add 192.168.1.10/24 dev eth0`,
      `-n ${HOME} link set eth0 up`,
      `-n ${HOME} route add default via 192.168.1.1`,
    ])
      await run('ip', command.split(' '))
    // A line is up a moment after both its ends are.
    while (!(await run('ip', ['-n', HOME, 'link', 'show', 'eth0'])).stdout.includes('state UP')) await turn()
    const table = [
      'table inet upnp {',
      chain('af'),
      chain('ap'),
      chain('ao'),
      chain('f', ' type filter hook forward priority 0; jump af;'),
      chain('p', ' type nat hook prerouting priority -100; jump ap;'),
      chain('o', ' type nat hook postrouting priority 90; jump ao;'),
      '}',
    ]
    await writeFile(join(folder, 'table'), table.join('\n'))
    await inside(ROUTER, 'nft', '-f', join(folder, 'table'))
  })
  afterEach(() => {
    daemon?.kill('SIGKILL')
    child?.kill('SIGKILL')
  })
  afterAll(async () => {
    for (const name of [HOME, ROUTER]) await run('ip', ['netns', 'delete', name])
    await rm(folder, { recursive: true })
  })

  async function startRouter(speaks: { upnp: 'yes' | 'no'; pmp: 'yes' | 'no' }): Promise<void> {
    const config = [
      'ext_ifname=wan',
      'listening_ip=lan',
      'http_port=5000',
      `enable_upnp=${speaks.upnp}`,
      `enable_natpmp=${speaks.pmp}`,
      'secure_mode=yes',
      'uuid=6d657368-776f-726b-6c61-620000000001',
      'upnp_table_name=upnp',
      'upnp_nat_table_name=upnp',
      'upnp_forward_chain=af',
      'upnp_nat_chain=ap',
      'upnp_nat_postrouting_chain=ao',
      'allow 1024-65535 192.168.1.0/24 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
    ]
    await writeFile(join(folder, 'conf'), `${config.join('\n')}\n`)
    const arguments_ = [
      'netns',
      'exec',
      ROUTER,
      'miniupnpd',
      '-d',
      '-f',
      join(folder, 'conf'),
      '-P',
      join(folder, 'pid'),
    ]
    daemon = spawn('ip', arguments_, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    for await (const text of daemon.stderr ?? []) {
      said += String(text)
      if (/listening on port|Listening for NAT-PMP/i.test(said)) break
    }
    daemon.stderr?.resume()
  }

  async function startPeer() {
    const fixture = new URL('port-mapping.fixture.ts', import.meta.url).pathname
    const peer = spawn('ip', ['netns', 'exec', HOME, process.execPath, fixture, String(PORT)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child = peer
    const states: PortMapping[] = []
    for await (const line of createInterface(peer.stdout)) {
      const state = JSON.parse(line) as PortMapping
      states.push(state)
      if (state.state === 'mapped' || state.state === 'none') break
    }
    return { state: states.at(-1), stop: () => void peer.stdin.write('stop\n'), ended: once(peer, 'exit') }
  }
  const rules = async (): Promise<string> =>
    (await inside(ROUTER, 'nft', 'list', 'table', 'inet', 'upnp')).stdout

  it.each([
    ['NAT-PMP', { upnp: 'no', pmp: 'yes' }],
    ['UPnP', { upnp: 'yes', pmp: 'no' }],
  ] as const)('[H26] lets others in by %s while the peer runs, and no longer', async (by, speaks) => {
    await startRouter(speaks)
    const { state, stop, ended } = await startPeer()
    expect(state).toMatchObject({ state: 'mapped', by, address: `/ip4/25.0.1.2/tcp/${PORT}` })
    expect(await rules()).toContain(`dnat ip to 192.168.1.10:${PORT}`)
    stop()
    await ended
    expect(await rules()).not.toContain('dnat')
  })

  it('[H26] that knows neither is said to', async () => {
    const { state } = await startPeer()
    expect(state).toEqual({
      state: 'none',
      why: 'NAT-PMP at 192.168.1.1: it does not answer; UPnP: no router answers',
    })
  })
})
