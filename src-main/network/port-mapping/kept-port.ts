import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import { refuse } from '../../protocol/fault.ts'

/** Where the port is remembered. */
const PORT_KEY = 'listen-port'
/**
 * Ports to choose from: above what services are registered at mostly, below what systems give to outgoing connections
 * (from 32,768 on Linux, 49,152 on macOS and Windows; RFC 6335), which could hold it when the peer starts.
 */
const PORT_MIN = 20_000
const PORT_MAX = 31_999
const Port = z.int().min(1).max(65_535)
/** Retries for the port, and their pause: this peer's own earlier process may still hold it, about to end. */
const LOOKS = 8
const LOOK_AGAIN_MS = 250
/** Ports that are tried in vain before something else must be the matter. */
const TRIES = 64

/** Dependencies of choosing a peer's port. */
export interface KeptPortParts {
  readonly settings: Settings
  readonly random: Random
  /** Whether a peer could listen at a port; looked at on this machine when absent. */
  readonly isFree?: (port: number) => Promise<boolean>
}

/**
 * Multiaddresses to listen at, everywhere on this machine, IPv4 and IPv6: always at the same port, so that a friend who
 * knows where this peer was finds it there again. It is chosen once; another one is, and is kept from then on, only when
 * something else listens there.
 *
 * @throws FaultError `unreachable` when no port is free
 */
export async function keptListenAddresses(parts: KeptPortParts): Promise<readonly string[]> {
  const { settings, isFree = isPortFree } = parts
  const kept = keptPort(settings)
  const port = kept !== undefined && (await becomesFree(kept, isFree)) ? kept : await freePort(parts, isFree)
  if (port !== kept) settings.write(PORT_KEY, port)
  return [`/ip4/0.0.0.0/tcp/${port}`, `/ip6/::/tcp/${port}`]
}

/** The port that was chosen; undefined before. */
export function keptPort(settings: Settings): number | undefined {
  return settings.read(PORT_KEY, Port)
}

async function becomesFree(port: number, isFree: (port: number) => Promise<boolean>): Promise<boolean> {
  for (let looks = 1; !(await isFree(port)); looks++) {
    if (looks >= LOOKS) return false
    await pause(LOOK_AGAIN_MS)
  }
  return true
}

async function freePort(
  { random }: KeptPortParts,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { buffer, byteOffset } = random.bytes(4)
    const port = PORT_MIN + (new DataView(buffer, byteOffset).getUint32(0) % (PORT_MAX - PORT_MIN + 1))
    if (await isFree(port)) return port
  }
  refuse('unreachable', `no port between ${PORT_MIN} and ${PORT_MAX} is free to listen at`)
}

/** Whether nothing listens at a port, in IPv4 and, where the machine has it, in IPv6. */
async function isPortFree(port: number): Promise<boolean> {
  return (
    (await canListen({ port, host: '0.0.0.0' })) && (await canListen({ port, host: '::', ipv6Only: true }))
  )
}

function canListen(at: { port: number; host: string; ipv6Only?: boolean }): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    // A machine without IPv6 is free of others there.
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    )
    server.listen({ ...at, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
