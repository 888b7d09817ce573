import { homeNetworkOf, hostAndPort, type OwnReach, type PortMapping } from '#contract'

/** Says in one clause whether the router lets others in. */
export function routerText(mapping: PortMapping): string {
  switch (mapping.state) {
    case 'mapped':
      return `lets others in at ${hostAndPort(mapping.address)} (${mapping.by}), since ${new Date(mapping.since_ms).toLocaleString()}`
    case 'asking':
      return 'is being asked to let others in'
    case 'none':
      return `lets nobody in by itself (${mapping.why})`
    case 'off':
      return mapping.allowed
        ? 'not asked: there is no need, this peer has a public address or listens for this machine alone'
        : 'not asked, as you chose (meshctl network --map-port on)'
  }
}

/** How a user makes a router let others in by hand, beginning with a verb. */
export function forwardText(reach: Pick<OwnReach, 'listening' | 'addresses'>): string {
  const { listening } = reach
  const port =
    listening.kind === 'kept'
      ? `TCP port ${listening.port}`
      : listening.kind === 'given' && listening.ports[0] !== undefined
        ? `TCP port ${listening.ports[0]}`
        : 'its TCP port'
  const home = homeNetworkOf(reach)
  return home === undefined
    ? `forward ${port} to this machine at the router’s page`
    : `open http://${home.router} (or what is printed on the router) in a browser and forward ${port} to ${home.own}, this machine`
}

/** Names of the relays of a peer: `Cy and Dee`. */
export function relayNames(relays: OwnReach['relays']): string {
  return relays.map(({ name, peer_id }) => (name === '' ? peer_id : name)).join(' and ')
}

/** Whether contacts reach each other through this peer, in one clause. */
export function relayingText({ choice, is_on, lines }: OwnReach['relaying']): string {
  const byItself = 'by itself while others reach this peer from outside'
  if (!is_on)
    return choice === 'auto' ? `not at this moment; ${byItself}` : 'off (meshctl network --relay on)'
  const now = `contacts reach each other through this peer; ${lines} ${lines === 1 ? 'connection' : 'connections'} at this moment`
  return choice === 'auto' ? `${now}; ${byItself}` : now
}
