/** Runs work if it is due, or at once when it is urgent; drops it otherwise. */
export type RateLimiter = (work: () => void, isUrgent?: boolean) => void

/**
 * At most once each `everyMs`, and so that it takes no more than `shareMax` of the process: what took 20 ms at a share of
 * 0.01 waits for two seconds.
 */
export function createRateLimiter(everyMs: number, shareMax: number): RateLimiter {
  let dueMs = 0
  return (work, isUrgent = false) => {
    const startMs = performance.now()
    if (startMs < dueMs && !isUrgent) return
    work()
    dueMs = startMs + Math.max(everyMs, (performance.now() - startMs) / shareMax)
  }
}
