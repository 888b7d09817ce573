import type { Endpoint } from '../../api/transport/endpoint-file.ts'
import type { Clock } from '../../ports/clock.ts'
import { linkPeer, type PeerLink, type PeerLinkOptions } from './peer-link.ts'

/** A peer whose process runs but whose connection broke is asked again after this. */
const LINK_AGAIN_MS = 2_000

/** The URL and token at which a peer answers. */
export type PeerAddress = Pick<Endpoint, 'url' | 'token'>

/** The client of the peer that runs now; connects again for as long as that peer runs. */
export interface PeerConnection {
  /** Undefined while no peer answers. */
  readonly address: PeerAddress | undefined
  /** Undefined while there is no connection. */
  readonly link: PeerLink | undefined
  /** A peer answers there from now on. */
  found(address: PeerAddress): void
  /** The peer is gone. */
  gone(): void
}

/** The clock, and the listeners to the peer's news and to the loss of its connection. */
export interface PeerConnectionDependencies extends PeerLinkOptions {
  readonly clock: Clock
}

/** Creates the connection to the desktop's peer. It hears of no peer yet. */
export function createPeerConnection({ clock, onNews, onLost }: PeerConnectionDependencies): PeerConnection {
  let address: PeerAddress | undefined
  let link: PeerLink | undefined

  function connect(at: PeerAddress): void {
    const again = (): void => {
      if (address !== at) return
      link = undefined
      onLost()
      clock.after(LINK_AGAIN_MS, () => {
        if (address === at) connect(at)
      })
    }
    linkPeer(at, { onNews, onLost: again }).then((linked) => {
      if (address === at) link = linked
      else linked.close()
    }, again)
  }

  return {
    get address() {
      return address
    },
    get link() {
      return link
    },
    found(at) {
      address = at
      connect(at)
    },
    gone() {
      address = undefined
      link = undefined
      onLost()
    },
  }
}
