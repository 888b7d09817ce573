import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { FaultError, onlyFault, refuse, type Fault } from '../../protocol/fault.ts'
import type { KnownPeer } from '../../ports/transport.ts'
import { printableLine } from '../../protocol/printable-text.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ADDRESSES_MAX } from '../limits.ts'

/** Of an address that makes no sense. */
const SHOWN_CHARACTERS_MAX = 300

/** The part of an address that names it a relayed one. */
const CIRCUIT = 'p2p-circuit'
/** How a host is named in an address. */
const HOSTS: ReadonlySet<string> = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/**
 * Whether an address is a TCP port of a host, or another peer's that passes on what it gets. This peer dials nothing else:
 * libp2p would also connect to a socket in this machine's file system (`/unix/…`), a named pipe on Windows, when a peer
 * says that it is there.
 */
export function isTcpAddress(address: Multiaddr): boolean {
  const names = address.getComponents().map(({ name }) => name)
  const circuitAt = names.indexOf(CIRCUIT)
  const own = circuitAt < 0 ? names : names.slice(0, circuitAt)
  const [host = '', port, ...rest] = own.filter((name) => name !== 'ip6zone')
  if (circuitAt >= 0 && (own.at(-1) !== 'p2p' || !isPeerAtMost(names.slice(circuitAt + 1)))) return false
  // A relay that is connected is named by its key alone.
  if (circuitAt >= 0 && own.length === 1) return true
  return HOSTS.has(host) && port === 'tcp' && isPeerAtMost(rest)
}

const isPeerAtMost = (names: readonly string[]): boolean =>
  names.length === 0 || (names.length === 1 && names[0] === 'p2p')

/** The peer that an address is of, if it says so. Behind a relay's part comes the peer's own. */
export function peerOfAddress(address: Multiaddr): PeerId | undefined {
  const components = address.getComponents()
  const circuitAt = components.findLastIndex(({ name }) => name === CIRCUIT)
  return components.findLast(({ name }, at) => name === 'p2p' && at > circuitAt)?.value as PeerId | undefined
}

/**
 * Addresses to dial a peer at, each ending in `/p2p/PEER`; those that are no TCP port are left out, and so is what is no
 * multiaddress or names another peer, as long as anything else is there.
 * @throws FaultError `bad-input` when all make no sense, naming the first
 */
export function dialable(peer: PeerId, addresses: readonly string[]): Multiaddr[] {
  const targets: Multiaddr[] = []
  let firstFault: Fault | undefined
  for (const text of addresses.slice(0, ADDRESSES_MAX)) {
    try {
      targets.push(targetAt(peer, text))
    } catch (error) {
      const fault = onlyFault(error)
      firstFault ??= fault
    }
  }
  if (targets.length === 0 && firstFault !== undefined) throw new FaultError(firstFault)
  return targets.filter(isTcpAddress)
}

/** @throws FaultError `bad-input` when a text is no multiaddress or names another peer */
function targetAt(peer: PeerId, text: string): Multiaddr {
  const address = parseAddress(text)
  const named = peerOfAddress(address)
  if (named === undefined) return address.encapsulate(`/p2p/${peer}`)
  if (named !== peer) refuse('bad-input', `the address ${text} is that of another peer`)
  return address
}

/**
 * Checks the addresses that a user gave a peer to listen at, and to join the network through.
 * @throws FaultError `bad-input` naming the first wrong one
 */
export function checkAddresses({
  listen,
  bootstrap,
}: {
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
}): void {
  for (const text of listen) parseAddress(text)
  for (const text of bootstrap) {
    const address = parseAddress(text)
    const shown = printableLine(text.slice(0, SHOWN_CHARACTERS_MAX))
    if (!isTcpAddress(address)) refuse('bad-input', `${shown} is no TCP port of a host, and never dialled`)
    if (peerOfAddress(address) !== undefined) continue
    refuse(
      'bad-input',
      `${shown} does not say which peer to join the network through: it should end in /p2p/12D3KooW…`,
    )
  }
}

/** The peers to join a network through, each with all its addresses. @throws FaultError `bad-input` */
export function bootstrapPeers(addresses: readonly string[]): KnownPeer[] {
  const byPeer = new Map<PeerId, string[]>()
  for (const text of addresses) {
    const peer = peerOfAddress(parseAddress(text))
    if (peer === undefined) refuse('bad-input', `${text} does not say which peer to join the network through`)
    byPeer.set(peer, [...(byPeer.get(peer) ?? []), text])
  }
  return [...byPeer].map(([peer, known]) => ({ peer, addresses: known }))
}

/** A parsed multiaddress. @throws FaultError `bad-input` */
export function parseAddress(text: string): Multiaddr {
  try {
    return multiaddr(text)
  } catch (error) {
    const shown = printableLine(text.slice(0, SHOWN_CHARACTERS_MAX))
    refuse('bad-input', `not an address such as /ip4/192.0.2.7/tcp/4001: ${shown}`, error)
  }
}

/** The relay of an address that goes through one; undefined where it does not. */
export function relayOf(address: Multiaddr): PeerId | undefined {
  const components = address.getComponents()
  const circuitAt = components.findIndex(({ name }) => name === CIRCUIT)
  if (circuitAt < 0) return undefined
  const relay = components.slice(0, circuitAt).findLast(({ name }) => name === 'p2p')?.value
  return (relay ?? '') as PeerId
}
