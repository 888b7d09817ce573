import type { Clock } from '../ports/clock.ts'

/** How often a peer looks for work that is late and for blobs that are due. */
const TICK_MS = 1_000

/** Calls back every second. @returns stops it */
export function keepTicking(clock: Clock, tick: (nowMs: number) => void): () => void {
  let cancel: () => void
  function next(): void {
    cancel = clock.after(TICK_MS, () => {
      tick(clock.nowMs())
      next()
    })
  }
  next()
  return () => cancel()
}
