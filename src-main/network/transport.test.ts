import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { transportContract, type TransportHarness } from '../ports/transport.contract.ts'
import { transportReachContract } from '../ports/transport-reach.contract.ts'
import type { Clock } from '../ports/clock.ts'
import { createIdentity } from './identity/identity.ts'
import { localPeer, machineClock } from './local-mesh.ts'
import { createMemoryNetwork } from './memory-transport.ts'

/** The machine's clock, which can be put forward. */
function jumpingClock(): { readonly clock: Clock; readonly jumpAhead: (ms: number) => void } {
  let aheadMs = 0
  return {
    clock: { ...machineClock, nowMs: () => machineClock.nowMs() + aheadMs },
    jumpAhead: (ms) => void (aheadMs += ms),
  }
}

const memory = (): TransportHarness => {
  const { clock, jumpAhead } = jumpingClock()
  const network = createMemoryNetwork(clock)
  const create = () => network.join(createIdentity(randomBytes(32)).peer)
  return { create, emptyAddress: '/memory/nobody', jumpAhead }
}

const libp2p = (): TransportHarness => {
  const { clock, jumpAhead } = jumpingClock()
  return {
    create: (mayConnect) =>
      localPeer({ serveDht: true, clock, ...(mayConnect === undefined ? {} : { mayConnect }) }).transport,
    // Port 9 (discard) is free on any machine of this century, and privileged.
    emptyAddress: '/ip4/127.0.0.1/tcp/9',
    jumpAhead,
  }
}
for (const [name, harness] of Object.entries({ memory, libp2p })) {
  transportContract(name, harness)
  transportReachContract(name, harness)
}

test('a peer whose port is taken says so in one line', async () => {
  const { transport: first } = localPeer()
  await first.start()
  const listen = first.addresses().map((address) => address.replace(/\/p2p\/.*/, ''))
  await expect(localPeer({ listen }).transport.start()).rejects.toThrow(
    /^cannot listen at \S+: listen EADDRINUSE: address already in use [\d.:]+$/,
  )
  await first.stop()
})
