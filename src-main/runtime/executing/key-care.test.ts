import { randomBytes } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { initialState } from '../../peer/state.ts'
import type { JobId } from '../../protocol/ids.ts'
import { createIdentity } from '../../network/identity/identity.ts'
import { newJobKey } from '../requesting/job-sealer.ts'
import { createKeyCare } from './key-care.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  setClock,
  startPeer,
  testJob,
  until,
  type TestPeer,
} from '../mesh.fixture.ts'

const IDLE_MS = 31_000

let peer: TestPeer | undefined
afterEach(async () => {
  await peer?.stop()
  peer = undefined
})

/** Keys are looked at with each tick. */
async function ticks({ runtime }: TestPeer, count: number): Promise<void> {
  let seen = 0
  const stop = runtime.onNotices((notices) => {
    seen += notices.filter(({ kind }) => kind === 'ticked').length
  })
  await until(() => seen >= count)
  stop()
}

it('[K6] the key of a job that is being submitted stays, however long that takes', async () => {
  const clock = setClock()
  const ann = await startPeer(createMemoryNetwork(), await newHome(), honest, { clock, shares: false })
  peer = ann
  const gate = Promise.withResolvers<undefined>()
  const put = ann.blobs.putStructure.bind(ann.blobs)
  ann.blobs.putStructure = async (...structure) => {
    await gate.promise
    return put(...structure)
  }
  const key = newJobKey()
  const manifest = testJob(ann.peer, 1, 1)
  const submitted = ann.runtime.submit(manifest, [], key)
  await until(() => ann.keys.all().length === 1)
  await expect(ann.runtime.submit(manifest, [], newJobKey())).rejects.toMatchObject({
    fault: { kind: 'bad-input' },
  })
  await ticks(ann, 2)
  // As a laptop does that sleeps now.
  clock.passedMs += IDLE_MS
  await ticks(ann, 2)
  gate.resolve(undefined)
  const { job } = await submitted
  expect(ann.keys.find({ requester: ann.peer, job })).toEqual(key)
  await ticks(ann, 2)
  clock.passedMs += IDLE_MS
  await ticks(ann, 2)
  expect(ann.runtime.isKeyLost(job)).toBe(false)
  ann.keys.drop({ requester: ann.peer, job })
  expect(ann.runtime.isKeyLost(job)).toBe(true)
})

it('[K6] a key that comes once more, with an award that is not written down yet, stays its time again', () => {
  let nowMs = 0
  const [me, requester] = [createIdentity(randomBytes(32)).peer, createIdentity(randomBytes(32)).peer]
  const job = { requester, job: 'a' as JobId }
  const kept = new Set<string>()
  const keys = {
    keep: () => void kept.add('a'),
    find: () => undefined,
    drop: () => void kept.delete('a'),
    all: () => (kept.size === 0 ? [] : [job]),
  }
  const care = createKeyCare({
    state: initialState(me, ''),
    jobs: { has: () => false },
    keys,
    clock: { nowMs: () => nowMs, after: () => () => undefined },
    executor: { retire: () => true },
    isSubmitting: () => false,
  })
  care.keep(job, newJobKey())
  care.look()
  nowMs = IDLE_MS
  care.keep(job, newJobKey())
  care.look()
  expect(kept.size).toBe(1)
  nowMs = 2 * IDLE_MS
  care.look()
  expect(kept.size).toBe(0)
})
