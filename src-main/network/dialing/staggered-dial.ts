import type { Clock } from '../../ports/clock.ts'

/** The next address is tried while the last is still silent ("Happy Eyeballs", RFC 8305, section 5: 250 ms). */
export const STAGGER_MS = 250

/**
 * Tries addresses in their order, each a moment after the one before, or at once when that has failed; the first that
 * answers wins, and all others are given up.
 *
 * @param attempt dials one; must end when its signal says so. What it returns although another one won goes to `discard`
 * @throws the last failure when none answers; the signal's reason when that ends it
 */
export async function dialStaggered<Address, Line>(
  addresses: readonly Address[],
  parts: {
    readonly clock: Clock
    readonly signal: AbortSignal
    readonly attempt: (address: Address, signal: AbortSignal) => Promise<Line>
    readonly discard: (line: Line) => void
  },
): Promise<Line> {
  const { clock, signal, attempt, discard } = parts
  /** Of the attempts under way. A winner's is left alone: sockets go on listening to the signal they were made with. */
  const underWay = new Set<AbortController>()
  return new Promise<Line>((resolve, reject) => {
    let next = 0
    let isDecided = false
    let cancelTimer: (() => void) | undefined
    const decide = (settle: () => void): void => {
      isDecided = true
      cancelTimer?.()
      signal.removeEventListener('abort', stop)
      for (const attempt of underWay) attempt.abort(signal.reason)
      settle()
    }
    const stop = (): void => decide(() => reject(signal.reason as Error))
    const tryNext = (): void => {
      cancelTimer?.()
      const address = addresses[next++]
      if (address === undefined) return
      if (next < addresses.length) cancelTimer = clock.after(STAGGER_MS, tryNext)
      const own = new AbortController()
      underWay.add(own)
      attempt(address, own.signal).then(
        (line) => {
          underWay.delete(own)
          if (isDecided) discard(line)
          else decide(() => resolve(line))
        },
        (error: unknown) => {
          underWay.delete(own)
          const failure = error instanceof Error ? error : new Error(String(error))
          if (isDecided) return
          if (next < addresses.length) tryNext()
          else if (underWay.size === 0) decide(() => reject(failure))
        },
      )
    }
    if (signal.aborted) return stop()
    if (addresses.length === 0) return decide(() => reject(new Error('there is no address to dial')))
    signal.addEventListener('abort', stop, { once: true })
    tryNext()
  })
}
