import type { GossipSub } from '@libp2p/gossipsub'
import type { Identify, IdentifyPush } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'
import type { DialAddress } from './dialing/dialer.ts'

/** The libp2p services of a node. */
type NodeServices = {
  readonly identify: Identify
  readonly identifyPush: IdentifyPush
  /** Dials one address past libp2p's queue. */
  readonly dialAddress: DialAddress
  /** Marks this machine's own addresses as confirmed, so that libp2p tells them to others. */
  readonly confirmOwn: () => void
  readonly ping: Ping
  readonly dht: KadDHT
  readonly pubsub: GossipSub
}

/** A libp2p node as this adapter uses it. */
export type Node = Libp2p<NodeServices>
