import { homeNetworkOf, type OwnReach } from '#contract'
import type { Messages } from '#text'

type Words = Messages['settings']['network']

/** How this PC is reached: as contacts confirm it, or through friends, or with the router's word alone. */
export type VerdictKind = OwnReach['reachability'] | 'relayed' | 'mapped'

/** The answer to "am I reached?", and what to do where the answer could be better. */
export interface Verdict {
  readonly kind: VerdictKind
  readonly sentence: string
  readonly todo?: string
}

/** How this PC is reached on the whole. */
function verdictKind({ reachability, relays, port_mapping }: OwnReach): VerdictKind {
  if (reachability === 'open') return 'open'
  if (relays.length > 0) return 'relayed'
  return reachability === 'unknown' && port_mapping.state === 'mapped' ? 'mapped' : reachability
}

/** How this PC is reached, in words with advice. `connected`: how many people are connected and could be asked. */
export function networkVerdict(
  reach: OwnReach,
  connected: number,
  words: Words,
  list: (names: readonly string[]) => string,
): Verdict {
  const kind = verdictKind(reach)
  const isMapped = reach.port_mapping.state === 'mapped'
  switch (kind) {
    case 'open':
      return { kind, sentence: words.verdict.open }
    case 'relayed':
      return {
        kind,
        sentence: words.relayed(list(relayNames(reach))),
        todo: isMapped ? words.todo.relayedMapped : words.todo.relayed,
      }
    case 'closed':
      return { kind, sentence: words.verdict.closed, todo: closedTodo(reach, words) }
    case 'local':
      return { kind, sentence: words.verdict.local, todo: words.nobodyOutside }
    case 'mapped':
    case 'unknown':
      return {
        kind,
        sentence: kind === 'mapped' ? words.mapped : words.verdict.unknown,
        todo: connected > 0 ? words.askThem : words.nobodyToAsk,
      }
  }
}

function closedTodo(reach: OwnReach, words: Words): string {
  if (reach.port_mapping.state === 'mapped') return words.todo.closedMapped
  // There is no router to ask where this PC has a public address of its own.
  return reach.addresses.some(({ address, scope }) => scope === 'internet' && address.startsWith('/ip4/'))
    ? words.todo.closedPublic(portWords(reach, words))
    : words.todo.closed
}

/** Names of this PC's relays; of one without a name, its peer id's end. */
export function relayNames({ relays }: Pick<OwnReach, 'relays'>): readonly string[] {
  return relays.map(({ name, peer_id }) => (name === '' ? peer_id.slice(-6) : name))
}

/** By which steps the router lets others in, where it does not by itself; empty where there is nothing to do. */
export function routerSteps(reach: OwnReach, words: Words): readonly string[] {
  const { port_mapping, reachability, addresses } = reach
  const isOff = port_mapping.state === 'off' && !port_mapping.allowed
  // Without an address in a local network, no router can let others in.
  const isBehind = addresses.some(({ scope }) => scope === 'local')
  if (!(port_mapping.state === 'none' || isOff) || reachability === 'open' || !isBehind) return []
  const { steps } = words.router
  const home = homeNetworkOf(reach)
  const port = portWords(reach, words)
  return [
    home === undefined ? steps.openUnknown : steps.open(`http://${home.router}`),
    isOff ? steps.lookOff : steps.look,
    home === undefined ? steps.forwardUnknown(port) : steps.forward(port, home.own),
  ]
}

/** The port that others are to be let in at. */
function portWords({ listening }: OwnReach, words: Words): string {
  const port = listening.kind === 'kept' ? listening.port : undefined
  const known = port ?? (listening.kind === 'given' ? listening.ports[0] : undefined)
  return known === undefined ? words.ownPort : words.tcpPort(String(known))
}
