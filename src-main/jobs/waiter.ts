import type { Clock } from '../ports/clock.ts'

/** Lets one loop wait. It holds nothing of a wait that is over, however long the loop and its signal live. */
export interface Waiter {
  /** Ends `untilWoken`, if the loop is there. */
  wake(): void
  /** Until it is woken or the signal is aborted. */
  untilWoken(): Promise<void>
  /** Until so much time has passed or the signal is aborted. */
  pause(delayMs: number): Promise<void>
  /** Lets go of the signal. */
  close(): void
}

/** A waiter that ends every wait when the signal is aborted. */
export function createWaiter(clock: Pick<Clock, 'after'>, signal: AbortSignal | undefined): Waiter {
  let wake: (() => void) | undefined
  let end: (() => void) | undefined
  const onAbort = (): void => end?.()
  // A signal of the whole peer would hold every loop that there ever was, so that `close` removes the listener.
  signal?.addEventListener('abort', onAbort)

  function wait(begin: (done: () => void) => void): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      end = resolve
      begin(resolve)
    })
  }

  return {
    wake: () => wake?.(),
    async untilWoken() {
      await wait((done) => (wake = done))
      wake = undefined
      end = undefined
    },
    async pause(delayMs) {
      let cancel: (() => void) | undefined
      await wait((done) => (cancel = clock.after(delayMs, done)))
      cancel?.()
      end = undefined
    },
    close: () => signal?.removeEventListener('abort', onAbort),
  }
}
