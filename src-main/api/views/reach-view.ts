import type { OwnReach, Reach } from '#contract'
import type { PeerState } from '../../peer/state.ts'
import type { OwnReachFacts } from '../../ports/own-reach.ts'
import type { Connection, PeerReach } from '../../ports/reach.ts'

type Contacts = PeerState['pairing']['contacts']

/** The reach of a peer, in the contract's words. */
export function reachView(reach: PeerReach, contacts: Contacts): Reach {
  if (reach.state === 'connected') return connectionView(reach.connection, contacts)
  const { state, sinceMs, tries, nextTryMs, failure } = reach
  return {
    state,
    since_ms: sinceMs,
    tries,
    ...(nextTryMs === undefined ? {} : { next_try_ms: Math.round(nextTryMs) }),
    ...(failure === undefined ? {} : { failure: { ...failure } }),
  }
}

/** A connection, in the contract's words. */
export function connectionView(connection: Connection, contacts: Contacts): Reach {
  const { route, scope, through, address, sinceMs } = connection
  if (route === 'relayed' || scope === 'relay') {
    const name = through === undefined ? undefined : contacts.get(through)?.name
    return {
      state: 'relayed',
      ...(through === undefined ? {} : { through }),
      ...(name === undefined ? {} : { through_name: name }),
      since_ms: sinceMs,
    }
  }
  const family = address.startsWith('/ip6') ? 'ip6' : 'ip4'
  return { state: 'direct', over: scope === 'internet' ? family : scope, address, since_ms: sinceMs }
}

/** How this PC can be reached, in the contract's words. */
export function ownReachView(facts: OwnReachFacts, contacts: Contacts): OwnReach {
  const { listening, addresses, ipv6, nearby, reachability, confirmations } = facts
  const { portMapping, relays, relaying, joinThrough } = facts
  return {
    listening: listening.kind === 'given' ? { kind: 'given', ports: [...listening.ports] } : listening,
    addresses: addresses.map(({ address, scope }) => ({ address, scope })),
    ipv6,
    nearby,
    reachability,
    port_mapping: portMappingView(portMapping),
    relays: relays.map((peer) => ({ peer_id: peer, name: contacts.get(peer)?.name ?? '' })),
    relaying: { choice: relaying.choice, is_on: relaying.isOn, lines: relaying.lines },
    join_through: [...joinThrough],
    confirmations: confirmations.map(({ peer, atMs, outcome, scope, address, clock }) => ({
      peer_id: peer,
      name: contacts.get(peer)?.name ?? '',
      at_ms: atMs,
      outcome,
      ...(scope === undefined ? {} : { scope }),
      ...(address === undefined ? {} : { address }),
      ...(clock === undefined ? {} : { clock: { ahead_ms: clock.aheadMs, error_ms: clock.errorMs } }),
    })),
  }
}

function portMappingView(mapping: OwnReachFacts['portMapping']): OwnReach['port_mapping'] {
  if (mapping.state !== 'mapped') return mapping
  const { sinceMs, ...told } = mapping
  return { ...told, since_ms: sinceMs }
}
