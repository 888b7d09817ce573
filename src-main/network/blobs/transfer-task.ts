import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { ChunkMemory } from '../chunks/chunk-memory.ts'
import type { PartialBlobs } from '../chunks/partial-blobs.ts'
import type { TransferRates } from '../chunks/transfer-rates.ts'
import type { RateLimit } from '../quotas/rate-limit.ts'
import type { SwarmMembers } from '../swarm/swarm-members.ts'
import type { OpenBlob } from './blob-opener.ts'
import type { DirectWaits } from './direct-wait.ts'

/** How far a transfer is. */
export interface TransferProgress {
  readonly chunksDone: number
  readonly chunksTotal: number
}

/** Dependencies of transfers. */
export interface TransferDependencies {
  readonly transport: Transport
  readonly blobs: Pick<BlobStore, 'receive'>
  readonly clock: Clock
  readonly open: OpenBlob
  /** Where chunks arrive before the store has taken them. */
  readonly memory: ChunkMemory
  readonly onReceived: (bytes: number) => void
  /** Bounds what comes in. */
  readonly download: RateLimit
  /** Learns how fast each source is. */
  readonly rates: Pick<TransferRates, 'begin' | 'end'>
  readonly swarms: SwarmMembers
  /** Where what is large waits until it need not go through a relay. */
  readonly directWaits: DirectWaits
  /** Where others find what has arrived so far. */
  readonly partials: PartialBlobs
}

/** One blob on its way here. */
export interface TransferTask {
  readonly cid: Cid
  /** Peers to ask, best first; more may be added while it runs. */
  readonly from: ReadonlySet<PeerId>
  /** Who leads the blob's swarm, if there is one. */
  readonly leader: () => PeerId | undefined
  /** A larger blob is not fetched. */
  readonly bytesMax: () => number
  readonly signal: AbortSignal
  readonly progress: (progress: TransferProgress) => void
}

/** How a blob that is being received is cut. */
export interface OpenedLayout {
  readonly chunkCount: number
  /** One piece, whose bytes the store keeps until it is finished. */
  readonly isPiece: boolean
}
