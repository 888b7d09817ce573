import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadCpuUsage } from 'node:process'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { openStorage } from '../../storage/storage.ts'
import { createBlobExchange, type BlobExchange } from '../blobs/blob-exchange.ts'
import type { NodeIdentity } from '../identity/identity.ts'
import { localPeer, machineClock } from '../local-mesh.ts'

/** A peer with sockets of its own on 127.0.0.1 and a store on disk, which gives blobs to its contacts only. */
export interface SwarmPeer {
  readonly peer: PeerId
  readonly identity: NodeIdentity
  readonly transport: Transport
  readonly blobs: BlobStore
  readonly exchange: BlobExchange
  readonly contacts: Set<PeerId>
  stop(): Promise<void>
}

/**
 * A clock without the time for which this thread waits for a core: on a busy machine it goes slower, so that no peer counts
 * as late only because others work there. It is the time for which the thread worked or had nothing to do.
 */
export const unhurriedClock: Clock = {
  nowMs() {
    const { user, system } = threadCpuUsage()
    return performance.eventLoopUtilization().idle + (user + system) / 1_000
  },
  after(delayMs, callback) {
    const dueAtMs = unhurriedClock.nowMs() + delayMs
    let timer: NodeJS.Timeout
    const look = (): void => {
      const leftMs = dueAtMs - unhurriedClock.nowMs()
      if (leftMs < 1) callback()
      else timer = setTimeout(look, leftMs).unref()
    }
    timer = setTimeout(look, delayMs).unref()
    return () => clearTimeout(timer)
  },
}

/** How a test changes a peer. */
export interface SwarmPeerOptions {
  /** Where its store is; a new folder, removed when it stops, otherwise. */
  readonly folder?: string
  readonly identity?: NodeIdentity
  /** By which it judges who is late; the machine's when absent. */
  readonly clock?: Clock
  /** Puts something between the exchange and the network. */
  readonly around?: (transport: Transport) => Transport
}

/** Starts a peer. */
export async function startSwarmPeer(options: SwarmPeerOptions = {}): Promise<SwarmPeer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'meshwork-swarm-')))
  const storage = await openStorage({ folder, quotaBytes: 4 * 2 ** 30, clock: machineClock })
  const { clock = machineClock } = options
  const { transport: plain, identity } = localPeer({
    clock,
    ...(options.identity === undefined ? {} : { identity: options.identity }),
  })
  const transport = options.around?.(plain) ?? plain
  const contacts = new Set<PeerId>()
  const { blobs } = storage
  const exchange = createBlobExchange({
    transport,
    identity,
    blobs,
    clock,
    mayServe: (peer) => contacts.has(peer),
  })
  await transport.start()
  return {
    peer: identity.peer,
    identity,
    transport,
    blobs,
    exchange,
    contacts,
    async stop() {
      await transport.stop()
      await storage.close()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Makes two peers contacts of each other and connects them. */
export async function befriend(a: SwarmPeer, b: SwarmPeer): Promise<void> {
  a.contacts.add(b.peer)
  b.contacts.add(a.peer)
  await a.transport.connect(b.peer, b.transport.addresses(), { signal: AbortSignal.timeout(120_000) })
}
