import type { NetworkChoices } from '../../ports/network-choices.ts'
import type { OwnReach, OwnReachFacts } from '../../ports/own-reach.ts'
import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { bareAddress } from '../dialing/dialer.ts'
import { scopeOf } from '../addresses/shareable-addresses.ts'

/** Dependencies of the own reach. */
export interface OwnReachParts {
  readonly transport: Transport
  /** The port that this peer has kept; absent when the user said where to listen. */
  readonly keptPort?: number
  readonly mdns: boolean
  /** Those who are contacts at this moment. */
  readonly isContact: (peer: PeerId) => boolean
  /** The user's choices about it, and what came of them. */
  readonly choices: Pick<NetworkChoices, 'portMapping' | 'mapsPort' | 'relaying' | 'joinThrough' | 'onChange'>
}

/** Knows how this peer can be reached. */
export function createOwnReach(parts: OwnReachParts): OwnReach {
  const { transport, isContact, choices } = parts

  const addresses = () => transport.addresses().map((address) => bareAddress(address, transport.peer))

  function listening(bare: readonly string[]): OwnReachFacts['listening'] {
    const mapping = choices.portMapping()
    const atRouter = mapping.state === 'mapped' ? mapping.address : undefined
    const ports = listenPorts(bare.filter((address) => address !== atRouter))
    if (ports.length === 0) return { kind: 'nowhere' }
    const { keptPort } = parts
    return keptPort !== undefined && ports.includes(keptPort)
      ? { kind: 'kept', port: keptPort }
      : { kind: 'given', ports }
  }

  function now(): OwnReachFacts {
    const bare = addresses()
    const confirmations = transport.confirmations().filter(({ peer }) => isContact(peer))
    return {
      listening: listening(bare),
      addresses: bare.map((address) => ({ address, scope: scopeOf(address) })),
      ipv6: ipv6Of(bare),
      nearby: parts.mdns,
      reachability: reachabilityOf(transport, confirmations),
      confirmations,
      portMapping: { ...choices.portMapping(), allowed: choices.mapsPort() },
      relays: transport.relays(),
      relaying: { choice: choices.relaying(), ...transport.relaying() },
      joinThrough: choices.joinThrough(),
    }
  }

  return {
    now,
    async check(options) {
      await transport.checkReach(options)
      return now()
    },
    onChange(listener) {
      const stops = [
        transport.onAddresses(listener),
        transport.onOwnReach(listener),
        choices.onChange(listener),
      ]
      return () => stops.forEach((stop) => stop())
    },
  }
}

/** The TCP ports of addresses at which a peer itself listens. */
function listenPorts(bare: readonly string[]): number[] {
  const ports = bare
    .filter((address) => scopeOf(address) !== 'relay')
    .map((address) => /\/tcp\/(\d+)/.exec(address)?.[1])
    .filter((port) => port !== undefined)
  return [...new Set(ports.map(Number))]
}

function ipv6Of(bare: readonly string[]): OwnReachFacts['ipv6'] {
  const scopes = bare.filter((address) => address.startsWith('/ip6')).map(scopeOf)
  if (scopes.includes('internet')) return 'internet'
  return scopes.includes('local') ? 'local' : 'none'
}

function reachabilityOf(
  transport: Transport,
  confirmations: OwnReachFacts['confirmations'],
): OwnReachFacts['reachability'] {
  const { state } = transport.reachability()
  if (state === 'public') return 'open'
  if (state === 'private') return 'closed'
  return confirmations.some(({ outcome }) => outcome === 'open') ? 'local' : 'unknown'
}
