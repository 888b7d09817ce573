import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Transport } from '../../ports/transport.ts'
import { createBlobOpener } from './blob-opener.ts'
import { createBlobPasses } from '../swarm/blob-pass.ts'
import { createBlobProofs } from './blob-proof.ts'
import { serveBlobs } from './blob-server.ts'
import { allChunksBut } from '../chunks/chunk-set.ts'
import { createChunkMemory } from '../chunks/chunk-memory.ts'
import { createDirectWaits } from './direct-wait.ts'
import { SWARM_BYTES_MIN, VOUCHED_BLOBS_MAX } from '../limits.ts'
import { createPartialBlobs, type PartialBlobs } from '../chunks/partial-blobs.ts'
import { createRateLimit } from '../quotas/rate-limit.ts'
import { createTransferRates } from '../chunks/transfer-rates.ts'
import { transferBlob } from './blob-transfer.ts'
import type { TransferProgress } from './transfer-task.ts'
import { throwIfAborted } from '../signal-fault.ts'
import { createSharedTransfers } from './shared-transfers.ts'
import { createSwarmMembers, type SwarmMembers } from '../swarm/swarm-members.ts'
import { serveSwarms } from '../swarm/swarm-server.ts'

/** Dependencies of a blob exchange. */
export interface BlobExchangeDependencies {
  readonly transport: Transport
  /** Signs passes for peers that fetch this peer's blobs together, and checks passes that others show. */
  readonly identity: Identity
  readonly blobs: Pick<BlobStore, 'has' | 'info' | 'layout' | 'readChunk' | 'receive'>
  readonly clock: Clock
  /** Whether a peer may have a blob. */
  readonly mayServe: (peer: PeerId, cid: Cid) => boolean
  /** Whether a requester's pass may open a blob to others; as `mayServe` when absent. */
  readonly mayVouch?: (peer: PeerId, cid: Cid) => boolean
}

/** The port's fetcher, which also tells how far it is. */
export interface BlobExchange extends BlobFetcher {
  /** @throws FaultError as the port says, and `cancelled` */
  fetch(cid: Cid, options: FetchOptions): Promise<void>
}

/** How a blob is fetched. */
export interface FetchOptions {
  /** Peers likely to have it, best first. */
  readonly from: readonly PeerId[]
  /** One of them, who gives it to several at once. */
  readonly leader?: PeerId
  /** A peer that must show that it has the blob, where it is here already. */
  readonly heldBy?: PeerId
  readonly signal: AbortSignal
  /** A larger one is not fetched. Where several fetch it, what the most generous of them takes. */
  readonly bytesMax?: number
  readonly progress?: (progress: TransferProgress) => void
}

/**
 * Serves this peer's blobs and fetches others'. A caller that wants a blob already on its way waits for that
 * transfer, which ends early only when no caller waits any longer.
 */
export function createBlobExchange(options: BlobExchangeDependencies): BlobExchange {
  const { transport, identity, blobs, clock, mayServe, mayVouch = mayServe } = options
  const open = createBlobOpener(transport, clock)
  let bytesIn = 0
  let bytesOut = 0
  const upload = createRateLimit(clock)
  const download = createRateLimit(clock)
  const rates = createTransferRates(clock)
  const partials = createPartialBlobs(blobs)
  const passes = createBlobPasses(identity, clock)
  const swarms = createSwarmMembers(transport, clock)
  const vouched = createVouched()
  const proofs = createBlobProofs({ transport, blobs, mayServe })
  serveBlobs({
    transport,
    blobs,
    partials,
    mayServe,
    // A requester's word counts where the blob was fetched in its name, and as long as its job is at work here.
    isOpenedBy: (pass, peer, cid) => {
      const signer = passes.signerOf(pass, cid, peer)
      return signer !== undefined && vouched.has(cid, signer) && mayVouch(signer, cid)
    },
    upload,
    onSent: (bytes) => void (bytesOut += bytes),
  })
  serveSwarms({ transport, blobs, clock, mayServe, passes })
  const directWaits = createDirectWaits(transport, clock)
  const shared = createSharedTransfers((task) => transferBlob(task, transferParts))
  const transferParts = {
    directWaits,
    transport,
    blobs,
    clock,
    open,
    memory: createChunkMemory(),
    onReceived: (bytes: number) => void (bytesIn += bytes),
    download,
    rates,
    swarms,
    partials,
  }

  return {
    async fetch(cid, { from, leader, heldBy, signal, bytesMax = Infinity, progress }) {
      throwIfAborted(signal)
      const mustShow = heldBy === transport.peer ? undefined : heldBy
      if (blobs.has(cid) && mustShow !== undefined) await proofs.mustHave(mustShow, cid, signal)
      if (leader !== undefined) vouched.add(cid, leader)
      if (blobs.has(cid)) {
        if (leader !== undefined && leader !== transport.peer)
          announce({ swarms, partials, blobs }, cid, leader)
        return
      }
      const wanted = { from, leader, bytesMax, progress }
      await shared.join(cid, wanted, signal)
      if (mustShow !== undefined) proofs.note(mustShow, cid)
    },
    waiting: () => directWaits.list(),
    traffic: () => ({ bytesIn, bytesOut }),
    rates: () => rates.rates(),
    setRates(rates) {
      upload.setRate(rates.upload)
      download.setRate(rates.download)
    },
  }
}

/** Tells the leader of a swarm that the blob is here already, for the other members. */
function announce(
  {
    swarms,
    partials,
    blobs,
  }: {
    readonly swarms: SwarmMembers
    readonly partials: PartialBlobs
    readonly blobs: Pick<BlobStore, 'info'>
  },
  cid: Cid,
  leader: PeerId,
): void {
  const chunkCount = partials.chunkCount(cid)
  const isSmall = chunkCount === 1 && (blobs.info(cid)?.bytes ?? 0) < SWARM_BYTES_MIN
  if (chunkCount === undefined || isSmall) return
  const place = swarms.join(leader, {
    cid,
    chunkCount,
    report: () => ({ held: allChunksBut(chunkCount, []), taking: [], without: [] }),
    onNews: () => undefined,
    onLeaderLost: () => undefined,
    isIdle: () => false,
  })
  place.leave()
}

/** In whose name blobs were fetched, for the blobs used last. */
function createVouched() {
  const leaders = new Map<Cid, Set<PeerId>>()
  return {
    has: (cid: Cid, leader: PeerId) => leaders.get(cid)?.has(leader) === true,
    add(cid: Cid, leader: PeerId) {
      const known = leaders.get(cid) ?? new Set()
      known.add(leader)
      leaders.delete(cid)
      leaders.set(cid, known)
      if (leaders.size <= VOUCHED_BLOBS_MAX) return
      const [oldest] = leaders.keys()
      if (oldest !== undefined) leaders.delete(oldest)
    },
  }
}
