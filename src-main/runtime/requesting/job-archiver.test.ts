import { afterEach, expect, test } from 'vitest'
import { createBrain, JOB, manifestOf, NOON, peerOf, receiptOf, submit } from '../../peer/brain.fixture.ts'
import type { PeerEvent } from '../../peer/event.ts'
import { advance } from '../../peer/step.ts'
import type { JobId } from '../../protocol/ids.ts'
import { openMemoryHistory } from '../../storage/history/memory-history.ts'
import { openStorage } from '../../storage/storage.ts'
import { createDefects } from '../defects.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  setClock,
  startPeer,
  testJob,
  until,
  type TestHome,
  type TestPeer,
} from '../mesh.fixture.ts'
import { recordOf } from '../journal-record.ts'
import { createJobArchiver } from './job-archiver.ts'
import { createJobRecords } from './job-records.ts'

const ANN = peerOf('A')

let peers: TestPeer[] = []

afterEach(async () => {
  await Promise.all(peers.map((peer) => peer.stop()))
  peers = []
})

/** A peer that works for itself, whose time goes on when a test says so. */
async function loner(home: TestHome) {
  const clock = setClock()
  const peer = await startPeer(createMemoryNetwork(), home, honest, { clock })
  peers = [peer]
  return { peer, clock }
}

async function finished({ runtime, peer }: TestPeer, units: number): Promise<JobId> {
  const { job } = await runtime.submit(testJob(peer, units, 1))
  await until(() => runtime.state.requester.jobs.get(job)?.status.state === 'done')
  return job
}

test('[P13] an ended job leaves the state, is as it was, and stays so over a restart', async () => {
  const home = await newHome()
  const { peer, clock } = await loner(home)
  const { runtime } = peer
  const [first, second] = [await finished(peer, 300), await finished(peer, 2)]
  const before = runtime.jobs.find(first)
  const cids = (of: TestPeer) =>
    [0, 255, 256, 299].map((index) => {
      const job = of.runtime.jobs.find(first)
      return job && of.runtime.jobs.unit(job, index)?.verified?.cid
    })
  const known = cids(peer)
  expect(new Set(known).size).toBe(4)
  clock.passedMs += 61_000
  await until(() => runtime.state.requester.jobs.size === 0)
  expect(cids(peer)).toEqual(known)
  const after = runtime.jobs.find(first)
  expect(after).toMatchObject({
    verified: 300,
    stored: 300,
    status: before?.status,
    manifest: before?.manifest,
  })
  expect([...runtime.jobs.units(after!)]).toHaveLength(300)
  expect(runtime.jobs.unit(after!, 300)).toBeUndefined()
  expect(runtime.jobs.find(first)).toBe(after)
  expect(runtime.jobs.page(1).map(({ manifest }) => manifest.job_id)).toEqual([second])
  expect(peer.blobs.has(known[0]!)).toBe(true)
  await peer.stop()
  const again = await loner(home)
  expect(cids(again.peer)).toEqual(known)
  expect(again.peer.blobs.has(known[3]!)).toBe(true)
  const listed = again.peer.runtime.jobs.page(10).map(({ manifest }) => manifest.job_id)
  expect(listed).toEqual([second, first])
})

test('[P13] a job in the history keeps its id, and goes with its units when it is removed', async () => {
  const { peer, clock } = await loner(await newHome())
  const { runtime } = peer
  const job = await finished(peer, 2)
  clock.passedMs += 61_000
  await until(() => runtime.state.requester.jobs.size === 0)
  const record = runtime.jobs.find(job)!
  const cid = runtime.jobs.unit(record, 1)!.verified!.cid
  await runtime.submit({ ...record.manifest, description: 'another' })
  // Submitting twice changes nothing, wherever the job is.
  expect(runtime.jobs.find(job)?.status.state).toBe('done')
  await runtime.dispatch({ kind: 'job-removed', at_ms: clock.nowMs(), job_id: job })
  expect([runtime.jobs.find(job), runtime.jobs.has(job), runtime.jobs.page(10)]).toEqual([
    undefined,
    false,
    [],
  ])
  await until(() => peer.blobs.owners(cid).length === 0)
})

test('[P13] a job stays removed although the process ended before the history heard of it', async () => {
  const home = await newHome()
  const { peer, clock } = await loner(home)
  const [kept, job] = [await finished(peer, 1), await finished(peer, 1)]
  clock.passedMs += 61_000
  await until(() => peer.runtime.state.requester.jobs.size === 0)
  const cid = peer.runtime.jobs.unit(peer.runtime.jobs.find(job)!, 0)!.verified!.cid
  await peer.stop()
  const storage = await openStorage({ folder: home.folder, quotaBytes: 2 ** 30, clock })
  storage.journal.append([recordOf({ kind: 'job-removed', at_ms: clock.nowMs(), job_id: job })])
  await storage.close()
  const { peer: again } = await loner(home)
  const { jobs } = again.runtime
  expect([jobs.has(job), jobs.page(10).map(({ manifest }) => manifest.job_id)]).toEqual([false, [kept]])
  await until(() => !again.blobs.owners(cid).includes(`kept:${job}`))
})

test('[P13] more than 64 ended jobs leave at once; what must be followed stays', async () => {
  const { peer, clock } = await loner(await newHome())
  const { runtime } = peer
  const first = await finished(peer, 1)
  runtime.keepWhile(({ manifest }) => manifest.job_id === first)
  await Promise.all(Array.from({ length: 66 }, () => finished(peer, 1)))
  await until(() => runtime.state.requester.jobs.size <= 65)
  clock.passedMs += 61_000
  await until(() => runtime.state.requester.jobs.size === 1)
  expect([...runtime.state.requester.jobs.keys()]).toEqual([first])
  expect(runtime.jobs.page(100)).toHaveLength(67)
})

test('[P13] final units of a large job leave while it is under way, and come back in their order', async () => {
  const brain = createBrain({ [ANN]: 1 })
  const { state } = brain
  const history = openMemoryHistory()
  const dispatch = (event: PeerEvent) => Promise.resolve(void advance(state, event))
  const archiver = createJobArchiver({
    ...{ state, history, dispatch },
    clock: { nowMs: () => NOON, after: () => () => undefined },
    defects: createDefects((error) => {
      throw error
    }),
    signal: new AbortController().signal,
  })
  submit(brain, manifestOf({ unit_count: 20_000, verification_redundancy: 1 }))
  const job = state.requester.jobs.get(JOB)!
  const units = [...Array(9_000).keys()]
  const award = { award_id: 'all', job_id: JOB, peer: ANN, deadline_ms: NOON + 1 }
  const awarded = units.map((unit_index) => ({ unit_index, attempt: 1, role: 'primary' as const }))
  await dispatch({ kind: 'awards-issued', at_ms: NOON, awards: [{ ...award, units: awarded }] })
  const receipts = units.map((index) => receiptOf(1, 'right', index))
  await dispatch({ kind: 'results-received', at_ms: NOON, from: ANN, job_id: JOB, receipts })
  archiver.look()
  expect(job.archived).toBeUndefined()
  await dispatch({ kind: 'outputs-stored', at_ms: NOON, job_id: JOB, units })
  const before = new Map(job.units)
  archiver.look()
  await expect.poll(() => job.units.size).toBeLessThan(1_024)
  expect(job.archived?.count).toBe(9_000 - job.units.size)
  const records = createJobRecords(state, history, () => undefined)
  expect([...records.units(job)].toSorted((a, b) => a - b)).toEqual(units)
  for (const index of [0, 255, 256, 4_000, 8_999]) expect(records.unit(job, index)).toEqual(before.get(index))
  expect(records.unit(job, 9_000)).toBeUndefined()
})

test('[P13] a job that is removed while its units are moved leaves nothing in the history', async () => {
  const brain = createBrain({ [ANN]: 1 })
  const { state } = brain
  const history = openMemoryHistory()
  let moves = 0
  const stopping = new AbortController()
  const dispatch = async (event: PeerEvent): Promise<void> => {
    // Without an end it would be moved for ever.
    if (event.kind === 'units-archived' && ++moves === 5) stopping.abort()
    await Promise.resolve()
    for (const effect of advance(state, event).effects)
      if (effect.kind === 'job-removed') history.remove(effect.job)
  }
  const archiver = createJobArchiver({
    ...{ state, history, dispatch },
    clock: { nowMs: () => NOON + 60_000, after: () => () => undefined },
    defects: createDefects((error) => {
      throw error
    }),
    signal: stopping.signal,
  })
  submit(brain, manifestOf({ unit_count: 4_000, verification_redundancy: 1 }))
  const units = [...Array(3_000).keys()]
  const award = { award_id: 'all', job_id: JOB, peer: ANN, deadline_ms: NOON + 1 }
  const awarded = units.map((unit_index) => ({ unit_index, attempt: 1, role: 'primary' as const }))
  await dispatch({ kind: 'awards-issued', at_ms: NOON, awards: [{ ...award, units: awarded }] })
  await dispatch({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
  const removed = dispatch({ kind: 'job-removed', at_ms: NOON, job_id: JOB })
  archiver.look()
  await removed
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(moves).toBeLessThan(3)
  const blocks = Array.from({ length: 16 }, (_, block) => history.block(JOB, block).length)
  expect([history.has(JOB), ...blocks]).toEqual([false, ...Array<number>(16).fill(0)])
})
