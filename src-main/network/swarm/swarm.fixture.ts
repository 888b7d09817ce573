import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobStore } from '../../ports/blob-store.ts'
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

/** How a test changes a peer. */
export interface SwarmPeerOptions {
  /** Where its store is; a new folder, removed when it stops, otherwise. */
  readonly folder?: string
  readonly identity?: NodeIdentity
  /** Puts something between the exchange and the network. */
  readonly around?: (transport: Transport) => Transport
}

/** Starts a peer. */
export async function startSwarmPeer(options: SwarmPeerOptions = {}): Promise<SwarmPeer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'meshwork-swarm-')))
  const storage = await openStorage({ folder, quotaBytes: 4 * 2 ** 30, clock: machineClock })
  const { transport: plain, identity } = localPeer(
    options.identity === undefined ? {} : { identity: options.identity },
  )
  const transport = options.around?.(plain) ?? plain
  const contacts = new Set<PeerId>()
  const { blobs } = storage
  const exchange = createBlobExchange({
    transport,
    identity,
    blobs,
    clock: machineClock,
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
