import { WATCH_EVERY_MS } from '#contract'
import type { Notice } from '../peer/notice.ts'
import type { Clock } from '../ports/clock.ts'
import type { PeerRuntime } from '../runtime/peer-runtime.ts'

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
  let wake: (() => void) | undefined
  const tell = (): void => wake?.()
  const stops = [
    runtime.onNotices((notices) => {
      hear(notices)
      tell()
    }),
    alsoWake?.(tell),
  ]
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    while (!signal.aborted) {
      const value = take()
      if (value !== undefined) {
        yield value
        await pause(clock, ended)
        continue
      }
      if (isOver()) return
      await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))])
      wake = undefined
    }
  } finally {
    for (const stop of stops) stop?.()
  }
}

async function pause(clock: Clock, ended: Promise<void>): Promise<void> {
  let cancel: (() => void) | undefined
  await Promise.race([ended, new Promise<void>((resolve) => (cancel = clock.after(WATCH_EVERY_MS, resolve)))])
  cancel?.()
}
