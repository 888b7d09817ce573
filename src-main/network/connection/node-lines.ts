import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Node } from '../libp2p-node.ts'
import { newestFirst } from './line-probe.ts'

/** The libp2p node of a transport while it runs, and its connections. */
export interface NodeLines {
  /** The node that runs now; undefined before the start and after the end. */
  node(): Node | undefined
  set(node: Node | undefined): void
  /** @throws FaultError `unreachable` where no node runs */
  running(): Node
  /** The connections with a peer: direct ones first, of these the newest first. */
  with(peer: PeerId): Connection[]
  /** All connections, the newest first. */
  all(): Connection[]
}

/** Lines of no node yet. */
export function createNodeLines(): NodeLines {
  let node: Node | undefined
  return {
    node: () => node,
    set(to) {
      node = to
    },
    running: () => node ?? refuse('unreachable', 'this peer is not connected to any network'),
    with: (peer) => newestFirst(node?.getConnections(peerIdFromString(peer)) ?? []).sort(directFirst),
    all: () => newestFirst(node?.getConnections() ?? []),
  }
}

/** Ranks connections. */
function directFirst(a: Connection, b: Connection): number {
  return Number(b.direct) - Number(a.direct)
}
