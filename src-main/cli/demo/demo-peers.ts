import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { z } from 'zod'
import { connectApi, type ApiClient } from '../../api/transport/client.ts'
import { refuse } from '../../protocol/fault.ts'
import { PeerId } from '../../protocol/ids.ts'
import { daemonEnvironment } from '../daemon/daemon-environment.ts'

/** A peer that is not ready after this long has a problem worth showing instead of waiting. */
const READY_WITHIN_MS = 30_000
/** A peer that was asked to stop and has not after this long is killed. */
const STOP_WITHIN_MS = 10_000
/** Mutual trust between the demo's peers. */
const TRUST = 0.8

/** The daemon's line with `--json` when it is ready. */
const Ready = z.object({ url: z.string(), token: z.string(), peer_id: PeerId })

/** A peer of the demo: a process of its own, and a connection to it. */
export interface DemoPeer {
  readonly name: string
  readonly peerId: PeerId
  readonly api: ApiClient
  readonly process: ChildProcess
  readonly part: 'requester' | 'provider' | 'saboteur'
}

/** Starts one peer in a folder of its own and waits until it answers. */
export async function startDemoPeer(options: {
  readonly folder: string
  readonly name: string
  readonly part: DemoPeer['part']
  readonly cores: number
  /** The program that it runs; the daemon, or what the part asks for, when absent. */
  readonly entry?: string
  /** Whether it may be sent messages over a channel of its process. */
  readonly channel?: boolean
}): Promise<DemoPeer> {
  const { folder, name, part, cores, channel = false } = options
  const usual = join(import.meta.dirname, part === 'saboteur' ? 'demo-liar.ts' : '../../headless.ts')
  const entry = options.entry ?? usual
  const flags = [
    '--data',
    folder,
    '--name',
    name,
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--no-mdns',
    '--no-rules',
  ]
  const child = spawn(process.execPath, [entry, ...flags, '--cores', String(cores), '--json'], {
    env: daemonEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
  })
  const complaints: string[] = []
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line))
  const ready = await readyLine(child, complaints)
  const api = await connectApi({ url: ready.url, token: ready.token })
  return { name, part, peerId: ready.peer_id, api, process: child }
}

function readyLine(child: ChildProcess, complaints: readonly string[]): Promise<z.infer<typeof Ready>> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error([why, ...complaints.slice(-5)].join('\n')))
    }
    const timer = setTimeout(() => fail('a peer was not ready in time'), READY_WITHIN_MS)
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`a peer ended with exit code ${code}`)
    })
    if (child.stdout === null) return fail('a peer without output')
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer)
      try {
        resolve(Ready.parse(JSON.parse(line)))
      } catch {
        fail(`a peer said "${line.slice(0, 200)}"`)
      }
    })
  })
}

/** Pairs each peer with each other one: one makes an invite, the other shows its code. */
export async function pairAll(peers: readonly DemoPeer[]): Promise<void> {
  for (const [i, inviter] of peers.entries()) {
    for (const joiner of peers.slice(i + 1)) {
      const { code } = await inviter.api.calls.people.invite({ trust: TRUST, valid_minutes: 5 })
      await joiner.api.calls.people.pair({ code, trust: TRUST })
    }
  }
}

/** Ends a peer's process: politely, and in the end surely. */
export async function stopDemoPeer(peer: DemoPeer): Promise<void> {
  peer.api.close()
  if (peer.process.exitCode !== null || peer.process.signalCode !== null) return
  const ended = new Promise<void>((resolve) => peer.process.once('exit', () => resolve()))
  peer.process.kill('SIGTERM')
  const timer = setTimeout(() => peer.process.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(timer)
}

/** The first peer of a part; the demo has made sure that there is one. */
export function peerOf(peers: readonly DemoPeer[], part: DemoPeer['part']): DemoPeer {
  return peers.find((peer) => peer.part === part) ?? refuse('unknown-peer', `no ${part} in this demo`)
}
