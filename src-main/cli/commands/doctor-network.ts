import type { Confirmation, LookFailure, OwnReach, Person } from '#contract'
import { forwardText, relayingText, relayNames, routerText } from '../output/own-reach-text.ts'
import { failureText } from '../output/reach-text.ts'
import { durationText } from '../output/units-text.ts'
import type { Finding } from './finding.ts'

/** Clocks that differ by more are worth setting: others' signatures are valid for minutes. */
const CLOCK_OFF_MS = 30_000

/** Advice for a person who is not reached. */
const TODO: Record<LookFailure['kind'], string> = {
  'no-address': 'connect with somebody who knows them too, or pair again',
  'turned-away': 'ask whether they have blocked or forgotten this peer',
  'no-answer':
    'they are offline or behind a router that lets nobody in; a friend of both who relays would do ' +
    '(meshctl network --relay on, on a peer that is reached from outside), or one of you forwards a port',
  refused: 'ask them to start Meshwork',
  'no-route': 'look whether this machine is online',
  'another-peer': 'connect with somebody who knows them too, or pair again',
}

/** Findings about how this peer is reached and reaches others, with advice where something is wrong. */
export function examineNetwork(reach: OwnReach, people: readonly Person[], nowMs: number): Finding[] {
  const clock = clockFinding(reach.confirmations)
  return [
    portFinding(reach.listening),
    addressesFinding(reach),
    ipv6Finding(reach.ipv6),
    outsideFinding(
      reach,
      people.some(({ connected }) => connected),
    ),
    routerFinding(reach),
    relaysFinding(reach),
    { what: 'relaying', verdict: 'fine', found: relayingText(reach.relaying) },
    ...(clock === undefined ? [] : [clock]),
    reach.nearby
      ? { what: 'nearby', verdict: 'fine', found: 'peers of the same network find each other (mDNS)' }
      : {
          what: 'nearby',
          verdict: 'weak',
          found: 'mDNS is off; start without --no-mdns to find peers of the same network',
        },
    ...people.filter(({ connected }) => !connected).map((person) => missingFinding(person, nowMs)),
  ]
}

function portFinding(listening: OwnReach['listening']): Finding {
  switch (listening.kind) {
    case 'kept':
      return { what: 'port', verdict: 'fine', found: `listens at TCP port ${listening.port}, which it keeps` }
    case 'given':
      return {
        what: 'port',
        verdict: 'fine',
        found: `listens at TCP port ${listening.ports.join(' and ')}, as --listen says`,
      }
    case 'nowhere':
      return {
        what: 'port',
        verdict: 'wrong',
        found:
          'listens nowhere, so that nobody can connect; start it without --listen, or at another address',
      }
  }
}

function addressesFinding({ addresses }: OwnReach): Finding {
  const count = (of: OwnReach['addresses'][number]['scope']): number =>
    addresses.filter(({ scope }) => scope === of).length
  const parts = [
    [count('internet'), 'of the internet'],
    [count('local'), 'of its own network'],
    [count('relay'), 'through others'],
    [count('machine'), 'of this machine alone'],
  ] as const
  const found = parts
    .filter(([many]) => many > 0)
    .map(([many, where]) => `${many} ${where}`)
    .join(', ')
  return addresses.some(({ scope }) => scope !== 'machine')
    ? { what: 'addresses', verdict: 'fine', found }
    : {
        what: 'addresses',
        verdict: 'weak',
        found: `${found === '' ? 'none' : found}; look whether this machine is online`,
      }
}

function ipv6Finding(ipv6: OwnReach['ipv6']): Finding {
  return ipv6 === 'internet'
    ? { what: 'ipv6', verdict: 'fine', found: 'there is an address of the internet' }
    : {
        what: 'ipv6',
        verdict: 'weak',
        found: `${ipv6 === 'none' ? 'none' : 'within its own network only'}; where a router offers it, friends often connect directly by it`,
      }
}

/** Whether another peer confirms that the port is open from where it is. */
function outsideFinding(reach: OwnReach, isConnected: boolean): Finding {
  const what = 'from outside'
  const { reachability, confirmations } = reach
  const said = confirmations.map(({ name, outcome }) => `${name}: ${OUTCOMES[outcome]}`).join('; ')
  switch (reachability) {
    case 'open':
      return { what, verdict: 'fine', found: `others get in from the internet (${said})` }
    case 'local':
      return {
        what,
        verdict: 'fine',
        found: `others get in from the same network (${said}); nobody outside was asked`,
      }
    case 'closed':
      return { what, verdict: 'weak', found: closedText(reach, said) }
    case 'unknown':
      return {
        what,
        verdict: 'weak',
        found: isConnected
          ? `nobody could say (${said === '' ? 'nobody was asked' : said}); try again in ten seconds`
          : 'nobody is connected who could be asked',
      }
  }
}

/** The finding that no peer gets in from the internet, with advice. */
function closedText(reach: OwnReach, said: string): string {
  const { relays, port_mapping } = reach
  const isRelayed = relays.length > 0
  const nobody = isRelayed
    ? `nobody gets in directly (${said}), friends come through ${relayNames(relays)}; to make it direct: `
    : `nobody gets in from the internet (${said}); `
  const todo =
    port_mapping.state === 'mapped'
      ? 'the router was told to let them in: look whether there is another router, or a firewall, before this machine'
      : forwardText(reach)
  return `${nobody}${todo}${isRelayed ? '' : `; or ${ASK_FRIEND}`}`
}

const ASK_FRIEND = 'ask a friend who is reached from outside to relay (meshctl network --relay on)'

/** Whether the router lets others in because this peer has asked it to. */
function routerFinding({ port_mapping, reachability }: OwnReach): Finding {
  const { state, allowed } = port_mapping
  const isLacking = state === 'none' || (state === 'off' && !allowed)
  const isWeak = isLacking && reachability !== 'open'
  const todo =
    isWeak && state === 'none' ? '; switch UPnP or NAT-PMP on at its page, or forward the port there' : ''
  return { what: 'router', verdict: isWeak ? 'weak' : 'fine', found: `${routerText(port_mapping)}${todo}` }
}

/** The relays through which this peer is reached. */
function relaysFinding({ relays, reachability }: OwnReach): Finding {
  const what = 'relays'
  if (relays.length > 0) {
    return {
      what,
      verdict: 'fine',
      found: `reached through ${relayNames(relays)}; large blobs wait for a direct connection`,
    }
  }
  return reachability === 'closed'
    ? { what, verdict: 'weak', found: `none passes anything on to this peer; ${ASK_FRIEND}` }
    : { what, verdict: 'fine', found: 'none is used' }
}

const OUTCOMES: Record<Confirmation['outcome'], string> = {
  open: 'got through',
  refused: 'is refused',
  'no-answer': 'gets no answer',
  'not-tried': 'could not try, being connected through others',
  'no-word': 'did not say',
}

/** This machine's clock against those of the peers that were asked; undefined where none answered. */
function clockFinding(confirmations: readonly Confirmation[]): Finding | undefined {
  const clocks = confirmations.flatMap(({ name, clock }) => (clock === undefined ? [] : [{ name, ...clock }]))
  const [first, ...others] = clocks
  if (first === undefined) return undefined
  const offBy = ({ ahead_ms, error_ms }: typeof first): number => Math.max(0, Math.abs(ahead_ms) - error_ms)
  const worst = others.reduce((most, one) => (offBy(one) > offBy(most) ? one : most), first)
  const side = worst.ahead_ms > 0 ? 'ahead of' : 'behind'
  return offBy(worst) <= CLOCK_OFF_MS
    ? { what: 'clock', verdict: 'fine', found: `agrees with ${clocks.length} asked` }
    : {
        what: 'clock',
        verdict: 'weak',
        found: `that of ${worst.name} is ${durationText(Math.abs(worst.ahead_ms))} ${side} this one; set both by the internet`,
      }
}

function missingFinding({ name, reach }: Person, nowMs: number): Finding {
  if (reach === undefined || !('tries' in reach))
    return { what: 'person', verdict: 'weak', found: `${name} is away` }
  const { state, since_ms, tries, next_try_ms, failure } = reach
  const next =
    next_try_ms === undefined || next_try_ms <= nowMs ? 'now' : `in ${durationText(next_try_ms - nowMs)}`
  const why = failure === undefined ? '' : `: ${failureText(failure)}; ${TODO[failure.kind]}`
  return {
    what: 'person',
    verdict: 'weak',
    found: `${name} is ${state === 'looking' ? 'looked for' : 'unreachable'} for ${durationText(Math.max(0, nowMs - since_ms))}, tried ${tries} times, next ${next}${why}`,
  }
}
