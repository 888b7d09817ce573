import { describe, expect, it } from 'vitest'
import type { Clock } from '../../ports/clock.ts'
import { dialStaggered, STAGGER_MS } from './staggered-dial.ts'

/** A clock that goes on when it is told to. */
function handClock(): Clock & { advance(ms: number): Promise<void> } {
  let nowMs = 0
  const due = new Set<{ atMs: number; run: () => void }>()
  return {
    nowMs: () => nowMs,
    after(ms, run) {
      const entry = { atMs: nowMs + ms, run }
      due.add(entry)
      return () => void due.delete(entry)
    },
    async advance(ms) {
      nowMs += ms
      for (const entry of [...due].filter(({ atMs }) => atMs <= nowMs)) {
        due.delete(entry)
        entry.run()
      }
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** Addresses that answer when the test says so. */
function lines() {
  const asked = new Map<string, { answer: (line: string) => void; fail: () => void; signal: AbortSignal }>()
  const discarded: string[] = []
  return {
    asked,
    discarded,
    attempt: (address: string, signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        asked.set(address, { answer: resolve, fail: () => reject(new Error(address)), signal })
      }),
    discard: (line: string) => void discarded.push(line),
  }
}

const forever = new AbortController().signal

describe('[H4] a staggered dial', () => {
  it('tries the next while the last is silent, and the first answer ends all others', async () => {
    const clock = handClock()
    const { asked, attempt, discard, discarded } = lines()
    const dialled = dialStaggered(['a', 'b', 'c'], { clock, signal: forever, attempt, discard })
    expect([...asked.keys()]).toEqual(['a'])
    await clock.advance(STAGGER_MS - 1)
    expect([...asked.keys()]).toEqual(['a'])
    await clock.advance(1)
    expect([...asked.keys()]).toEqual(['a', 'b'])
    asked.get('b')?.answer('line of b')
    expect(await dialled).toBe('line of b')
    expect(asked.get('a')?.signal.aborted).toBe(true)
    await clock.advance(10 * STAGGER_MS)
    expect([...asked.keys()]).toEqual(['a', 'b'])
    asked.get('a')?.answer('line of a')
    await clock.advance(0)
    expect(discarded).toEqual(['line of a'])
  })

  it('goes on at once after a failure, and fails with the last', async () => {
    const clock = handClock()
    const { asked, attempt, discard } = lines()
    const dialled = dialStaggered(['a', 'b'], { clock, signal: forever, attempt, discard })
    asked.get('a')?.fail()
    await clock.advance(0)
    expect([...asked.keys()]).toEqual(['a', 'b'])
    asked.get('b')?.fail()
    await expect(dialled).rejects.toThrow('b')
  })

  it('waits for a silent address when all others have failed', async () => {
    const clock = handClock()
    const { asked, attempt, discard } = lines()
    const dialled = dialStaggered(['a', 'b'], { clock, signal: forever, attempt, discard })
    await clock.advance(STAGGER_MS)
    asked.get('b')?.fail()
    await clock.advance(0)
    asked.get('a')?.answer('line of a')
    expect(await dialled).toBe('line of a')
  })

  it('ends with its signal, before and in the middle', async () => {
    const clock = handClock()
    const { asked, attempt, discard } = lines()
    const abort = new AbortController()
    const dialled = dialStaggered(['a'], { clock, signal: abort.signal, attempt, discard })
    abort.abort(new Error('enough'))
    await expect(dialled).rejects.toThrow('enough')
    expect(asked.get('a')?.signal.aborted).toBe(true)
    await expect(dialStaggered(['z'], { clock, signal: abort.signal, attempt, discard })).rejects.toThrow(
      'enough',
    )
    expect(asked.has('z')).toBe(false)
  })
})
