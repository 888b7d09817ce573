import { type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { connectApi, type ApiCalls, type ApiClient } from '../../src-main/api/transport/client.ts'
import { daemonEnvironment } from '../../src-main/cli/daemon/daemon-environment.ts'
import { giveMeasured } from '../../src-main/measured.fixture.ts'
import { PeerId } from '../../src-main/protocol/ids.ts'
import { endProcess, readyLine } from '../daemon-process.ts'
import { pause } from './commands.ts'
import { openSocketProxy } from './socket-proxy.ts'
import { processesIn } from './testbed.ts'
import type { Host } from './internet.ts'

const PROGRAM = join(import.meta.dirname, 'peer-process.ts')
/** Eight peers that start on two busy cores take this long at most; longer is a peer that hangs. */
const READY_WITHIN_MS = 120_000
const STOP_WITHIN_MS = 20_000
const CONNECT_EVERY_MS = 20
/** A peer that does not answer its own user for so long is counted as one that does not. */
const ANSWER_WITHIN_MS = 15_000

const Ready = z.object({ url: z.string(), token: z.string(), peer_id: PeerId })

/** How a peer is set up. */
export interface LabPeerOptions {
  readonly name: string
  readonly host: Host
  /** `waiting` when absent: units that take time, and no processor. */
  readonly units?: 'waiting' | 'real'
  /** Whether it shares a core; true when absent. */
  readonly shares?: boolean
}

/** A real peer in a namespace of the lab, started as a user would: any port, no bootstrap. */
export interface LabPeer {
  readonly name: string
  readonly peerId: PeerId
  /** Where it runs now. */
  host(): Host
  isUp(): boolean
  /** Asks it by its API. @throws Error when it does not answer in time, is down or has another connection by now */
  ask<T>(question: (calls: ApiCalls) => Promise<T>): Promise<T>
  /** Ends the process as a power cut would. */
  kill(): Promise<void>
  /** Asks it to stop and waits. */
  stop(): Promise<void>
  /** Starts it again on its folder, at another host when one is given. */
  start(elsewhere?: Host): Promise<void>
  /** Stops all its processes, as in a laptop that sleeps, until they are woken. */
  sleep(): Promise<void>
  wake(): Promise<void>
  close(): Promise<void>
}

interface Running {
  readonly child: ChildProcess
  readonly api: ApiClient
}

/** Starts a peer and waits until it answers. Its files are below `folder`. */
export async function startLabPeer(folder: string, options: LabPeerOptions): Promise<LabPeer> {
  const { name, units = 'waiting', shares = true } = options
  const path = join(folder, `${name}.api`)
  const proxy = await openSocketProxy(path)
  let host = options.host
  let running: Running | undefined
  let peerId: PeerId | undefined

  async function start(): Promise<void> {
    const daemon = ['--data', join(folder, name), '--name', name, '--api-port', String(proxy.port)]
    // The peers of the lab keep one machine busy: to each, the others are other programs' load.
    const always = ['--no-mdns', '--no-rules', '--json', ...(shares ? ['--cores', '1'] : ['--no-share'])]
    const child = host.namespace.spawn(process.execPath, [PROGRAM, units, path, ...daemon, ...always], {
      env: daemonEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ready = await readyLine(child, { name, schema: Ready, withinMs: READY_WITHIN_MS })
    peerId = ready.peer_id
    running = { child, api: await connectSoon(ready) }
  }
  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (running === undefined) return
    const { child, api } = running
    running = undefined
    api.close()
    await endProcess(child, signal, STOP_WITHIN_MS)
  }

  try {
    await giveMeasured(join(folder, name))
    await start()
  } catch (error) {
    proxy.close()
    throw error
  }
  if (peerId === undefined) throw new Error(`${name} has no id`)
  return {
    name,
    peerId,
    host: () => host,
    isUp: () => running !== undefined,
    async ask(question) {
      if (running === undefined) throw new Error(`${name} is down`)
      const { api } = running
      const gone = api.closed.then(() => Promise.reject(new Error(`${name} has gone`)))
      return withinTime(Promise.race([question(api.calls), gone]), `${name} does not answer`)
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start(elsewhere) {
      host = elsewhere ?? host
      await start()
    },
    sleep: () => signalAll(host, 'SIGSTOP'),
    wake: () => signalAll(host, 'SIGCONT'),
    async close() {
      await end('SIGKILL')
      proxy.close()
    },
  }
}

/** Connects to a peer that is ready; the socket to its namespace is open a moment later. */
async function connectSoon(ready: z.infer<typeof Ready>): Promise<ApiClient> {
  const untilMs = performance.now() + ANSWER_WITHIN_MS
  for (;;) {
    try {
      return await connectApi({ url: ready.url, token: ready.token })
    } catch (error) {
      if (performance.now() > untilMs) throw error
      await pause(CONNECT_EVERY_MS)
    }
  }
}

async function withinTime<T>(answer: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), ANSWER_WITHIN_MS)
  })
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer))
}

/** Sends a signal to all processes on a host: the daemon, and those that compute for it. */
async function signalAll({ namespace }: Host, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  for (const pid of await processesIn(namespace.name)) process.kill(pid, signal)
}
