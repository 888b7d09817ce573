import { WATCH_EVERY_MS } from '#contract'
import type { Notice } from '../peer/notice.ts'
import type { Clock } from '../ports/clock.ts'
import type { PeerRuntime } from '../runtime/peer-runtime.ts'
import { createWaiter } from './waiter.ts'

/** A stream of what has changed since it last told. */
export interface WatchedBatches<T> {
  /** Hears every notice of the peer; must be cheap. */
  readonly hear: (notices: readonly Notice[]) => void
  /** Takes the changes since the last call; undefined when there are none. */
  readonly take: () => T | undefined
  /** Whether nothing more will come once `take` has nothing. */
  readonly isOver: () => boolean
  /** Others who may have something new, besides the peer. @returns stops it */
  readonly alsoWake?: (wake: () => void) => () => void
  readonly signal: AbortSignal
}

/** Batches of changes, at most one each `WATCH_EVERY_MS`, the first at once. Ends when it is over or by the signal. */
export async function* watchBatches<T>(
  { runtime, clock }: { readonly runtime: PeerRuntime; readonly clock: Clock },
  { hear, take, isOver, alsoWake, signal }: WatchedBatches<T>,
): AsyncGenerator<T, void, void> {
  const waiter = createWaiter(clock, signal)
  const stops = [
    runtime.onNotices((notices) => {
      hear(notices)
      waiter.wake()
    }),
    alsoWake?.(() => waiter.wake()),
    () => waiter.close(),
  ]
  try {
    while (!signal.aborted) {
      const value = take()
      if (value !== undefined) {
        yield value
        await waiter.pause(WATCH_EVERY_MS)
        continue
      }
      if (isOver()) return
      await waiter.untilWoken()
    }
  } finally {
    for (const stop of stops) stop?.()
  }
}
