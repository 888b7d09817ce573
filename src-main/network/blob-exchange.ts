import { FaultError } from '../protocol/fault.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Transport } from '../ports/transport.ts'
import { createBlobOpener } from './blob-opener.ts'
import { serveBlobs } from './blob-server.ts'
import { createChunkMemory } from './chunk-memory.ts'
import { createRateLimit } from './rate-limit.ts'
import { transferBlob, type TransferProgress } from './blob-transfer.ts'
import { faultOfSignal, throwIfAborted } from './signal-fault.ts'

/** What a blob exchange is made of. */
export interface BlobExchangeParts {
  readonly transport: Transport
  readonly blobs: Pick<BlobStore, 'has' | 'layout' | 'readChunk' | 'receive'>
  readonly clock: Clock
  /** Whether a peer may have a blob. */
  readonly mayServe: (peer: PeerId, cid: Cid) => boolean
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
  readonly signal: AbortSignal
  readonly progress?: (progress: TransferProgress) => void
}

/** A transfer under way and those who wait for it. */
interface Shared {
  readonly from: Set<PeerId>
  readonly abort: AbortController
  readonly done: Promise<void>
  readonly listeners: Set<(progress: TransferProgress) => void>
  waiting: number
}

/**
 * Serves this peer's blobs and fetches others'. Whoever wants a blob that is already on its way waits for that
 * transfer; it ends early only when nobody waits any longer.
 */
export function createBlobExchange({ transport, blobs, clock, mayServe }: BlobExchangeParts): BlobExchange {
  const shared = new Map<Cid, Shared>()
  const open = createBlobOpener(transport, clock)
  /** Transfers that were given up and are putting away what they have. */
  const ending = new Map<Cid, Promise<void>>()
  let bytesIn = 0
  let bytesOut = 0
  const upload = createRateLimit(clock)
  const download = createRateLimit(clock)
  serveBlobs({ transport, blobs, mayServe, upload, onSent: (bytes) => void (bytesOut += bytes) })
  const parts = {
    transport,
    blobs,
    clock,
    open,
    memory: createChunkMemory(),
    onReceived: (bytes: number) => void (bytesIn += bytes),
    download,
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
      .then(() => transferBlob({ cid, from, signal: abort.signal, progress }, parts))
      .finally(() => {
        if (shared.get(cid) === transfer) shared.delete(cid)
      })
    const transfer: Shared = { from, abort, done, listeners, waiting: 0 }
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

  return {
    async fetch(cid, { from, signal, progress }) {
      throwIfAborted(signal)
      if (blobs.has(cid)) return
      const transfer = shared.get(cid) ?? begin(cid)
      transfer.waiting += 1
      for (const peer of from) transfer.from.add(peer)
      if (progress !== undefined) transfer.listeners.add(progress)
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      const onAbort = () => reject(new FaultError(faultOfSignal(signal)))
      signal.addEventListener('abort', onAbort, { once: true })
      transfer.done.then(() => resolve(undefined), reject)
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', onAbort)
        if (progress !== undefined) transfer.listeners.delete(progress)
        leave(cid, transfer)
      }
    },
    traffic: () => ({ bytesIn, bytesOut }),
    setRates(rates) {
      upload.setRate(rates.upload)
      download.setRate(rates.download)
    },
  }
}

/** Who gave a transfer up has been told why; how it ends concerns nobody else. */
const ignore = () => undefined
