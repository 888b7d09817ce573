import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConnectOptions, Standing } from '../../ports/transport.ts'
import { dialable, peerOfAddress, relayOf } from '../addresses/multiaddress.ts'
import type { NodeLines } from '../connection/node-lines.ts'
import { openFault } from '../requests/request-pool.ts'
import { throwIfAborted } from '../signal-fault.ts'
import { createDialBudget } from './dial-budget.ts'
import { bareAddress, createDialer } from './dialer.ts'
import type { NoteFailure } from './reconnect.ts'

/** Options of one dial. `note` is told of each address that does not work. */
export type DialHow = ConnectOptions & { readonly note?: NoteFailure }

/** Dependencies of dialling peers. */
export interface ContactDialsDependencies {
  readonly clock: Clock
  readonly lines: NodeLines
  readonly standingOf: (peer: PeerId) => Standing
  /** Whether an address may be dialled by its route. */
  readonly mayDialRoute: (address: Multiaddr) => boolean
}

/** Dials peers by their addresses, within the budget of each. */
export interface ContactDials {
  /** Connects, unless connected already. @throws FaultError `unreachable`, or as the signal says */
  readonly dial: (peer: PeerId, addresses: readonly string[], how: DialHow) => Promise<void>
  /** Tries direct addresses, connected or not. @throws when none answers */
  readonly dialDirect: (peer: PeerId, addresses: readonly string[], signal: AbortSignal) => Promise<void>
  /** Whether libp2p may try an address that it knows from the peer itself, or from others. */
  readonly mayDial: (address: Multiaddr) => boolean
  /** Takes one dial from a peer's budget, if it has one left. */
  readonly take: (peer: PeerId) => boolean
  /** Checks one address of a connected peer by a connection of its own. */
  readonly probe: (peer: PeerId, address: string, signal: AbortSignal) => Promise<void>
  /** The network is another one: what failed may work now. */
  readonly reset: () => void
}

/** Dials over the node of `lines`. */
export function createContactDials(dependencies: ContactDialsDependencies): ContactDials {
  const { clock, lines, standingOf, mayDialRoute } = dependencies
  const dialer = createDialer(clock)
  const budget = createDialBudget(() => clock.nowMs())
  return {
    async dial(peer, addresses, { signal, isHeardOf = false, note }) {
      throwIfAborted(signal)
      const targets = dialable(peer, addresses)
        .filter((address) => mayDialRoute(address))
        .sort((a, b) => Number(relayOf(a) !== undefined) - Number(relayOf(b) !== undefined))
      if (lines.with(peer).length > 0) return
      const target = lines.running()
      try {
        const mayTry = () => budget.take(isHeardOf ? 'heard-of' : peer)
        const noteBare: NoteFailure = (address, error) => note?.(bareAddress(address, peer), error)
        const dialOne = target.services.dialAddress
        if (targets.length > 0) await dialer.dial(targets, { dialOne, mayTry, signal, note: noteBare })
        else await target.dial(peerIdFromString(peer), { signal })
      } catch (error) {
        throw openFault(error, signal, peer)
      }
    },
    async dialDirect(peer, addresses, signal) {
      const targets = dialable(peer, addresses).filter((address) => relayOf(address) === undefined)
      if (targets.length === 0) refuse('unreachable', 'no direct address is known')
      const mayTry = () => budget.take(peer)
      await dialer.dial(targets, { dialOne: lines.running().services.dialAddress, mayTry, signal })
    },
    mayDial(address) {
      const peer = peerOfAddress(address)
      return budget.take(peer === undefined || standingOf(peer) === 'stranger' ? 'heard-of' : peer)
    },
    take: (peer) => budget.take(peer),
    async probe(peer, address, signal) {
      throwIfAborted(signal)
      if (lines.with(peer).length === 0) refuse('unreachable', `not connected with ${peer}`)
      try {
        for (const target of dialable(peer, [address])) {
          const line = await lines.running().services.dialAddress(target, { signal })
          await line.close({ signal })
        }
      } catch (error) {
        throw openFault(error, signal, peer)
      }
    },
    reset: () => dialer.reset(),
  }
}
