/** Runs something if it is time. */
export type Pace = (work: () => void) => void

/**
 * At most once each `everyMs`, and so that it takes no more than `shareMax` of the process: what took 20 ms at a share of
 * 0.01 waits for two seconds.
 */
export function createPace(everyMs: number, shareMax: number): Pace {
  let dueMs = 0
  return (work) => {
    const startMs = performance.now()
    if (startMs < dueMs) return
    work()
    dueMs = startMs + Math.max(everyMs, (performance.now() - startMs) / shareMax)
  }
}
