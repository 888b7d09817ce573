import { hostAndPort, type Confirmation, type OwnReach } from '#contract'
import { useFormat, useText } from '../../state/text.tsx'
import { Facts, type Fact } from '../../ui/layout/facts.tsx'
import { relayNames, routerSteps } from './network-words.ts'
import classes from './network-section.module.css'

/** A clock that is off by less does no harm: what is signed is good for minutes. */
const CLOCK_OFF_MS = 30_000

interface Of {
  readonly reach: OwnReach
}

/** The facts of how this PC is reached: its router, relays, port, addresses, and who confirms it. */
export function NetworkFacts({ reach }: Of) {
  const { network: words } = useText().settings
  const { ipv6, nearby, confirmations } = reach
  return (
    <Facts
      facts={[
        { name: words.router.title, ...useRouter(reach) },
        { name: words.through.title, ...useThrough(reach) },
        ...useOwnPlaces(reach),
        { name: 'IPv6', value: words.ipv6[ipv6] },
        { name: words.nearby, value: nearby ? words.nearbyOn : words.nearbyOff },
        ...(confirmations.length === 0
          ? []
          : [{ name: words.confirmed, value: <Confirmations reach={reach} /> }]),
      ]}
    />
  )
}

function useRouter(reach: OwnReach): Omit<Fact, 'name'> {
  const { network: words } = useText().settings
  const format = useFormat()
  const { router } = words
  const { port_mapping: mapping } = reach
  switch (mapping.state) {
    case 'mapped':
      return {
        value: router.mapped(mapping.by),
        more: router.mappedAt(hostAndPort(mapping.address), format.time(mapping.since_ms)),
      }
    case 'asking':
      return { value: router.asking }
    case 'none':
      return { value: router.none, more: <ByHand reach={reach} why={router.why(mapping.why)} /> }
    case 'off':
      return mapping.allowed
        ? { value: router.noNeed, more: router.noNeedText }
        : { value: router.off, more: <ByHand reach={reach} /> }
  }
}

/** Why the router lets no connection in, and the steps by which its owner changes that. */
function ByHand({ reach, why }: Of & { readonly why?: string }) {
  const { network: words } = useText().settings
  const steps = routerSteps(reach, words)
  return (
    <>
      {why}
      {steps.length > 0 && (
        <div className={classes['by-hand']}>
          <p>{why === undefined ? words.router.steps.leadOff : words.router.steps.lead}</p>
          <ol>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      )}
    </>
  )
}

function useThrough(reach: OwnReach): Omit<Fact, 'name'> {
  const { through } = useText().settings.network
  const list = useList()
  if (reach.relays.length > 0) return { value: list(relayNames(reach)), more: through.means }
  return { value: through.none, more: reach.reachability === 'open' ? through.notNeeded : through.wanted }
}

/** Writes names one after the other, as the language does. */
export function useList(): (names: readonly string[]) => string {
  const { language } = useFormat()
  return (names) => new Intl.ListFormat(language, { type: 'conjunction' }).format(names)
}

function useOwnPlaces(reach: OwnReach): Fact[] {
  const { network: words } = useText().settings
  const format = useFormat()
  const list = useList()
  const { listening, addresses, relays } = reach
  // Those at friends are long, several for each, and say no more than the friends' names.
  const own = addresses.filter(({ scope }) => scope !== 'relay')
  const atFriends = addresses.length - own.length
  return [
    {
      name: words.port,
      ...(listening.kind === 'kept'
        ? { value: String(listening.port), more: words.portKept }
        : listening.kind === 'given'
          ? { value: listening.ports.join(', '), more: words.portGiven }
          : { value: words.nowhere }),
    },
    {
      name: words.addresses,
      value:
        addresses.length === 0
          ? words.noAddresses
          : own.map(({ address, scope }) => (
              <div key={address} className={classes['address']}>
                <code>{address}</code>
                <span className={classes['dim']}>{words.scope[scope]}</span>
              </div>
            )),
      ...(atFriends === 0 || relays.length === 0
        ? {}
        : { more: words.addressesAt(format.number(atFriends), list(relayNames(reach))) }),
    },
  ]
}

function Confirmations({ reach }: Of) {
  const { network: words } = useText().settings
  const format = useFormat()
  return reach.confirmations.map((one) => (
    <div key={one.peer_id} className={classes['confirmation']}>
      {words.said(one.name, words.outcome[one.outcome], format.ago(one.at_ms))}
      {clockIsOff(one) && (
        <div className={classes['dim']}>
          {words.clockOff(one.name, format.duration(Math.abs(one.clock.ahead_ms)), one.clock.ahead_ms > 0)}
        </div>
      )}
    </div>
  ))
}

type WithClock = Confirmation & { readonly clock: NonNullable<Confirmation['clock']> }

function clockIsOff(one: Confirmation): one is WithClock {
  return one.clock !== undefined && Math.abs(one.clock.ahead_ms) - one.clock.error_ms > CLOCK_OFF_MS
}
