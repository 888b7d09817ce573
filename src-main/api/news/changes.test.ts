import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Notice } from '../../peer/notice.ts'
import { machineClock } from '../../runtime/machine.ts'
import type { PeerRuntime } from '../../runtime/peer-runtime.ts'
import { watchChanges } from './changes.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A runtime that only tells that turns are over. */
function createTurns() {
  const listeners = new Set<(notices: readonly Notice[]) => void>()
  const onNotices: PeerRuntime['onNotices'] = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const runtime = { onNotices } as PeerRuntime
  return { runtime, listeners, happen: () => listeners.forEach((listener) => listener([])) }
}

function collect(values: AsyncGenerator<number>): { seen: number[]; done: Promise<void> } {
  const seen: number[] = []
  const done = (async () => {
    for await (const value of values) seen.push(value)
  })()
  return { seen, done }
}

describe('a watch', () => {
  it('tells the value at once and then at most ten times a second, always the newest', async () => {
    const { runtime, happen } = createTurns()
    let value = 0
    const controller = new AbortController()
    const { seen, done } = collect(
      watchChanges(
        { runtime, clock: machineClock },
        { compose: () => value, isLast: () => false, signal: controller.signal },
      ),
    )
    for (; value < 500; value++) {
      happen()
      await vi.advanceTimersByTimeAsync(2)
    }
    await vi.advanceTimersByTimeAsync(200)
    expect(seen[0]).toBe(0)
    expect(seen.length).toBeGreaterThanOrEqual(8)
    expect(seen.length).toBeLessThanOrEqual(12)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBeGreaterThanOrEqual(499)
    controller.abort()
    await done
  })

  it('is silent while nothing happens', async () => {
    const { runtime } = createTurns()
    const controller = new AbortController()
    const { seen, done } = collect(
      watchChanges(
        { runtime, clock: machineClock },
        { compose: () => 1, isLast: () => false, signal: controller.signal },
      ),
    )
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen).toEqual([1])
    controller.abort()
    await done
  })

  it('ends with its last value, with nothing left to watch, and with its signal, and listens no longer', async () => {
    const { runtime, happen, listeners } = createTurns()
    let value: number | undefined = 1
    const signal = undefined
    const parts = { runtime, clock: machineClock }
    const last = collect(watchChanges(parts, { compose: () => 7, isLast: (v) => v === 7, signal }))
    const gone = collect(watchChanges(parts, { compose: () => value, isLast: () => false, signal }))
    await vi.advanceTimersByTimeAsync(200)
    value = undefined
    happen()
    await vi.advanceTimersByTimeAsync(200)
    await Promise.all([last.done, gone.done])
    expect([last.seen, gone.seen]).toEqual([[7], [1]])
    expect(listeners.size).toBe(0)
  })
})
