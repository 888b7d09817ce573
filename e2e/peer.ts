import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { PeerId } from '#contract'
import { connectApi, type ApiCalls, type ApiClient } from '../src-main/api/client.ts'

const HEADLESS = join(import.meta.dirname, '../src-main/headless.ts')
/** A peer that is not there after this long has a problem worth showing. */
const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 15_000

/** What a headless peer says when it is ready. */
interface Ready {
  readonly url: string
  readonly token: string
  readonly ui_url: string
  readonly peer_id: PeerId
}

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
  /** Stops it if it runs, and removes its folder. */
  remove(): Promise<void>
}

/** How a peer of a test is set up. */
export interface PeerOptions {
  readonly name: string
  /** Cores that it shares; nothing when absent. */
  readonly cores?: number
  /** A folder that is there already; a new one when absent. */
  readonly folder?: string
}

/** Starts a peer and waits until it answers. */
export async function startPeer({ name, cores, folder: given }: PeerOptions): Promise<Peer> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'meshwork-e2e-')))
  const sharing = cores === undefined ? ['--no-share'] : ['--cores', String(cores)]
  let running: { child: ChildProcess; api: ApiClient; ready: Ready } | undefined

  async function start(first: boolean): Promise<void> {
    const flags = [
      '--data',
      folder,
      '--name',
      name,
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--no-mdns',
      // The peers of a test and its browser keep one machine busy: to each, the others are other programs' load.
      '--no-rules',
      '--ui',
      '--json',
    ]
    const child = spawn(process.execPath, [HEADLESS, ...flags, ...(first ? sharing : [])], {
      env: { ...process.env, TZ: 'Europe/Berlin', NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ready = await readyLine(child, name)
    running = { child, ready, api: await connectApi(ready) }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const ended = running
    running = undefined
    if (ended === undefined) return null
    const { child, api } = ended
    api.close()
    if (child.exitCode !== null) return child.exitCode
    const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
    return code.finally(() => clearTimeout(timer))
  }

  await start(true)
  const now = (): NonNullable<typeof running> => {
    if (running === undefined) throw new Error(`${name} is not running`)
    return running
  }
  return {
    name,
    folder,
    peerId: now().ready.peer_id,
    get calls() {
      return now().api.calls
    },
    link: async () => (await now().api.calls.node.openUi()).url,
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    start: () => start(false),
    async remove() {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function readyLine(child: ChildProcess, name: string): Promise<Ready> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('a peer without output')
  const complaints: string[] = []
  createInterface({ input: stderr }).on('line', (line) => complaints.push(line))
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error([`${name}: ${why}`, ...complaints.slice(-10)].join('\n')))
    }
    const timer = setTimeout(() => fail('not ready in time'), READY_WITHIN_MS)
    child.once('exit', (code) => fail(`ended with exit code ${code}`))
    createInterface({ input: stdout }).once('line', (line) => {
      clearTimeout(timer)
      child.removeAllListeners('exit')
      resolve(JSON.parse(line) as Ready)
    })
  })
}

/** Pairs two peers with full mutual trust, as two `meshctl`s would. */
export async function pair(inviter: Peer, joiner: Peer, trust = 0.8): Promise<void> {
  const { code } = await inviter.calls.people.invite({ trust, valid_minutes: 5 })
  await joiner.calls.people.pair({ code, trust })
}

/** Waits until a condition holds, looking often. @throws Error that says what did not come true */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const startMs = Date.now()
  while (!(await holds())) {
    if (Date.now() - startMs > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Waits until a peer has measured itself and offers work. */
export async function untilMeasured(peer: Peer): Promise<void> {
  await until(
    `${peer.name} is measured`,
    async () => (await peer.calls.node.info()).algorithms.length > 0,
    90_000,
  )
}
