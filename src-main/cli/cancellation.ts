/** A launcher that passes a terminal's signal on makes two of one; whoever means it says it again later. */
const SAME_SIGNAL_MS = 500
/** What shells say of a program that ended by SIGINT. */
const EXIT_INTERRUPTED = 130

/** A user who wants a command to end. */
export interface Cancellation {
  readonly signal: AbortSignal
  /** The command has ended; signals are as they were. */
  readonly release: () => void
}

/** From now on Ctrl-C and the like abort the signal, so that the command can tidy up; said again, they end it. */
export function onInterrupt(): Cancellation {
  const controller = new AbortController()
  let sinceMs: number | undefined
  const interrupt = (): void => {
    if (sinceMs !== undefined && performance.now() - sinceMs > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED)
    sinceMs ??= performance.now()
    controller.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, interrupt)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.removeListener(name, interrupt)
    },
  }
}
