import { WATCH_EVERY_MS } from '#contract'
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
  let wake: (() => void) | undefined
  const stopListening = runtime.onNotices(() => {
    changed = true
    wake?.()
  })
  const ended = new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    while (signal?.aborted !== true) {
      if (!changed) {
        await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))])
        wake = undefined
        continue
      }
      changed = false
      const startMs = performance.now()
      const value = compose()
      const tookMs = performance.now() - startMs
      if (value === undefined) return
      yield value
      if (isLast(value)) return
      await pause(clock, Math.max(WATCH_EVERY_MS, tookMs / COMPOSE_SHARE_MAX), ended)
    }
  } finally {
    stopListening()
  }
}

async function pause(clock: Clock, delayMs: number, ended: Promise<void>): Promise<void> {
  let cancel: (() => void) | undefined
  await Promise.race([ended, new Promise<void>((resolve) => (cancel = clock.after(delayMs, resolve)))])
  cancel?.()
}
