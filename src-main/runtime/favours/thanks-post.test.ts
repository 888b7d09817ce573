import { expect, it } from 'vitest'
import { peerOf } from '../../peer/brain.fixture.ts'
import type { Notice } from '../../peer/notice.ts'
import type { Settings } from '../../ports/settings.ts'
import { FaultError } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import { createThanksPost } from './thanks-post.ts'

const BOB = peerOf('B')
const JOB = 'job-1' as JobId
const TICKED: readonly Notice[] = [{ kind: 'ticked' } as Notice]

/** A post whose provider answers with a fault, and a clock that is set by hand. */
function startPost(fault: ConstructorParameters<typeof FaultError>[0]) {
  const settings = new Map<string, unknown>()
  const clock = { atMs: 1_000_000 }
  let sent = 0
  const runtime = {
    state: { pairing: { contacts: new Map([[BOB, {}]]) }, view: { connected: new Set([BOB]) } },
    thank: () => {
      sent++
      return Promise.reject(new FaultError(fault))
    },
  }
  const post = createThanksPost({
    runtime: runtime as unknown as Parameters<typeof createThanksPost>[0]['runtime'],
    clock: { nowMs: () => clock.atMs },
    settings: {
      read: (key: string) => settings.get(key),
      write: (key: string, value: unknown) => void settings.set(key, value),
    } as Settings,
    report: (error) => {
      throw error
    },
  })
  /** Lets time pass, and what was sent be answered. */
  const tickAt = async (atMs: number): Promise<number> => {
    clock.atMs = atMs
    post.hear(TICKED)
    await new Promise(setImmediate)
    return sent
  }
  post.owe([{ peer: BOB, job: JOB, atMs: clock.atMs }], new Map())
  return { tickAt, owed: () => settings.get('thanks-owed') }
}

it('[J13] thanks that a busy provider did not take are sent again after 10 s, then after twice the pause', async () => {
  const { tickAt, owed } = startPost({ kind: 'too-busy', message: 'no room' })
  expect(await tickAt(1_009_999)).toBe(1)
  expect(await tickAt(1_010_000)).toBe(2)
  expect(await tickAt(1_029_999)).toBe(2)
  expect(await tickAt(1_030_000)).toBe(3)
  expect(owed()).toHaveLength(1)
})

it('[J13] a clock that was set back does not keep thanks waiting', async () => {
  const { tickAt } = startPost({ kind: 'too-busy', message: 'no room' })
  expect(await tickAt(1_000_001)).toBe(1)
  expect(await tickAt(5)).toBe(2)
  expect(await tickAt(6)).toBe(2)
})

it('[J13] thanks that a provider refuses for good are owed no more', async () => {
  const { tickAt, owed } = startPost({ kind: 'bad-input', message: 'not of mine' })
  expect(await tickAt(1_100_000)).toBe(1)
  expect(owed()).toBeUndefined()
})
