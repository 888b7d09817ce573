import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import type { z } from 'zod'
import type { PeerEvent } from '../../peer/event.ts'
import type { Notice } from '../../peer/notice.ts'
import { expectedFetchMs } from '../../peer/provider/fetching.ts'
import { datasetDigest } from './dataset-memory.ts'
import { createLocalityWatch } from './locality-watch.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  outputOf,
  pairPeers,
  startPeer,
  testJob,
  until,
  type TestPeer,
} from '../mesh.fixture.ts'

const open: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of open.splice(0).reverse()) await end()
})

/** A peer with a watch of its data. */
async function watchedPeer(network: ReturnType<typeof createMemoryNetwork>, behave = honest) {
  const values = new Map<string, unknown>()
  const peer = await startPeer(network, await newHome(), behave)
  const rates = new Map([[peer.peer, 1]])
  const watch = createLocalityWatch({
    runtime: peer.runtime,
    blobs: peer.blobs,
    fetcher: { rates: () => rates },
    clock: { nowMs: () => Date.now() },
    settings: {
      read: <S extends z.ZodType>(key: string, schema: S) =>
        schema.safeParse(values.get(key)).data as z.infer<S>,
      write: (key, value) => void values.set(key, value),
    },
    report: (error) => {
      throw error
    },
  })
  watch.start()
  open.push(async () => {
    watch.stop()
    await peer.stop()
  })
  return { ...peer, rates }
}

const published = (from: TestPeer, of: TestPeer) =>
  from.runtime.state.view.commitments
    .get(of.peer)
    ?.availability_slots.flatMap(({ data_locality = [] }) =>
      data_locality.map(({ dataset_id }) => dataset_id),
    )

test('[L3] [L5] what a job reads is missing, then held, and others hear of it by its digest', async () => {
  const network = createMemoryNetwork()
  const gate = Promise.withResolvers<undefined>()
  const requester = await watchedPeer(network)
  const provider = await watchedPeer(network, async (task) => {
    await gate.promise
    return outputOf(`unit ${task.unitIndex ?? -1}`)
  })
  await pairPeers(requester, provider)
  const input = await requester.blobs.put(new Uint8Array(randomBytes(3 << 20)))
  const job = { ...testJob(requester.peer, 2, 2), inputs: { input }, required_dataset: input }
  // The requester sends its input when the provider was seen to miss it: a transfer takes less time than a look.
  const seenMissing = Promise.withResolvers<undefined>()
  const read = requester.blobs.readChunk.bind(requester.blobs)
  requester.blobs.readChunk = async (cid, chunk) => {
    if (cid === input) await seenMissing.promise
    return read(cid, chunk)
  }
  // The provider sees the job before it may work on it.
  await provider.runtime.dispatch({ kind: 'sharing-paused', at_ms: Date.now(), finish_first: false })
  const { manifestCid } = await requester.runtime.submit(job)
  const { view } = provider.runtime.state
  await until(() => requester.runtime.state.view.datasets?.[0]?.dataset === input)
  provider.rates.set(requester.peer, 1 << 20)
  await provider.runtime.dispatch({ kind: 'sharing-resumed', at_ms: Date.now() })
  await until(() => view.fetching?.missing.get(manifestCid) === 3 << 20)
  await until(() => view.fetching?.rates.has(requester.peer) === true)
  expect(view.fetching?.rates.size).toBe(1)
  seenMissing.resolve(undefined)

  await until(() => view.fetching?.missing.get(manifestCid) === 0)
  expect(expectedFetchMs(provider.runtime.state, manifestCid, requester.peer)).toBe(0)
  gate.resolve(undefined)
  await until(() => requester.runtime.state.requester.jobs.get(job.job_id)?.status.state === 'done')
  await until(() => published(requester, provider)?.includes(datasetDigest(input)) === true)
  expect(JSON.stringify(published(requester, provider))).not.toContain(input)
})

test('[L5] a manifest says how large its inputs and parts are', async () => {
  const network = createMemoryNetwork()
  const requester = await watchedPeer(network)
  const input = await requester.blobs.put(new Uint8Array(5_000))
  const { job_id } = testJob(requester.peer, 1, 1)
  await requester.runtime.submit({ ...testJob(requester.peer, 1, 1), job_id, inputs: { input } })
  expect(requester.runtime.state.requester.jobs.get(job_id)?.manifest.input_bytes).toEqual({ input: 5_000 })
})

/** A watch whose peer hears nothing but what it is given here, and what it told that peer. */
async function watchGiven() {
  const provider = await startPeer(createMemoryNetwork(), await newHome(), honest)
  open.push(() => provider.stop())
  const listeners: ((notices: readonly Notice[]) => void)[] = []
  const told: PeerEvent[] = []
  const watch = createLocalityWatch({
    runtime: {
      state: provider.runtime.state,
      dispatch: (event) => Promise.resolve(void told.push(event)),
      onNotices: (listener) => {
        listeners.push(listener)
        return () => undefined
      },
    },
    blobs: provider.blobs,
    fetcher: { rates: () => new Map() },
    clock: { nowMs: () => 1_000 },
    settings: { read: () => undefined, write: () => undefined },
    report: (error) => {
      throw error
    },
  })
  watch.start()
  const input = await provider.blobs.put(new Uint8Array(randomBytes(2 << 20)))
  const manifest = { ...testJob(provider.peer, 1, 1), inputs: { input } }
  const manifest_cid = await provider.blobs.put(new Uint8Array(randomBytes(10)))
  return {
    input,
    told,
    state: provider.runtime.state,
    asked: { kind: 'manifest-heard', cid: manifest_cid, manifest } as const,
    awarded: {
      kind: 'award-taken',
      requester: provider.peer,
      job: manifest.job_id,
      manifestCid: manifest_cid,
    } as const,
    hear: (notice: Notice) => {
      for (const listener of listeners) listener([notice])
    },
  }
}

test('[L3] an input is told of where the award came together with the end of its request', async () => {
  const { input, told, asked, awarded, hear } = await watchGiven()
  hear(asked)
  // The manifest is in the peer's view no more, as when the requester's next commitment came in the same turn.
  hear(awarded)
  hear({ kind: 'ticked', atMs: 1_000 })
  expect(told).toMatchObject([{ kind: 'datasets-held', held: [{ dataset: input }] }])
})

test('[L3] an input is told of where the award came before its manifest', async () => {
  const { input, told, state, asked, awarded, hear } = await watchGiven()
  const { requester, job, manifestCid } = awarded
  state.provider.holdings.set('job', {
    requester,
    job,
    manifestCid,
    units: new Map(),
  })
  hear(awarded)
  hear(asked)
  expect(told).toMatchObject([{ kind: 'datasets-held', held: [{ dataset: input }] }])
})
