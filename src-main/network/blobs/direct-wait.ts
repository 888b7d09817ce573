import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { BlobWait } from '../../ports/blob-fetcher.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { DIRECT_WAIT_MS_MAX, RELAYED_CHUNKS_MAX } from '../limits.ts'
import { faultOfSignal } from '../signal-fault.ts'

/** Whether a blob of so many chunks is too much for a contact's relay. */
export function isBulk(chunkCount: number): boolean {
  return chunkCount > RELAYED_CHUNKS_MAX
}

/** Whether a peer is reached, and only through a relay. */
export function isRelayed(transport: Transport, peer: PeerId): boolean {
  return transport.connections().find((connection) => connection.peer === peer)?.route === 'relayed'
}

/** The answer to a request for a large blob through a relay. */
export function waitsForDirect(cid: Cid, chunkCount: number, peer: PeerId): Fault {
  const message = `${cid} has about ${chunkCount} MiB, and waits for a direct connection with ${peer}`
  return { kind: 'unreachable', message }
}

/** Transfers that wait because all holders of the blob are reached through relays. */
export interface DirectWaits {
  /**
   * Waits until one of the peers is not reached through a relay: it is reached directly, or is gone, which the transfer
   * finds out itself.
   * @throws FaultError `unreachable` when that takes too long; `cancelled` or `timed-out` as the signal says
   */
  until(cid: Cid, chunkCount: number, from: ReadonlySet<PeerId>, signal: AbortSignal): Promise<void>
  /** The transfers that wait at this moment. */
  list(): readonly BlobWait[]
}

/** No transfer waits yet. */
export function createDirectWaits(transport: Transport, clock: Clock): DirectWaits {
  const waits = new Set<BlobWait>()
  return {
    async until(cid, chunkCount, from, signal) {
      const isOver = (): boolean => from.size === 0 || [...from].some((peer) => !isRelayed(transport, peer))
      const [first] = from
      if (!isBulk(chunkCount) || isOver() || first === undefined) return
      const wait = { cid, mebibytes: chunkCount, from: first }
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      const look = (): void => {
        if (isOver()) resolve(undefined)
      }
      const stop = transport.onConnection(look)
      const cancel = clock.after(DIRECT_WAIT_MS_MAX, () =>
        reject(new FaultError(waitsForDirect(cid, chunkCount, first))),
      )
      const onAbort = (): void => reject(new FaultError(faultOfSignal(signal)))
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
      waits.add(wait)
      try {
        await promise
      } finally {
        waits.delete(wait)
        stop()
        cancel()
        signal.removeEventListener('abort', onAbort)
      }
    },
    list: () => [...waits],
  }
}
