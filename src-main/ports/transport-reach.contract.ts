import { afterEach, describe, expect, test } from 'vitest'
import { FaultError, type Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { TransportHarness } from './transport.contract.ts'
import type { Transport } from './transport.ts'

const STRANGER = '12D3KooWGzBHcVPFWvZLmgZdgKCnFBVcPZ7QZyVnZEMmH6yvVyYP' as PeerId
const OTHER_STRANGER = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu' as PeerId

/** A signal for what should be done long before. */
const soon = () => AbortSignal.timeout(120_000)

/** Waits until something holds; the test's own time limit ends what never does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** The fault that a promise fails with. */
async function faultOfPromise(promise: Promise<unknown>): Promise<Fault['kind']> {
  const error: unknown = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(FaultError)
  return (error as FaultError).fault.kind
}

/** The promises of every Transport about how others are reached. */
export function transportReachContract(name: string, createHarness: () => TransportHarness): void {
  describe(`transport contract, reach: ${name}`, () => {
    const running: Transport[] = []
    let harness = createHarness()
    const started = async () => {
      const transport = harness.create()
      running.push(transport)
      await transport.start()
      return transport
    }

    afterEach(async () => {
      await Promise.all(running.splice(0).map((transport) => transport.stop()))
      harness = createHarness()
    })

    test('[H10] a kept peer that is there is connected, since when and over what', async () => {
      const [a, b] = await Promise.all([started(), started()])
      expect(a.reach().size).toBe(0)
      a.keepConnected([{ peer: b.peer, addresses: b.addresses() }])
      await until(() => a.reach().get(b.peer)?.state === 'connected')
      const [connection] = a.connections()
      expect(a.reach().get(b.peer)).toEqual({ state: 'connected', connection })
      expect(connection).toMatchObject({ route: 'direct', scope: 'machine' })
      expect(connection?.sinceMs).toBeGreaterThan(Date.now() - 60_000)
      expect(connection?.sinceMs).toBeLessThanOrEqual(Date.now())
      // Peers that are not kept are not listed.
      expect(b.reach().size).toBe(0)
    })

    test('[H10] an absent peer is looked for, then unreachable, with its failure; listeners are told', async () => {
      const a = await started()
      let told = 0
      const stop = a.onReach(() => (told += 1))
      a.keepConnected([
        { peer: STRANGER, addresses: [harness.emptyAddress] },
        { peer: OTHER_STRANGER, addresses: [] },
      ])
      const reach = (peer: PeerId) => {
        const found = a.reach().get(peer)
        return found?.state === 'connected' ? undefined : found
      }
      await until(
        () => reach(STRANGER)?.failure !== undefined && reach(OTHER_STRANGER)?.failure !== undefined,
      )
      expect(reach(STRANGER)).toMatchObject({ state: 'looking', failure: { addresses: 1 } })
      expect(reach(STRANGER)?.failure?.kind).toMatch(/^(refused|no-answer)$/)
      expect(reach(STRANGER)?.tries).toBeGreaterThan(0)
      expect(reach(OTHER_STRANGER)?.failure).toEqual({ kind: 'no-address' })
      await until(() => told > 0)
      harness.jumpAhead(31_000)
      expect(reach(STRANGER)?.state).toBe('unreachable')
      expect(Date.now() - (reach(STRANGER)?.sinceMs ?? 0)).toBeLessThan(60_000)
      a.networkChanged()
      stop()
      a.keepConnected([])
      expect(a.reach().size).toBe(0)
    })

    test('[H10] a lost peer is looked for from then on, and that is told', async () => {
      const [a, b] = await Promise.all([started(), started()])
      a.keepConnected([{ peer: b.peer, addresses: b.addresses() }])
      await until(() => a.reach().get(b.peer)?.state === 'connected')
      harness.jumpAhead(3_600_000)
      let told = 0
      a.onReach(() => (told += 1))
      await b.stop()
      await until(() => a.reach().get(b.peer)?.state === 'looking')
      await until(() => told > 0)
    })

    test('[H12] a probe shows whether a connected peer answers at an address, and only that peer', async () => {
      const [a, b] = await Promise.all([started(), started()])
      await a.connect(b.peer, b.addresses(), { signal: soon() })
      const c = await started()
      const [address = ''] = b.addresses()
      await a.probe(b.peer, address, { signal: soon() })
      const probed = (peer: PeerId, at: string) => faultOfPromise(a.probe(peer, at, { signal: soon() }))
      expect(await probed(b.peer, harness.emptyAddress)).toBe('unreachable')
      const ofC = (c.addresses()[0] ?? '').replace(/\/p2p\/.*/, '')
      expect(await probed(b.peer, ofC)).toBe('unreachable')
      expect(await probed(c.peer, c.addresses()[0] ?? '')).toBe('unreachable')
      expect(a.connections()).toMatchObject([{ peer: b.peer }])
    })
  })
}
