import { WATCH_EVERY_MS } from '#contract'
import { createWaiter } from '../../jobs/waiter.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PeerRuntime } from '../../runtime/peer-runtime.ts'

/**
 * Composing views may take this share of the process at most: after one that took 20 ms (a job of 100,000 units)
 * the next waits 400 ms, so that watching never slows what is watched.
 */
const COMPOSE_SHARE_MAX = 0.05

/** One watched value: how to compose it, when it ends and which signal stops the watch. */
export interface Watched<T> {
  /** The value as it is now; undefined when there is nothing to watch any longer. */
  readonly compose: () => T | undefined
  /** Whether a value is the last one. */
  readonly isLast: (value: T) => boolean
  readonly signal: AbortSignal | undefined
}

/**
 * A value now, and again after turns of the peer, at most one each `WATCH_EVERY_MS`. Changes that come closer
 * together are seen as one, the newest; none is held back. Ends with the last value or the signal.
 */
export async function* watchChanges<T>(
  { runtime, clock }: { readonly runtime: PeerRuntime; readonly clock: Clock },
  { compose, isLast, signal }: Watched<T>,
): AsyncGenerator<T, void, void> {
  let changed = true
  const waiter = createWaiter(clock, signal)
  const stopListening = runtime.onNotices(() => {
    changed = true
    waiter.wake()
  })
  try {
    while (signal?.aborted !== true) {
      if (!changed) {
        await waiter.untilWoken()
        continue
      }
      changed = false
      const startMs = performance.now()
      const value = compose()
      const tookMs = performance.now() - startMs
      if (value === undefined) return
      yield value
      if (isLast(value)) return
      await waiter.pause(Math.max(WATCH_EVERY_MS, tookMs / COMPOSE_SHARE_MAX))
    }
  } finally {
    stopListening()
    waiter.close()
  }
}
