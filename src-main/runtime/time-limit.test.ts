import { expect, test } from 'vitest'
import { withinTime } from './time-limit.ts'

/** A clock whose timers a test lets ring. */
function rung() {
  const due = new Set<() => void>()
  const after = (_delayMs: number, callback: () => void) => {
    due.add(callback)
    return () => void due.delete(callback)
  }
  return { clock: { after }, due, ring: () => due.forEach((callback) => callback()) }
}

/** Work that ends when its signal aborts, with the reason. */
function untilAborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    else signal.addEventListener('abort', () => resolve(signal.reason))
  })
}

test('work that takes too long is aborted as timed out', async () => {
  const { clock, ring } = rung()
  const ended = withinTime(clock, 50, new AbortController().signal, untilAborted)
  ring()
  expect(await ended).toMatchObject({ fault: { kind: 'timed-out' } })
})

test('work is aborted with the outer signal, also where that was aborted before', async () => {
  const outer = new AbortController()
  const ended = withinTime(rung().clock, 50, outer.signal, untilAborted)
  outer.abort('over')
  expect(await ended).toBe('over')
  expect(await withinTime(rung().clock, 50, outer.signal, untilAborted)).toBe('over')
})

test('the timer is gone with the work, whether that ends well or not', async () => {
  const { clock, due } = rung()
  const { signal } = new AbortController()
  await withinTime(clock, 50, signal, () => Promise.resolve())
  await expect(withinTime(clock, 50, signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(due.size).toBe(0)
})
