import { call } from '@orpc/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { NodeNews } from '#contract'
import { NOON } from '../../peer/brain.fixture.ts'
import { createImplementer, type CallContext } from '../calls/implementer.ts'
import { newsCalls } from '../calls/news-calls.ts'
import { createMirrored, submitted } from './news.fixture.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('a window that does not read is told nothing more, and everything that it missed once it does', async () => {
  const { parts, sources, happens } = createMirrored()
  const stopping = new AbortController()
  let unread = 0
  const context: CallContext = { connection: { calls: 0, unreadBytes: () => unread } }
  const os = createImplementer(() => undefined)
  const { watch } = newsCalls(os, parts, sources, stopping.signal)
  const told: NodeNews[] = []
  const reading = (async () => {
    for await (const news of await call(watch, undefined, { context })) told.push(news)
  })()
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toHaveLength(1)
  unread = 2 << 20
  for (let i = 0; i < 50; i++) {
    happens(submitted(`job-${i}`))
    await vi.advanceTimersByTimeAsync(200)
  }
  expect(told).toHaveLength(1)
  unread = 0
  happens({ kind: 'tick', at_ms: NOON })
  await vi.advanceTimersByTimeAsync(200)
  expect(told.slice(1).flatMap(({ jobs }) => jobs?.changed ?? [])).toHaveLength(50)
  stopping.abort()
  await vi.advanceTimersByTimeAsync(200)
  await reading
})
