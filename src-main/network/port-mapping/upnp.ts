import { createSocket, type Socket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { FaultError, refuse } from '../../protocol/fault.ts'
import { ROUTER_TEXT_BYTES_MAX, ROUTERS_MAX, SSDP_MORE_MS, SSDP_MS_MAX } from '../limits.ts'
import type { MappedPort, MappingRequest } from './mapped-port.ts'
import { isOutside } from '../addresses/shareable-addresses.ts'

const SSDP_PORT = 1_900
const SSDP_GROUP = '239.255.255.250'
/** Devices of the first and the second version; many routers that are sold are of the first. */
const SOUGHT = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
]
const SERVICE = /^urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:[12]$/
const DESCRIPTION = 'Meshwork'
/** Errors of a router: it maps without an end only; the port belongs to another device. */
const ONLY_PERMANENT = '725'
const TAKEN = '718'
/** Ports that are asked for beside the own one when that is taken. */
const OTHER_PORTS = 3

/** A router that was found: where it is asked, and as which service. */
export interface UpnpRouter {
  readonly control: URL
  readonly service: string
  /** This machine's address towards it. */
  readonly local: string
}

/** Looks for routers in this machine's networks. The descriptions are believed of the machine alone that sent them. */
export async function findUpnpRouters(locals: readonly string[], signal: AbortSignal): Promise<UpnpRouter[]> {
  const found = await Promise.all(locals.map((local) => search(local, signal)))
  const places = found.flat().slice(0, ROUTERS_MAX)
  const routers = await Promise.all(
    places.map(({ location, local }) =>
      describe(location, local, signal).catch((error: unknown) => {
        if (isRoutersFault(error)) return undefined
        throw error
      }),
    ),
  )
  return routers.flatMap((router) => (router === undefined ? [] : [router]))
}

/** Asks a router for a port. @throws FaultError `unreachable` with the reason */
export async function mapByUpnp(
  router: UpnpRouter,
  { internalPort, externalPort, seconds }: MappingRequest,
  signal: AbortSignal,
): Promise<MappedPort> {
  const ports = Array.from({ length: 1 + OTHER_PORTS }, (_, i) => externalPort + i)
  for (const port of ports) {
    const mapping = { NewRemoteHost: '', NewExternalPort: port, NewProtocol: 'TCP' }
    const target = { NewInternalPort: internalPort, NewInternalClient: router.local, NewEnabled: 1 }
    const add = (lease: number) =>
      call(
        router,
        'AddPortMapping',
        { ...mapping, ...target, NewPortMappingDescription: DESCRIPTION, NewLeaseDuration: lease },
        signal,
      )
    let answer = await add(seconds)
    if (answer.error === ONLY_PERMANENT) answer = await add(0)
    if (answer.error === TAKEN) continue
    if (answer.error !== undefined) refuse('unreachable', `it says error ${answer.error}`)
    const told = await call(router, 'GetExternalIPAddress', {}, signal)
    const host = valueOf(told.text, 'NewExternalIPAddress') ?? ''
    if (!isIPv4(host)) refuse('unreachable', 'it does not say its address')
    return { host, port, seconds }
  }
  refuse('unreachable', 'its ports are taken')
}

/** Gives a port back. @throws FaultError */
export async function unmapByUpnp(
  router: UpnpRouter,
  externalPort: number,
  signal: AbortSignal,
): Promise<void> {
  const mapping = { NewRemoteHost: '', NewExternalPort: externalPort, NewProtocol: 'TCP' }
  await call(router, 'DeletePortMapping', mapping, signal)
}

interface Found {
  readonly location: URL
  readonly local: string
}

/** Asks which device of a network is its router (UPnP Device Architecture 1.1, section 1.3). */
function search(local: string, signal: AbortSignal): Promise<Found[]> {
  return new Promise((resolve) => {
    const found = new Map<string, Found>()
    const socket = createSocket('udp4')
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      socket.close(() => resolve([...found.values()]))
    }
    let timer = setTimeout(done, SSDP_MS_MAX)
    signal.addEventListener('abort', done, { once: true })
    socket.on('error', () => undefined)
    socket.on('message', (bytes, { address }) => {
      const location = /^location:\s*(\S+)\s*$/im.exec(bytes.toString('latin1').slice(0, 4_096))?.[1]
      const url = location === undefined ? undefined : urlOf(location)
      // A device that answers may name only itself, so that this peer is not sent elsewhere.
      if (url?.hostname !== address || isOutside(address) || found.size >= ROUTERS_MAX) return
      if (found.size === 0) {
        clearTimeout(timer)
        timer = setTimeout(done, SSDP_MORE_MS)
      }
      found.set(url.href, { location: url, local })
    })
    socket.bind({ address: local, port: 0 }, () => {
      if (!speaksMulticast(socket, local)) return done()
      for (const target of SOUGHT) {
        const lines = [
          'M-SEARCH * HTTP/1.1',
          `HOST: ${SSDP_GROUP}:${SSDP_PORT}`,
          'MAN: "ssdp:discover"',
          'MX: 1',
          `ST: ${target}`,
        ]
        socket.send(`${lines.join('\r\n')}\r\n\r\n`, SSDP_PORT, SSDP_GROUP, () => undefined)
      }
    })
  })
}

/** Whether a socket asks the network of an address. An interface may be gone by now, or be a tunnel that cannot. */
function speaksMulticast(socket: Socket, local: string): boolean {
  try {
    socket.setMulticastInterface(local)
    return true
  } catch {
    return false
  }
}

/** Whether a router could not be read: not in time, too long, or a failure that `fetch` reports as a TypeError with a cause. */
function isRoutersFault(error: unknown): boolean {
  if (error instanceof FaultError) return true
  if (error instanceof DOMException) return error.name === 'AbortError' || error.name === 'TimeoutError'
  return error instanceof TypeError && error.cause !== undefined
}

/** Reads a router's description: the service that maps ports, and where it is asked. */
async function describe(location: URL, local: string, signal: AbortSignal): Promise<UpnpRouter | undefined> {
  const { text } = await fetchText(location, { signal })
  for (const service of text.split('<service>').slice(1)) {
    const type = valueOf(service, 'serviceType') ?? ''
    const control = urlOf(valueOf(service, 'controlURL') ?? '', location)
    if (SERVICE.test(type) && control?.hostname === location.hostname)
      return { control, service: type, local }
  }
  return undefined
}

/** One action of a router's service (SOAP 1.1). `error` is UPnP's number of what went wrong. */
async function call(
  { control, service }: UpnpRouter,
  action: string,
  values: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<{ text: string; error?: string }> {
  const inner = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`)
  const body = `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${service}">${inner.join('')}</u:${action}></s:Body></s:Envelope>`
  const headers = { 'Content-Type': 'text/xml; charset="utf-8"', SOAPAction: `"${service}#${action}"` }
  const { text, isFine } = await fetchText(control, { method: 'POST', headers, body, signal })
  return isFine ? { text } : { text, error: valueOf(text, 'errorCode') ?? 'unknown' }
}

async function fetchText(url: URL, options: RequestInit): Promise<{ text: string; isFine: boolean }> {
  const response = await fetch(url, { ...options, redirect: 'error' })
  const parts: Uint8Array[] = []
  let bytes = 0
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? []
  for await (const part of body) {
    bytes += part.byteLength
    if (bytes > ROUTER_TEXT_BYTES_MAX) refuse('oversized', 'its answer is too long')
    parts.push(part)
  }
  return { text: Buffer.concat(parts).toString('utf8'), isFine: response.ok }
}

/**
 * The text of the first element of a name. Routers' answers are flat, and nothing in them is markup. Each byte is looked at
 * a few times at most: an answer is not a router's because it says so, and one that is searched for long stops this peer.
 */
function valueOf(xml: string, element: string): string | undefined {
  const begin = new RegExp(`<(?:\\w{1,16}:)?${element}>`).exec(xml)
  if (begin === null) return undefined
  const from = begin.index + begin[0].length
  const to = xml.indexOf('<', from)
  return to >= 0 && xml[to + 1] === '/' ? xml.slice(from, to).trim() : undefined
}

function urlOf(text: string, base?: URL): URL | undefined {
  const url = URL.parse(text, base?.href)
  return url?.protocol === 'http:' ? url : undefined
}
