import type { Clock } from '../../ports/clock.ts'

/** Unused time adds up to this much, so that a pause does not end in a burst. */
const BURST_MS = 1_000

/** Bytes a second that may be moved. */
export interface RateLimit {
  /** From now on; undefined where nothing is bounded. */
  setRate(bytesPerS: number | undefined): void
  /**
   * Takes room for bytes, first come first served; undefined when there is room at once, a promise for when there is
   * otherwise. What is larger than all room at once is granted when there is any, and owed for after.
   * @returns a promise that rejects when the signal is aborted first
   */
  take(bytes: number, signal?: AbortSignal): Promise<void> | undefined
  /** Gives back room that was not needed. */
  giveBack(bytes: number): void
  /** How long a caller that comes now would wait, in milliseconds. */
  waitMs(): number
}

interface Waiting {
  readonly bytes: number
  readonly grant: () => void
}

/** A limit that bounds nothing yet. */
export function createRateLimit(clock: Clock): RateLimit {
  let rate: number | undefined
  /** Bytes that may be moved now; below 0 what was moved ahead of its time. */
  let room = 0
  let filledAtMs = clock.nowMs()
  let cancel: (() => void) | undefined
  const waiting: Waiting[] = []

  function fill(): void {
    const nowMs = clock.nowMs()
    // A wall clock that was set back gives nothing, and takes nothing.
    const passedMs = Math.max(0, nowMs - filledAtMs)
    filledAtMs = nowMs
    if (rate !== undefined) room = Math.min((rate * BURST_MS) / 1_000, room + (rate * passedMs) / 1_000)
  }

  function pump(): void {
    cancel?.()
    cancel = undefined
    fill()
    while (waiting[0] !== undefined && (rate === undefined || room > 0)) {
      const next = waiting.shift()
      if (rate !== undefined) room -= next?.bytes ?? 0
      next?.grant()
    }
    if (rate === undefined || waiting.length === 0) return
    cancel = clock.after(Math.ceil((1_000 * Math.max(1, -room + 1)) / rate), pump)
  }

  return {
    setRate(bytesPerS) {
      if (bytesPerS === rate) return
      fill()
      if (rate === undefined) room = 0
      rate = bytesPerS
      pump()
    },
    take(bytes, signal) {
      if (rate === undefined) return undefined
      fill()
      if (waiting.length === 0 && room > 0) {
        room -= bytes
        return undefined
      }
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          bytes,
          grant: () => {
            signal?.removeEventListener('abort', leave)
            resolve()
          },
        }
        const leave = (): void => {
          const at = waiting.indexOf(entry)
          if (at >= 0) waiting.splice(at, 1)
          reject(signal?.reason instanceof Error ? signal.reason : new Error('given up'))
        }
        signal?.addEventListener('abort', leave, { once: true })
        waiting.push(entry)
        if (cancel === undefined) pump()
      })
    },
    giveBack(bytes) {
      room += bytes
      if (waiting.length > 0) pump()
    },
    waitMs() {
      if (rate === undefined) return 0
      fill()
      const ahead = waiting.reduce((sum, { bytes }) => sum + bytes, 0)
      return Math.max(0, (1_000 * (ahead - room)) / rate)
    },
  }
}
