import { expect, it } from 'vitest'
import { peerOf } from '../../peer/brain.fixture.ts'
import { FaultError } from '../../protocol/fault.ts'
import { createNearbyList } from './nearby-list.ts'

it('[T7] a PC that does not say its name is asked again soon, then ever less often', async () => {
  const peer = peerOf('A')
  let nowMs = 1_000_000
  let isReady = false
  const askedAtS: number[] = []
  const list = createNearbyList({
    clock: { nowMs: () => nowMs, after: () => () => undefined },
    transport: {
      connections: () => [
        { peer, route: 'direct', scope: 'local', address: '/ip4/192.168.1.2/tcp/1', sinceMs: nowMs },
      ],
    },
    isKnown: () => false,
    askName: () => {
      askedAtS.push((nowMs - 1_000_000) / 1_000)
      if (isReady) return Promise.resolve('Attic')
      return Promise.reject(new FaultError({ kind: 'unreachable', message: 'it is starting' }))
    },
    failed: () => undefined,
    changed: () => undefined,
  })
  /** As a peer looks: every two seconds. */
  const look = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 2) {
      nowMs += 2_000
      list.look()
      await Promise.resolve().then(() => undefined)
    }
  }
  list.start()
  await look(100)
  expect(askedAtS.splice(0)).toEqual([0, 4, 12, 28, 58, 88])
  isReady = true
  await look(60)
  expect([...list.names()]).toEqual([[peer, 'Attic']])
  expect(askedAtS.splice(0)).toEqual([118, 148])
  isReady = false
  await look(40)
  expect(askedAtS).toEqual([178, 182, 190])
  list.stop()
})
