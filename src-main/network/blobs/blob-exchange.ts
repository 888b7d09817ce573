import { FaultError } from '../../protocol/fault.ts'
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
import { createPartialBlobs } from '../chunks/partial-blobs.ts'
import { createRateLimit } from '../quotas/rate-limit.ts'
import { createTransferRates } from '../chunks/transfer-rates.ts'
import { transferBlob, type TransferProgress } from './blob-transfer.ts'
import { faultOfSignal, throwIfAborted } from '../signal-fault.ts'
import { createSwarmMembers } from '../swarm/swarm-members.ts'
import { serveSwarms } from '../swarm/swarm-server.ts'

/** What a blob exchange is made of. */
export interface BlobExchangeParts {
  readonly transport: Transport
  /** Signs passes for those who fetch this peer's blobs together, and checks those that others show. */
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
  /** Who must show that it has the blob, where it is here already. */
  readonly heldBy?: PeerId
  readonly signal: AbortSignal
  /** A larger one is not fetched. Where several fetch it, what the most generous of them takes. */
  readonly bytesMax?: number
  readonly progress?: (progress: TransferProgress) => void
}

/** A transfer under way and those who wait for it. */
interface Shared {
  readonly from: Set<PeerId>
  leader: PeerId | undefined
  bytesMax: number
  readonly abort: AbortController
  readonly done: Promise<void>
  readonly listeners: Set<(progress: TransferProgress) => void>
  waiting: number
}

/**
 * Serves this peer's blobs and fetches others'. Whoever wants a blob that is already on its way waits for that
 * transfer; it ends early only when nobody waits any longer.
 */
export function createBlobExchange(options: BlobExchangeParts): BlobExchange {
  const { transport, identity, blobs, clock, mayServe, mayVouch = mayServe } = options
  const shared = new Map<Cid, Shared>()
  const open = createBlobOpener(transport, clock)
  /** Transfers that were given up and are putting away what they have. */
  const ending = new Map<Cid, Promise<void>>()
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
  const parts = {
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

  const begin = (cid: Cid): Shared => {
    const abort = new AbortController()
    const from = new Set<PeerId>()
    const listeners = new Set<(progress: TransferProgress) => void>()
    const progress = (state: TransferProgress) => {
      for (const listener of listeners) listener(state)
    }
    // Starts a turn later, when the one who asked has named its peers, and after an earlier one has ended.
    const done = Promise.resolve(ending.get(cid))
      .then(() =>
        transferBlob(
          {
            cid,
            from,
            leader: () => transfer.leader,
            bytesMax: () => transfer.bytesMax,
            signal: abort.signal,
            progress,
          },
          parts,
        ),
      )
      .finally(() => {
        if (shared.get(cid) === transfer) shared.delete(cid)
      })
    const transfer: Shared = { from, leader: undefined, bytesMax: 0, abort, done, listeners, waiting: 0 }
    shared.set(cid, transfer)
    return transfer
  }
  const leave = (cid: Cid, transfer: Shared) => {
    transfer.waiting -= 1
    if (transfer.waiting > 0 || shared.get(cid) !== transfer) return
    shared.delete(cid)
    const ended = transfer.done.then(ignore, ignore).then(() => {
      if (ending.get(cid) === ended) ending.delete(cid)
    })
    ending.set(cid, ended)
    transfer.abort.abort()
  }

  /** Tells the leader of a swarm that the blob is here already, for the other members. */
  const announce = (cid: Cid, leader: PeerId) => {
    const chunkCount = partials.chunkCount(cid)
    const isSmall = chunkCount === 1 && (blobs.info(cid)?.bytes ?? 0) < SWARM_BYTES_MIN
    if (chunkCount === undefined || isSmall) return
    const place = swarms.join(leader, {
      cid,
      chunkCount,
      report: () => ({ held: allChunksBut(chunkCount, []), taking: [], without: [] }),
      onNews: ignore,
      onLeaderLost: ignore,
      isIdle: () => false,
    })
    place.leave()
  }

  return {
    async fetch(cid, { from, leader, heldBy, signal, bytesMax = Infinity, progress }) {
      throwIfAborted(signal)
      const mustShow = heldBy === transport.peer ? undefined : heldBy
      if (blobs.has(cid) && mustShow !== undefined) await proofs.mustHave(mustShow, cid, signal)
      if (leader !== undefined) vouched.add(cid, leader)
      if (blobs.has(cid)) {
        if (leader !== undefined && leader !== transport.peer) announce(cid, leader)
        return
      }
      const transfer = shared.get(cid) ?? begin(cid)
      transfer.waiting += 1
      transfer.leader ??= leader
      transfer.bytesMax = Math.max(transfer.bytesMax, bytesMax)
      for (const peer of from) transfer.from.add(peer)
      if (progress !== undefined) transfer.listeners.add(progress)
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      const onAbort = () => reject(new FaultError(faultOfSignal(signal)))
      signal.addEventListener('abort', onAbort, { once: true })
      transfer.done.then(() => resolve(undefined), reject)
      try {
        await promise
        if (mustShow !== undefined) proofs.note(mustShow, cid)
      } finally {
        signal.removeEventListener('abort', onAbort)
        if (progress !== undefined) transfer.listeners.delete(progress)
        leave(cid, transfer)
      }
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

/** Who gave a transfer up has been told why; how it ends concerns nobody else. */
const ignore = () => undefined
