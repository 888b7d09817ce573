import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { faultOf, refuse } from '../../protocol/fault.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PortMapping } from '../../ports/port-mapping.ts'
import { PORT_MIN } from '../../protocol/dial-back.ts'
import {
  MAPPING_AGAIN_MS_MAX,
  MAPPING_AGAIN_MS_MIN,
  MAPPING_MS_MAX,
  MAPPING_S,
  MAPPING_S_MIN,
  ROUTERS_MAX,
  UNMAPPING_MS_MAX,
} from '../limits.ts'
import { createListeners } from '../listeners.ts'
import type { MappedPort, MappingRequest } from './mapped-port.ts'
import { mapByPmp } from './nat-pmp.ts'
import { isLoopback, isOutside } from '../addresses/shareable-addresses.ts'
import { findUpnpRouters, mapByUpnp, unmapByUpnp } from './upnp.ts'

/** A router's word, and how to take it back. */
export interface Mapped extends MappedPort {
  readonly by: 'NAT-PMP' | 'UPnP'
  readonly unmap: (signal: AbortSignal) => Promise<void>
}

/** Dependencies of the port mapping. */
export interface PortMappingParts {
  readonly clock: Clock
  /** The TCP port that this peer listens at, in IPv4, beyond this machine; undefined where it does not. */
  readonly port: () => number | undefined
  /** Told of the addresses at which routers let others in, without this peer's id. */
  readonly announce: (addresses: readonly string[]) => void
  /** Asks routers for a port. @throws FaultError with the reason; those of this machine's networks when absent */
  readonly map?: (port: number, signal: AbortSignal) => Promise<Mapped>
  /** Whether an IP address can be reached from anywhere; as it is on the internet when absent. */
  readonly isOutside?: (host: string) => boolean
}

/** Keeps a port of the home's router mapped to this peer, as long as it runs. */
export interface PortMapper {
  /** From now on, in the background. */
  start(): void
  /** The network is another one: its router is asked. */
  networkChanged(): void
  state(): PortMapping
  /** Calls back when `state` says something else, until the returned function is called. */
  onChange(listener: () => void): () => void
  /** Gives the port back; takes two seconds at most. */
  stop(): Promise<void>
}

/** A mapper that asks no router before `start`. */
export function createPortMapper(parts: PortMappingParts): PortMapper {
  const { clock, port, announce, map = mapAtRouters } = parts
  const isUsable = parts.isOutside ?? isOutside
  let state: PortMapping = { state: 'off' }
  let mapped: Mapped | undefined
  let running: Attempt | undefined
  let cancelNext: (() => void) | undefined
  let failures = 0
  let isStarted = false
  const news = createListeners()

  function become(next: PortMapping): void {
    state = next
    news.tell()
  }

  function later(ms: number): void {
    cancelNext?.()
    cancelNext = clock.after(ms, ask)
  }

  function ask(): void {
    const internal = port()
    if (!isStarted || running !== undefined) return
    if (internal === undefined) return later(MAPPING_AGAIN_MS_MAX)
    if (mapped === undefined) become({ state: 'asking' })
    const attempt = attemptMapping(map, internal, { took, failed })
    running = attempt
    void attempt.done.then(() => {
      if (running === attempt) running = undefined
    })
  }

  function took(now: Mapped): void {
    // Contacts do not try such ports, and must not be sent to another program's port.
    if (now.port < PORT_MIN) return failed(`the router gave port ${now.port}`)
    failures = 0
    mapped = now
    if (isUsable(now.host)) {
      const address = `/ip4/${now.host}/tcp/${now.port}`
      const sinceMs = state.state === 'mapped' && state.address === address ? state.sinceMs : clock.nowMs()
      become({ state: 'mapped', by: now.by, address, sinceMs })
      announce([address])
    } else {
      // Behind another router, or its provider's: what it maps leads to nowhere.
      become({ state: 'none', why: `the router has no public address itself, but ${now.host}` })
      announce([])
    }
    // Routers say all that fits into 32 bits, or nothing; a timer of more than 24 days would fire at once.
    later((Math.min(Math.max(now.seconds, MAPPING_S_MIN), MAPPING_S) * 1_000) / 2)
  }

  function failed(why: string): void {
    mapped = undefined
    become({ state: 'none', why })
    announce([])
    later(Math.min(MAPPING_AGAIN_MS_MAX, MAPPING_AGAIN_MS_MIN * 2 ** Math.min(failures, 30)))
    failures += 1
  }

  return {
    start() {
      isStarted = true
      later(0)
    },
    networkChanged() {
      if (!isStarted) return
      failures = 0
      later(0)
    },
    state: () => state,
    onChange: (listener) => news.on(listener),
    async stop() {
      isStarted = false
      cancelNext?.()
      running?.abort.abort()
      const ending = running?.done
      const given = mapped && giveBack(mapped)
      mapped = undefined
      if (state.state === 'mapped') announce([])
      become({ state: 'off' })
      await within(clock, UNMAPPING_MS_MAX, Promise.all([ending, given]))
    },
  }
}

/** One request to the routers, under way. */
interface Attempt {
  readonly abort: AbortController
  readonly done: Promise<void>
}

/** Asks routers once. An answer that comes after the attempt was aborted is given back. */
function attemptMapping(
  map: (port: number, signal: AbortSignal) => Promise<Mapped>,
  port: number,
  { took, failed }: { readonly took: (now: Mapped) => void; readonly failed: (why: string) => void },
): Attempt {
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(MAPPING_MS_MAX)])
  const done = map(port, signal)
    .then(async (now) => {
      if (abort.signal.aborted) await giveBack(now)
      else took(now)
    })
    .catch((error: unknown) => {
      if (!abort.signal.aborted) failed(faultOf(error, 'unreachable').message)
    })
  return { abort, done }
}

/** Gives a port back. A router that does not answer, or refuses, ends the mapping by itself when its time is over. */
async function giveBack(mapped: Mapped): Promise<void> {
  await mapped.unmap(AbortSignal.timeout(UNMAPPING_MS_MAX)).catch(() => undefined)
}

/** Waits for some work, at most this long. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>()
  const cancel = clock.after(ms, () => resolve(undefined))
  await Promise.race([work, tooLate])
  cancel()
}

/**
 * The port that a router may be asked for: where this peer listens in IPv4 in a private network, and has no public address
 * beside. Undefined where it listens on this machine alone, as in tests and demonstrations.
 */
export function portBehindRouter(addresses: readonly string[], known: PortMapping): number | undefined {
  const mapped = known.state === 'mapped' ? known.address : undefined
  const own = addresses.flatMap((address) => {
    const [, host, port] = /^\/ip4\/([\d.]+)\/tcp\/(\d+)(?:\/p2p\/\w+)?$/.exec(address) ?? []
    const isOwn = mapped === undefined || !address.startsWith(`${mapped}/`)
    return host === undefined || isLoopback(address) || !isOwn ? [] : [{ host, port: Number(port) }]
  })
  return own.some(({ host }) => isOutside(host)) ? undefined : own[0]?.port
}

/** Asks the routers of this machine's networks, by NAT-PMP and then by UPnP; the first that maps the port is enough. */
async function mapAtRouters(port: number, signal: AbortSignal): Promise<Mapped> {
  const locals = privateAddresses()
  if (locals.length === 0) refuse('unreachable', 'this PC is in no home network')
  const request = { internalPort: port, externalPort: port, seconds: MAPPING_S }
  const reasons: string[] = []
  // One after the other: a router that does both would map the port twice.
  const ways = [
    ...(await defaultRouters(locals)).map((router) => () => byPmp(router, request, signal)),
    () => byUpnp(locals, request, signal),
  ]
  for (const way of ways) {
    try {
      return await way()
    } catch (error) {
      reasons.push(faultOf(error, 'unreachable').message)
    }
  }
  refuse('unreachable', reasons.join('; '))
}

async function byPmp(router: string, request: MappingRequest, signal: AbortSignal): Promise<Mapped> {
  try {
    const mapped = await mapByPmp(router, request, signal)
    const unmap = async (within: AbortSignal): Promise<void> => {
      await mapByPmp(router, { ...request, seconds: 0 }, within)
    }
    return { ...mapped, by: 'NAT-PMP', unmap }
  } catch (error) {
    refuse('unreachable', `NAT-PMP at ${router}: ${faultOf(error, 'unreachable').message}`, error)
  }
}

async function byUpnp(
  locals: readonly string[],
  request: MappingRequest,
  signal: AbortSignal,
): Promise<Mapped> {
  const routers = await findUpnpRouters(locals, signal)
  const reasons: string[] = []
  for (const router of routers) {
    try {
      const mapped = await mapByUpnp(router, request, signal)
      return { ...mapped, by: 'UPnP', unmap: (within) => unmapByUpnp(router, mapped.port, within) }
    } catch (error) {
      reasons.push(faultOf(error, 'unreachable').message)
    }
  }
  refuse('unreachable', `UPnP: ${reasons.length === 0 ? 'no router answers' : reasons.join('; ')}`)
}

/** This machine's addresses in private networks. */
function privateAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !isOutside(address))
    .map(({ address }) => address)
    .slice(0, ROUTERS_MAX)
}

const ROUTES_FILE = '/proc/net/route'

/** The routers of this machine, where the system tells; elsewhere the first address of each network, as nearly all have. */
async function defaultRouters(locals: readonly string[]): Promise<string[]> {
  const text = process.platform === 'linux' ? await readFile(ROUTES_FILE, 'utf8').catch(() => '') : ''
  const told = text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter(([, destination, gateway]) => destination === '00000000' && gateway !== undefined)
    .map(([, , gateway = '']) => [...Buffer.from(gateway, 'hex')].reverse().join('.'))
  const guessed = locals.map((local) => local.replace(/\.\d+$/, '.1'))
  return [...new Set(told.length > 0 ? told : guessed)].slice(0, ROUTERS_MAX)
}
