import { expect, test } from 'vitest'
import { commitmentOf, createBrain, ME as BRAIN, NOON } from '../../peer/brain.fixture.ts'
import { initialState } from '../../peer/state.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { PublishedStore } from '../../ports/published-store.ts'
import { createDefects } from '../defects.ts'
import { createPublisher } from './publisher.ts'

const ME = `12D3KooW${'M'.repeat(44)}` as PeerId

/** A store that keeps what is set, and hears nothing. */
function storeOf<T>(set: (value: T) => void): PublishedStore<T> {
  return { set, subscribeToUser: () => () => undefined }
}

test('[T10] all stores of a contact with mutual trust are followed, of others the commitment alone', () => {
  const [ann, bob] = ['A', 'B'].map((letter) => `12D3KooW${letter.repeat(44)}`) as [PeerId, PeerId]
  const brain = createBrain({ [ann]: 1, [bob]: 1 })
  const followed = new Set<string>()
  const storeNamed = (name: string) => ({
    set: () => undefined,
    subscribeToUser: (peer: PeerId) => {
      followed.add(`${name} ${peer}`)
      return () => followed.delete(`${name} ${peer}`)
    },
  })
  const publisher = createPublisher({
    clock: { nowMs: () => NOON, after: () => () => undefined },
    state: brain.state,
    stores: {
      commitment: storeNamed('commitment'),
      allocation: storeNamed('allocation'),
      round: storeNamed('round'),
    },
    dispatch: () => Promise.resolve(),
    defects: createDefects(() => undefined),
  })
  const hear = (from: PeerId, trust: Record<PeerId, number>) =>
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment: commitmentOf(from, NOON, { trust }) })
  hear(bob, {})
  const hearAnn = (trust: Record<PeerId, number>) => {
    hear(ann, trust)
    publisher.followContacts()
    return [...followed].sort()
  }
  const commitments = [`commitment ${ann}`, `commitment ${bob}`]
  expect(hearAnn({})).toEqual(commitments)
  expect(hearAnn({ [BRAIN]: 0.5 })).toEqual([`allocation ${ann}`, ...commitments, `round ${ann}`])
  expect(hearAnn({})).toEqual(commitments)
  publisher.stop()
  expect([...followed]).toEqual([])
})

test('[P5] changes are composed once, so early that the store can publish them within 100 ms', () => {
  const published: ComputeCommitment[] = []
  const waits: { delayMs: number; callback: () => void }[] = []
  const publisher = createPublisher({
    clock: {
      nowMs: () => 1_000,
      after: (delayMs, callback) => {
        waits.push({ delayMs, callback })
        return () => undefined
      },
    },
    state: initialState(ME, 'me'),
    stores: {
      commitment: storeOf((value) => published.push(value)),
      allocation: storeOf(() => undefined),
      round: storeOf(() => undefined),
    },
    dispatch: () => Promise.resolve(),
    defects: createDefects((error) => {
      throw error
    }),
  })
  for (let i = 0; i < 3; i++) publisher.commitmentChanged()
  expect(waits).toHaveLength(1)
  // Beside PUBLISH_DEBOUNCE_MS, after which the store publishes, there is time to sign.
  expect(waits[0]?.delayMs).toBeLessThanOrEqual(50)
  waits[0]?.callback()
  expect(published).toHaveLength(1)
  publisher.commitmentChanged()
  expect(waits).toHaveLength(2)
  publisher.stop()
})
