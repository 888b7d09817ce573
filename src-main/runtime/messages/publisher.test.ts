import { expect, test } from 'vitest'
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
