import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import type { Namespace } from './testbed.ts'

/** The port in the internet's namespace at which the shaper takes connections. */
export const SHAPER_PORT = 7_000
/** How all public addresses begin, and the addresses that the shaper calls from in their place. */
export const PUBLIC = '25.0.'
export const ALIAS = '100.127.'

const Share = z.number().min(0).max(1).default(0)
const Span = z.strictObject({ min: z.number().min(0), max: z.number().min(0) })

/** Delay, bandwidth and faults of all lines. Shares are of all connections, drawn by a seed as they begin. */
export const LineConditions = z.strictObject({
  seed: z.int(),
  /** One way; the jitter is added, by chance, up to so much. */
  delay_ms: z.number().min(0).default(0),
  jitter_ms: z.number().min(0).default(0),
  /** Of each connection and direction. */
  bytes_per_s: z.number().positive().default(100e6),
  /** Connections that stall again and again, for how long each time and in between. */
  stalling: Share,
  stall_ms: Span.default({ min: 1_000, max: 20_000 }),
  /** Connections that are reset; and those of which one side hears nothing more. When, after their begin. */
  resetting: Share,
  halfOpening: Share,
  fault_ms: Span.default({ min: 1_000, max: 20_000 }),
})
export type LineConditions = z.infer<typeof LineConditions>

/** Numbers from 0 to 1 by Mulberry32 (T. Ettinger 2017): small, and the same everywhere. */
export function createDice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Redirects all new TCP connections that cross the internet to a shaper. Both ends see each other's true address. Unlike a
 * real line it takes a connection before the other side has: a caller of a closed port is reset a moment later.
 * IPv6 is not shaped.
 */
export async function shapeLines(net: Namespace, conditions: z.input<typeof LineConditions>): Promise<void> {
  const program = join(import.meta.dirname, 'shaper-process.ts')
  const child = net.spawn(process.execPath, [program, JSON.stringify(conditions)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('a shaper without output')
  await once(child.stdout, 'data')
  await net.ip(`route add local ${ALIAS}0.0/16 dev lo`)
  await net.nft(
    'table ip shaper {',
    'chain prerouting {',
    'type nat hook prerouting priority -100',
    `ip daddr ${PUBLIC}0.0/16 meta l4proto tcp redirect to :${SHAPER_PORT}`,
    '}',
    'chain postrouting {',
    'type nat hook postrouting priority 100',
    `ip saddr ${ALIAS}0.0/16 snat ip prefix to ${PUBLIC}0.0/16`,
    '}',
    '}',
  )
}
