import type { Clock } from '../ports/clock.ts'
import { FaultError } from '../protocol/fault.ts'

/**
 * Does work under a signal that aborts with the outer one, or as `timed-out` after so long by this clock. The timer goes with
 * the work: many short requests leave nothing behind.
 */
export async function withinTime<T>(
  clock: Pick<Clock, 'after'>,
  limitMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const follow = (): void => limit.abort(outer.reason)
  const cancel = clock.after(limitMs, () => {
    limit.abort(new FaultError({ kind: 'timed-out', message: `no answer within ${limitMs} ms` }))
  })
  if (outer.aborted) follow()
  else outer.addEventListener('abort', follow, { once: true })
  try {
    return await work(limit.signal)
  } finally {
    cancel()
    outer.removeEventListener('abort', follow)
  }
}
