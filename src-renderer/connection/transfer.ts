import { isNotConnected } from './connection.ts'

/** How a transfer is followed and broken off. */
export interface TransferOptions {
  readonly signal?: AbortSignal
  /** Bytes so far, and in all. */
  readonly progress?: (bytes: number, bytesInAll: number) => void
  /** Waits before another attempt; a timer when absent. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** A node that is started again is there within this. */
const WAIT_MS = 1_000
/** Attempts without a byte of progress, after which the transfer is given up: two minutes. */
const ATTEMPTS_MAX = 120

/**
 * Runs the steps of a transfer until they are through; when the connection is lost it waits for the next and goes on
 * with `goOn`, as long as `progressed` moves.
 */
export async function transferOverLosses<T>(
  run: () => Promise<T>,
  goOn: () => Promise<void>,
  progressed: () => number,
  { signal, wait = waitFor }: TransferOptions,
): Promise<T> {
  let [attempts, seen, isLost] = [0, progressed(), false]
  for (;;) {
    signal?.throwIfAborted()
    try {
      if (isLost) await goOn()
      isLost = false
      return await run()
    } catch (error) {
      signal?.throwIfAborted()
      if (!isNotConnected(error)) throw error
      const now = progressed()
      attempts = now === seen ? attempts + 1 : 0
      seen = now
      if (attempts >= ATTEMPTS_MAX) throw error
      isLost = true
      await wait(WAIT_MS, signal)
    }
  }
}

function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
