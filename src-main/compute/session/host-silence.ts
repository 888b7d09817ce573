import type { Clock } from '../../ports/clock.ts'
import type { Dispatch } from './dispatch.ts'

/** How often a busy host is asked when it last said anything. */
const SILENCE_CHECK_MS = 5_000
/** Silence beyond the longest run's limit after which a host is taken for dead: it notices overruns itself. */
const SILENCE_GRACE_MS = 45_000

/** Notices a busy host that says nothing any longer. */
export interface SilenceWatch {
  /** The host said something. */
  heard(): void
  /** Watches from now on, unless it does already. */
  start(): void
  stop(): void
}

/**
 * @param duty the part of the time in which the host runs
 * @param silent called when the host was silent for longer than its tasks may take
 */
export function createSilenceWatch(
  clock: Clock,
  dispatch: Dispatch,
  duty: () => number,
  silent: () => void,
): SilenceWatch {
  let heardMs = clock.nowMs()
  let cancel: (() => void) | undefined

  function watch(): void {
    cancel = clock.after(SILENCE_CHECK_MS, () => {
      const flying = [...dispatch.flying.values()].flatMap((batch) => [...batch.entries.values()])
      const longestMs = Math.max(0, ...flying.map((entry) => entry.task.limits.wallMsMax))
      if (flying.length > 0 && clock.nowMs() - heardMs > longestMs / duty() + SILENCE_GRACE_MS) silent()
      watch()
    })
  }

  return {
    heard: () => {
      heardMs = clock.nowMs()
    },
    start: () => {
      if (cancel !== undefined) return
      heardMs = clock.nowMs()
      watch()
    },
    stop: () => {
      cancel?.()
      cancel = undefined
    },
  }
}
