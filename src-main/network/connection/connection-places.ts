import type { MultiaddrConnection } from '@libp2p/interface'
import type { PeerId } from '../../protocol/ids.ts'
import type { Standing } from '../../ports/transport.ts'
import {
  CONNECTIONS_PER_PEER_MAX,
  HANDSHAKES_PER_HOST_MAX,
  RELAYED_PER_PEER_MAX,
  STRANGERS_MAX,
  STRANGERS_PER_HOST_MAX,
} from '../limits.ts'

/** Assigns this peer's connections: a few to strangers, any number to all others. */
export interface ConnectionPlaces {
  /** Whether a connection of a yet unknown peer may begin to shake hands. */
  mayBegin(connection: MultiaddrConnection): boolean
  /** Whether the peer that showed this key may stay. */
  mayStay(peer: PeerId, connection: MultiaddrConnection): boolean
  /** Gives no place from now on: this peer stops. */
  close(): void
  isClosed(): boolean
}

interface Place {
  readonly host: string
  readonly isRelayed: boolean
  /** Absent while it shakes hands. */
  peer?: PeerId
}

/**
 * Places, all free. `standingOf` is asked again each time, since a peer that has paired is no stranger any more.
 * `mayComeThrough` says whether a peer may come through a relay.
 */
export function createConnectionPlaces(
  standingOf: (peer: PeerId) => Standing,
  mayComeThrough: (peer: PeerId) => boolean = (peer) => standingOf(peer) === 'contact',
): ConnectionPlaces {
  const places = new Map<MultiaddrConnection, Place>()
  let isClosed = false
  const count = (holds: (place: Place) => boolean) => [...places.values()].filter(holds).length
  const isStranger = ({ peer }: Place) => peer !== undefined && standingOf(peer) === 'stranger'

  const placeOf = (connection: MultiaddrConnection): Place => {
    const known = places.get(connection)
    if (known !== undefined) return known
    const place: Place = { host: hostOf(connection), isRelayed: claimedBehindRelay(connection) !== undefined }
    places.set(connection, place)
    connection.addEventListener('close', () => places.delete(connection))
    return place
  }

  return {
    mayBegin(connection) {
      if (isClosed) return false
      const { host } = placeOf(connection)
      return count((place) => place.peer === undefined && place.host === host) <= HANDSHAKES_PER_HOST_MAX
    },
    mayStay(peer, connection) {
      if (isClosed) return false
      const own = placeOf(connection)
      const claimed = claimedBehindRelay(connection)
      // A relay says who comes; only who shows that key does.
      if (claimed !== undefined && (claimed !== peer || !mayComeThrough(peer))) return false
      const max = own.isRelayed ? RELAYED_PER_PEER_MAX : CONNECTIONS_PER_PEER_MAX
      if (count((place) => place.peer === peer && place.isRelayed === own.isRelayed) >= max) return false
      if (standingOf(peer) === 'stranger') {
        if (count(isStranger) >= STRANGERS_MAX) return false
        const neighbours = count((place) => place.host === own.host && isStranger(place))
        if (neighbours >= STRANGERS_PER_HOST_MAX) return false
      }
      own.peer = peer
      return true
    },
    close() {
      isClosed = true
    },
    isClosed: () => isClosed,
  }
}

/** The peer that comes through a relay, as the relay says; undefined for a direct connection. */
function claimedBehindRelay({ remoteAddr }: MultiaddrConnection): string | undefined {
  const [, behind] = remoteAddr.toString().split('/p2p-circuit')
  return behind?.replace('/p2p/', '')
}

/** The host that a connection comes from: an IPv4 address, or the half of an IPv6 address that one household has. */
function hostOf({ remoteAddr }: MultiaddrConnection): string {
  const [, family, address = ''] = remoteAddr.toString().split('/')
  return family === 'ip6' ? networkOf(address) : address
}

/** The first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length)
  return [...groups, ...Array<string>(zeros).fill('0'), ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
