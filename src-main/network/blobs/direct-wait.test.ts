import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeCanonical } from '../../protocol/canonical.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConnectionEvent, Transport } from '../../ports/transport.ts'
import { createBlobExchange } from './blob-exchange.ts'
import { CHUNK } from './blob-wire.ts'
import { createIdentity } from '../identity/identity.ts'
import { DIRECT_WAIT_MS_MAX, RELAYED_CHUNKS_MAX } from '../limits.ts'
import { machineClock } from '../local-mesh.ts'
import { createMemoryBlobs } from './memory-blobs.fixture.ts'
import { createMemoryNetwork } from '../memory-transport.ts'

const CHUNK_BYTES = 1_000
const LARGE = (RELAYED_CHUNKS_MAX + 1) * CHUNK_BYTES
const SMALL = RELAYED_CHUNKS_MAX * CHUNK_BYTES

describe('two peers that reach each other through a relay', () => {
  let route: 'direct' | 'relayed' = 'relayed'
  let timeouts: (() => void)[] = []
  const listeners = new Set<(event: ConnectionEvent) => void>()
  const clock: Clock = {
    ...machineClock,
    after(ms, callback) {
      if (ms === DIRECT_WAIT_MS_MAX) timeouts.push(callback)
      return machineClock.after(ms, callback)
    },
  }
  const network = createMemoryNetwork()

  async function join() {
    const identity = createIdentity(randomBytes(32))
    const memory = network.join(identity.peer)
    const transport: Transport = {
      ...memory,
      connections: () => memory.connections().map((connection) => ({ ...connection, route })),
      onConnection(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    }
    await transport.start()
    const blobs = createMemoryBlobs(CHUNK_BYTES)
    const exchange = createBlobExchange({ transport, identity, blobs, clock, mayServe: () => true })
    return { peer: identity.peer, transport, blobs, exchange }
  }
  async function pair() {
    const [here, there] = [await join(), await join()]
    await here.transport.connect(there.peer, there.transport.addresses(), { signal: soon() })
    return { here, there }
  }
  const soon = () => AbortSignal.timeout(60_000)
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

  beforeEach(() => {
    route = 'relayed'
    timeouts = []
  })

  test('[H24] a small blob goes through it, a large one waits and says so, and comes when they reach each other', async () => {
    const { here, there } = await pair()
    const small = there.blobs.put(randomBytes(SMALL))
    await here.exchange.fetch(small, { from: [there.peer], signal: soon() })
    const large = there.blobs.put(randomBytes(LARGE))
    const fetched = here.exchange.fetch(large, { from: [there.peer], signal: soon() })
    while (here.exchange.waiting().length === 0) await turn()
    expect(here.exchange.waiting()).toEqual([
      { cid: large, mebibytes: RELAYED_CHUNKS_MAX + 1, from: there.peer },
    ])
    expect(there.exchange.traffic().bytesOut).toBeLessThan(SMALL + 2_000)
    route = 'direct'
    for (const listener of listeners) listener({ kind: 'rerouted', peer: there.peer })
    await fetched
    expect(here.blobs.has(large)).toBe(true)
    expect(here.exchange.waiting()).toEqual([])
  })

  test('[H24] the wait ends with one clear line, and giving up ends it', async () => {
    const { here, there } = await pair()
    const large = there.blobs.put(randomBytes(LARGE))
    const fetched = here.exchange.fetch(large, { from: [there.peer], signal: soon() })
    while (here.exchange.waiting().length === 0) await turn()
    for (const timeout of timeouts) timeout()
    await expect(fetched).rejects.toMatchObject({
      fault: {
        kind: 'unreachable',
        message: `${large} has about 9 MiB, and waits for a direct connection with ${there.peer}`,
      },
    })
    const gone = new AbortController()
    const again = here.exchange.fetch(large, { from: [there.peer], signal: gone.signal })
    while (here.exchange.waiting().length === 0) await turn()
    gone.abort()
    await expect(again).rejects.toMatchObject({ fault: { kind: 'cancelled' } })
    while (here.exchange.waiting().length > 0) await turn()
  })

  test('[H24] a peer that asks for a large blob all the same gets none of it', async () => {
    const { here, there } = await pair()
    const ask = (cid: Cid) =>
      here.transport.request(there.peer, CHUNK, encodeCanonical({ cid, index: 0 }), { signal: soon() })
    await expect(ask(there.blobs.put(randomBytes(LARGE)))).rejects.toMatchObject({
      fault: { kind: 'unreachable' },
    })
    expect((await ask(there.blobs.put(randomBytes(SMALL)))).byteLength).toBe(CHUNK_BYTES)
  })
})
