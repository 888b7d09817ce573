import type { Clock } from '../../ports/clock.ts'

/** Waits for an idle time to pass. */
export interface IdleWait {
  /** Waits from now on, unless it does already. */
  start(): void
  stop(): void
}

/** @param ended called when `idleMs` have passed without a stop */
export function createIdleWait(clock: Clock, idleMs: number, ended: () => void): IdleWait {
  let cancel: (() => void) | undefined
  return {
    start: () => {
      cancel ??= clock.after(idleMs, () => {
        cancel = undefined
        ended()
      })
    },
    stop: () => {
      cancel?.()
      cancel = undefined
    },
  }
}
