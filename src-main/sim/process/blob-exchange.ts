import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { faultOf, FaultError, refuse } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { withinTime } from '../../runtime/time-limit.ts'
import type { ProcessBlobs } from './blob-store.ts'

/** Asks for a blob by its CID; the answer is its bytes. */
const BLOB_PROTOCOL = 'sim/blob'
/** A question without an answer was lost on the way: a stream would send it again, and so does the fetcher. */
const ANSWER_MS_MAX = 5_000

/** The means by which blobs are fetched and served. */
export interface BlobExchangeDependencies {
  readonly transport: Transport
  readonly blobs: ProcessBlobs
  readonly clock: Clock
  readonly mayServe: (peer: PeerId, cid: Cid) => boolean
}

/** Serves this peer's blobs, and fetches those of others. */
export function createBlobExchange({
  transport,
  blobs,
  clock,
  mayServe,
}: BlobExchangeDependencies): BlobFetcher {
  transport.handle(BLOB_PROTOCOL, (from, request) => {
    const cid = new TextDecoder().decode(request) as Cid
    if (!mayServe(from, cid)) refuse('blob-missing', 'not for you')
    return blobs.read(cid)
  })

  /** Asks until there is an answer, or no connection. */
  async function ask(peer: PeerId, cid: Cid, signal: AbortSignal): Promise<Uint8Array> {
    const question = new TextEncoder().encode(cid)
    for (;;) {
      try {
        return await withinTime(clock, ANSWER_MS_MAX, signal, (within) =>
          transport.request(peer, BLOB_PROTOCOL, question, { signal: within }),
        )
      } catch (error) {
        if (signal.aborted || faultOf(error, 'unreachable').kind !== 'timed-out') throw error
      }
    }
  }

  return {
    async fetch(cid, { from, signal }) {
      let last = new FaultError({ kind: 'blob-missing', message: 'no peer has it' })
      for (const peer of from) {
        if (blobs.has(cid)) return
        if (peer === transport.peer) continue
        try {
          blobs.take(cid, await ask(peer, cid, signal))
          return
        } catch (error) {
          if (signal.aborted) throw error
          last = new FaultError(faultOf(error, 'unreachable'))
        }
      }
      if (!blobs.has(cid)) throw last
    },
    waiting: () => [],
    traffic: () => ({ bytesIn: 0, bytesOut: 0 }),
    rates: () => new Map(),
    setRates: () => undefined,
  }
}
