import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { connectApi, type ApiCalls, type ApiClient } from '../src-main/api/transport/client.ts'
import { readEndpoint } from '../src-main/api/transport/endpoint-file.ts'
import { newMeasuredFolder } from '../src-main/measured.fixture.ts'
import { PeerId } from '../src-main/protocol/ids.ts'
import { endProcess, readyLine } from './daemon-process.ts'

const HEADLESS = join(import.meta.dirname, '../src-main/headless.ts')
const PREFIX = 'meshwork-e2e-'
/** A peer that is not there after this long has a problem worth showing. */
const READY_WITHIN_MS = 180_000
const STOP_WITHIN_MS = 60_000
/** The longest that a test waits for a condition, on a machine that does something else as well; longer is a hang. */
export const WAIT_MS_MAX = 360_000

/** How peers of the tests are reached: on this machine alone. */
export const PEER_NETWORK: readonly string[] = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns']

/** A headless peer's line when it is ready. */
const Ready = z.object({ url: z.string(), token: z.string(), peer_id: PeerId })

/** A real peer in a process of its own, as a person would start it with `npm run headless`. */
export interface Peer {
  readonly name: string
  readonly folder: string
  readonly peerId: PeerId
  /** The API, as `meshctl` uses it. */
  readonly calls: ApiCalls
  /** A new one-time link to its user interface. */
  link(): Promise<string>
  /** Ends the process as a power cut would. */
  kill(): Promise<void>
  /** Asks it to stop and waits. @returns the exit code */
  stop(): Promise<number | null>
  /** Starts it again on the same folder. */
  start(): Promise<void>
  /** Hands the folder over to a program that runs the peer itself and starts it again when it dies. */
  handOver(host: () => Promise<Host>): Promise<void>
  /** Stops it if it runs, and removes its folder. */
  remove(): Promise<void>
}

/** A program that runs a peer: the desktop. */
export interface Host {
  stop(): Promise<void>
}

/** How a peer of a test is set up. */
export interface PeerOptions {
  readonly name: string
  /** Cores that it shares; nothing when absent. */
  readonly cores?: number
  /** A peer that it is told of at its start, as mDNS would tell it. */
  readonly near?: Peer
  /** A folder that is there already; a new one when absent. */
  readonly folder?: string
  /** Measures this machine itself, instead of being told what was measured for all peers of the run. */
  readonly measures?: true
}

/** Starts a peer and waits until it answers. */
export async function startPeer(options: PeerOptions): Promise<Peer> {
  const { name, cores, near } = options
  const folder = options.folder ?? (await newFolder(options))
  const told = near === undefined ? [] : await addressesOf(near)
  const sharing = cores === undefined ? ['--no-share'] : ['--cores', String(cores)]
  let host: Host | undefined
  let running: Running | undefined = await startHeadless(name, folder, [...told, ...sharing])
  const { peerId } = running
  let lastToken = running.token

  const now = (): Running => {
    if (running === undefined) throw new Error(`${name} is not running`)
    return running
  }
  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const ended = running
    running = undefined
    return ended === undefined ? null : endRunning(ended, folder, signal)
  }
  /** Connects to the peer that the host started. */
  async function findAgain(): Promise<Running> {
    const found = await findHosted({ name, folder, peerId }, lastToken)
    lastToken = found.token
    return found
  }
  return {
    name,
    folder,
    peerId,
    get calls() {
      return now().api.calls
    },
    link: async () => (await now().api.calls.node.openUi()).url,
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    async start() {
      running = host === undefined ? await startHeadless(name, folder, told) : await findAgain()
    },
    async handOver(begin) {
      await (host === undefined ? end('SIGTERM') : host.stop())
      host = await begin()
      running = await findAgain()
    },
    async remove() {
      if (host === undefined) await end('SIGTERM')
      else await host.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function newFolder({ measures }: PeerOptions): Promise<string> {
  return measures === true ? mkdtemp(join(tmpdir(), PREFIX)) : newMeasuredFolder(PREFIX)
}

/** A peer that runs now; `child` is its process where this test started it. */
interface Running {
  readonly child: ChildProcess | undefined
  readonly peerId: PeerId
  readonly token: string
  readonly api: ApiClient
}

/** Starts a headless peer on a folder, and waits until it answers. */
async function startHeadless(name: string, folder: string, flags: readonly string[]): Promise<Running> {
  const args = [
    '--data',
    folder,
    '--name',
    name,
    ...PEER_NETWORK,
    // The peers of a test and its browser keep one machine busy: to each, the others are other programs' load.
    '--no-rules',
    '--ui',
    '--json',
    ...flags,
  ]
  const child = spawn(process.execPath, [HEADLESS, ...args], {
    env: { ...process.env, TZ: 'Europe/Berlin', NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { peer_id, url, token } = await readyLine(child, { name, schema: Ready, withinMs: READY_WITHIN_MS })
  return { child, peerId: peer_id, token, api: await connectApi({ url, token }) }
}

/** Connects to a peer that another program has started anew, so that its token is not the last one. */
async function findHosted(
  { name, folder, peerId }: Pick<Peer, 'name' | 'folder' | 'peerId'>,
  lastToken: string,
): Promise<Running> {
  let found: Running | undefined
  await until(`${name} answers`, async () => {
    const endpoint = await readEndpoint(folder)
    if (endpoint === undefined || endpoint.token === lastToken) return false
    found = { child: undefined, peerId, token: endpoint.token, api: await connectApi(endpoint) }
    return true
  })
  if (found === undefined) throw new Error(`${name} was not found`)
  return found
}

/** Ends a peer's process. @returns the exit code of a process that this test started */
async function endRunning(
  { api, child }: Running,
  folder: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<number | null> {
  api.close()
  if (child !== undefined) return endProcess(child, signal, STOP_WITHIN_MS)
  const endpoint = await readEndpoint(folder)
  if (endpoint !== undefined) process.kill(endpoint.pid, signal)
  return null
}

/** The flags by which another peer is told where this one is. */
async function addressesOf(peer: Peer): Promise<string[]> {
  const { addresses } = await peer.calls.node.info()
  return addresses.flatMap((address) => ['--bootstrap', address])
}

/** Pairs two peers with full mutual trust, as two `meshctl`s would. */
export async function pair(inviter: Peer, joiner: Peer, trust = 0.8): Promise<void> {
  const { code } = await inviter.calls.people.invite({ trust, valid_minutes: 5 })
  await joiner.calls.people.pair({ code, trust })
}

/** Waits until a condition holds, looking often. @throws Error that says what did not come true */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  withinMs = WAIT_MS_MAX,
): Promise<void> {
  const startMs = Date.now()
  while (!(await holds())) {
    if (Date.now() - startMs > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Waits until a peer has measured itself and offers work. */
export async function untilMeasured(peer: Peer): Promise<void> {
  await until(`${peer.name} is measured`, async () => (await peer.calls.node.info()).algorithms.length > 0)
}
