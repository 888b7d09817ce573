import { expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

/** Time that passes when the test says so. */
function handClock() {
  let nowMs = 0
  let waiting: { atMs: number; callback: () => void }[] = []
  return {
    nowMs: () => nowMs,
    after: (delayMs: number, callback: () => void) => {
      const entry = { atMs: nowMs + delayMs, callback }
      waiting.push(entry)
      return () => (waiting = waiting.filter((one) => one !== entry))
    },
    pass: (ms: number) => {
      const untilMs = nowMs + ms
      for (;;) {
        const [due] = waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (due === undefined) break
        waiting = waiting.filter((one) => one !== due)
        nowMs = Math.max(nowMs, due.atMs)
        due.callback()
      }
      nowMs = untilMs
    },
  }
}

/** A limit of 1,000 bytes a second with nothing saved up, and what of so many requests is granted. */
function limited(rate: { bytesPerS?: number } = { bytesPerS: 1_000 }) {
  const clock = handClock()
  const limit = createRateLimit(clock)
  limit.setRate(rate.bytesPerS)
  const granted: string[] = []
  const take = (name: string, bytes: number, signal?: AbortSignal): void => {
    const wait = limit.take(bytes, signal)
    if (wait === undefined) granted.push(name)
    else
      wait.then(
        () => granted.push(name),
        () => granted.push(`not ${name}`),
      )
  }
  const pass = async (ms: number): Promise<string[]> => {
    clock.pass(ms)
    await new Promise((resolve) => setImmediate(resolve))
    return granted
  }
  return { limit, take, pass, granted }
}

test('[A16] what is granted over time is the rate, first come first served', async () => {
  const { take, pass } = limited()
  for (const name of ['a', 'b', 'c', 'd']) take(name, 1_000)
  expect(await pass(10)).toEqual(['a'])
  expect(await pass(980)).toEqual(['a'])
  expect(await pass(30)).toEqual(['a', 'b'])
  expect(await pass(2_100)).toEqual(['a', 'b', 'c', 'd'])
})

test('[A16] a second’s worth is saved up at most, and what is larger is owed for after', async () => {
  const { take, pass } = limited()
  await pass(60_000)
  take('large', 5_000)
  take('next', 1)
  expect(await pass(3_900)).toEqual(['large'])
  expect(await pass(200)).toEqual(['large', 'next'])
})

test('[A16] room that was not needed is given back at once', async () => {
  const { limit, take, pass } = limited()
  await pass(1_000)
  take('chunk', 1_000_000)
  take('next', 10)
  limit.giveBack(999_900)
  expect(await pass(0)).toEqual(['chunk', 'next'])
})

test('[A16] without a rate all is granted at once, and so is what waits when the limit goes', async () => {
  const { limit, take, pass } = limited({})
  take('a', 1e9)
  expect(await pass(0)).toEqual(['a'])
  limit.setRate(10)
  take('b', 1e9)
  take('c', 1)
  expect(limit.waitMs()).toBeGreaterThan(60_000)
  limit.setRate(undefined)
  expect(await pass(0)).toEqual(['a', 'b', 'c'])
  expect(limit.waitMs()).toBe(0)
})

test('[A16] a caller that gives up leaves the queue', async () => {
  const { take, pass } = limited()
  const giveUp = new AbortController()
  take('a', 2_000)
  await pass(10)
  take('b', 1e6, giveUp.signal)
  take('c', 1)
  giveUp.abort()
  expect(await pass(2_100)).toEqual(['a', 'not b', 'c'])
})
