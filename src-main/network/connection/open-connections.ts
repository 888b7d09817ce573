import type { Connection as Libp2pConnection } from '@libp2p/interface'
import type { Connection } from '../../ports/reach.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { scopeOf } from '../addresses/shareable-addresses.ts'

/** The relay of a relayed connection's address (libp2p's circuit addresses). */
const RELAY = /\/p2p\/([^/]+)\/p2p-circuit/

/** An open connection of libp2p, as far as it is looked at here. */
export type OpenConnection = Pick<
  Libp2pConnection,
  'remotePeer' | 'remoteAddr' | 'direct' | 'rtt' | 'timeline'
>

/**
 * How each connected peer is reached: directly where it is, else by the first of its relayed connections. It is connected
 * since the oldest of them.
 */
export function connectionsByPeer(all: readonly OpenConnection[]): Map<PeerId, Connection> {
  const byPeer = new Map<PeerId, Connection>()
  for (const open of all) {
    const connection = connectionOf(open)
    const known = byPeer.get(connection.peer)
    const better =
      known?.route === 'relayed' && connection.route === 'direct' ? connection : (known ?? connection)
    const sinceMs = Math.min(known?.sinceMs ?? connection.sinceMs, connection.sinceMs)
    byPeer.set(connection.peer, { ...better, sinceMs })
  }
  return byPeer
}

function connectionOf({ remotePeer, remoteAddr, direct, rtt, timeline }: OpenConnection): Connection {
  const address = remoteAddr.toString()
  const relay = direct ? undefined : RELAY.exec(address)?.[1]
  return {
    // The gater lets only Ed25519 keys in, whose libp2p ids are ours.
    peer: remotePeer.toString() as PeerId,
    route: direct ? 'direct' : 'relayed',
    scope: direct ? scopeOf(address) : 'relay',
    ...(relay === undefined ? {} : { through: relay as PeerId }),
    address,
    sinceMs: timeline.open,
    ...(rtt === undefined ? {} : { rttMs: rtt }),
  }
}
