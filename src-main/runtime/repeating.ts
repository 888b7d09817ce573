import type { Clock } from '../ports/clock.ts'

/** Calls back again and again, the first time after one interval. @returns stops it */
export function repeatEvery(clock: Pick<Clock, 'after'>, everyMs: number, work: () => void): () => void {
  let cancel: () => void
  function next(): void {
    cancel = clock.after(everyMs, () => {
      work()
      next()
    })
  }
  next()
  return () => cancel()
}
