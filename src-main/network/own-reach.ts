import type { Clock } from '../ports/clock.ts'
import type { Confirmation, OwnReach, OwnReachFacts } from '../ports/own-reach.ts'
import type { Transport } from '../ports/transport.ts'
import { DIAL_BACK_PORTS_MAX } from '../protocol/dial-back.ts'
import type { PeerId } from '../protocol/ids.ts'
import { createDialBack } from './dial-back.ts'
import { bareAddress } from './dialer.ts'
import { scopeOf } from './shareable-addresses.ts'

/** Contacts who are asked at a time: more say the same. */
const ASKED_MAX = 5

/** What it acts through. */
export interface OwnReachParts {
  readonly transport: Transport
  readonly clock: Clock
  /** The port that this peer has kept; absent when the user said where to listen. */
  readonly keptPort?: number
  readonly mdns: boolean
  /** Those who are contacts at this moment. */
  readonly isContact: (peer: PeerId) => boolean
}

/** Knows how this peer can be reached, and answers contacts who want to know it of themselves after `start`. */
export function createOwnReach(parts: OwnReachParts): OwnReach & { start(): void } {
  const { transport, clock, isContact } = parts
  const dialBack = createDialBack({ transport, clock })
  const listeners = new Set<() => void>()
  let confirmations: readonly Confirmation[] = []
  let checking: Promise<void> | undefined

  const addresses = () => transport.addresses().map((address) => bareAddress(address, transport.peer))

  function listening(bare: readonly string[]): OwnReachFacts['listening'] {
    const ports = listenPorts(bare)
    if (ports.length === 0) return { kind: 'nowhere' }
    const { keptPort } = parts
    return keptPort !== undefined && ports.includes(keptPort)
      ? { kind: 'kept', port: keptPort }
      : { kind: 'given', ports }
  }

  function now(): OwnReachFacts {
    const bare = addresses()
    const known = confirmations.filter(({ peer }) => isContact(peer))
    return {
      listening: listening(bare),
      addresses: bare.map((address) => ({ address, scope: scopeOf(address) })),
      ipv6: ipv6Of(bare),
      nearby: parts.mdns,
      reachability: reachabilityOf(known),
      confirmations: known,
    }
  }

  async function askAll(signal: AbortSignal): Promise<void> {
    const ports = listenPorts(addresses()).slice(0, DIAL_BACK_PORTS_MAX)
    const asked = transport
      .connections()
      .filter(({ peer }) => isContact(peer))
      // Those who are farthest see what others would see.
      .sort((a, b) => Number(b.scope === 'internet') - Number(a.scope === 'internet'))
      .slice(0, ASKED_MAX)
    const said = await Promise.all(asked.map(({ peer }) => dialBack.ask(peer, ports, { signal })))
    const latest = new Map(confirmations.map((one) => [one.peer, one]))
    for (const one of said) {
      // Whoever was asked a moment ago does not answer again so soon; what it said then stands.
      if (one.outcome !== 'no-word' || !latest.has(one.peer)) latest.set(one.peer, one)
    }
    confirmations = [...latest.values()].sort((a, b) => b.atMs - a.atMs).slice(0, 2 * ASKED_MAX)
    for (const listener of [...listeners]) listener()
  }

  return {
    start: () => dialBack.start(),
    now,
    async check({ signal }) {
      checking ??= askAll(signal).finally(() => (checking = undefined))
      await checking
      return now()
    },
    onChange(listener) {
      const entry = () => listener()
      listeners.add(entry)
      const stop = transport.onAddresses(entry)
      return () => {
        listeners.delete(entry)
        stop()
      }
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

function reachabilityOf(confirmations: readonly Confirmation[]): OwnReachFacts['reachability'] {
  const tried = confirmations.filter(({ scope }) => scope !== undefined)
  const far = tried.filter(({ scope }) => scope === 'internet')
  if (far.some(({ outcome }) => outcome === 'open')) return 'open'
  if (far.length > 0) return 'closed'
  return tried.some(({ outcome }) => outcome === 'open') ? 'local' : 'unknown'
}
