import type { OwnReach, Reach } from '#contract'
import type { PeerState } from '../peer/state.ts'
import type { OwnReachFacts } from '../ports/own-reach.ts'
import type { Connection, PeerReach } from '../ports/reach.ts'

type Contacts = Readonly<PeerState>['contacts']

/** How somebody stands, in the contract's words. */
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
  return {
    listening: listening.kind === 'given' ? { kind: 'given', ports: [...listening.ports] } : listening,
    addresses: addresses.map(({ address, scope }) => ({ address, scope })),
    ipv6,
    nearby,
    reachability,
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
