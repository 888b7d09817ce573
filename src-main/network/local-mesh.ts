import { randomBytes } from 'node:crypto'
import type { Random } from '../ports/random.ts'
import type { Transport } from '../ports/transport.ts'
import { createIdentity, type NodeIdentity } from './identity/identity.ts'
import { machineClock } from './machine-clock.ts'
import { createTransport, type TransportOptions } from './node.ts'

export { machineClock } from './machine-clock.ts'

/** The machine's randomness. */
export const machineRandom: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) }

/** A peer on 127.0.0.1, for tests and benchmarks; not started yet. */
export function localPeer(overrides: Partial<TransportOptions> = {}): {
  readonly identity: NodeIdentity
  readonly transport: Transport
} {
  const identity = overrides.identity ?? createIdentity(randomBytes(32))
  const transport = createTransport({
    identity,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    bootstrap: [],
    clock: machineClock,
    random: machineRandom,
    standingOf: () => 'contact',
    onDefect: (error) => {
      throw error
    },
    ...overrides,
  })
  return { identity, transport }
}
