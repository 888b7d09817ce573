import { dialOrder, isWorthNoting } from '../../peer/pairing/address-book.ts'
import type { PeerState } from '../../peer/state.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KnownPeer, Transport } from '../../ports/transport.ts'
import type { PeerLoop } from '../peer-loop.ts'

/** Tells the loop of known peers that come and go, and of addresses that worked. @returns stops it */
export function followConnections({
  transport,
  clock,
  loop,
}: {
  readonly transport: Transport
  readonly clock: Clock
  readonly loop: Pick<PeerLoop, 'state' | 'tell'>
}): () => void {
  const { state } = loop
  return transport.onConnection((event) => {
    const { kind, peer } = event
    if (!isKnown(state, peer) && !state.view.connected.has(peer)) return
    const at_ms = clock.nowMs()
    if (kind !== 'rerouted') loop.tell({ kind, at_ms, peer })
    if (kind === 'disconnected' || event.dialled === undefined) return
    const address = event.dialled
    if (isWorthNoting(state, peer, address, at_ms))
      loop.tell({ kind: 'address-worked', at_ms, peer, address })
  })
}

/** The peers to stay connected with: contacts, and peers in a pairing where one side waits for the other's answer. */
export function keptPeers({ pairing: { contacts, outgoingPairs } }: PeerState): KnownPeer[] {
  const waiting = [...outgoingPairs].map(([peer, { addresses }]) => ({ peer, addresses }))
  return [
    ...[...contacts.values()].map((contact) => ({ peer: contact.peer_id, addresses: dialOrder(contact) })),
    ...waiting,
  ]
}

/** Whether a peer's connections matter here. */
function isKnown({ pairing: { contacts, incomingPairs, outgoingPairs } }: PeerState, peer: PeerId): boolean {
  return contacts.has(peer) || incomingPairs.has(peer) || outgoingPairs.has(peer)
}
