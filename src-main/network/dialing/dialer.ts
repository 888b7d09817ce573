import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../ports/clock.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { createAddressPatience } from './address-patience.ts'
import { dialStaggered } from './staggered-dial.ts'

/** How one address is dialled. */
export interface DialOptions {
  readonly signal: AbortSignal
  /** The port it is dialled from, where that matters. */
  readonly localPort?: number
  readonly localAddress?: string
  /** False where the other side dials too, and opens the handshake. */
  readonly initiator?: boolean
}

/** One address of one peer, dialled without the queue in which libp2p tries a peer's addresses one after the other. */
export type DialAddress = (address: Multiaddr, options: DialOptions) => Promise<Connection>

/** Reaches a peer at one of several addresses. */
export interface Dialer {
  /**
   * The first connection that comes about; addresses that failed lately are left out as long as there are others.
   * @param note is told of each address that failed, as it was given
   * @param mayTry asked before each address is tried
   * @throws what the last address failed with
   */
  dial(
    targets: readonly Multiaddr[],
    options: {
      readonly dialOne: DialAddress
      readonly mayTry: () => boolean
      readonly signal: AbortSignal
      readonly note?: (address: string, error: unknown) => void
    },
  ): Promise<void>
  /** The network has changed: all addresses are worth a try. */
  reset(): void
}

/** A dialer that remembers what did not answer. */
export function createDialer(clock: Clock): Dialer {
  const patience = createAddressPatience(() => clock.nowMs())
  return {
    async dial(targets, { dialOne, mayTry, signal, note }) {
      const attempt = async (target: Multiaddr, within: AbortSignal): Promise<Connection> => {
        const text = target.toString()
        if (!mayTry()) throw new Error('too many addresses of this peer were tried within a minute')
        try {
          const line = await dialOne(target, { signal: within })
          patience.worked(text)
          return line
        } catch (error) {
          // An address given up because another one answered has not failed.
          if (!within.aborted) patience.failed(text)
          // An address given up when the time for all is over has not answered.
          if (!within.aborted || signal.aborted) note?.(text, error)
          throw error
        }
      }
      const discard = (line: Connection): void =>
        void line.close().catch(() => line.abort(new Error('not needed')))
      await dialStaggered(patience.worthTrying(targets), { clock, signal, attempt, discard })
    },
    reset: () => patience.reset(),
  }
}

/** An address without the peer that it is of. */
export function bareAddress(address: string, peer: PeerId): string {
  const suffix = `/p2p/${peer}`
  return address.endsWith(suffix) ? address.slice(0, -suffix.length) : address
}
