import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { UnitState } from '../../peer/requester/slice.ts'
import type { Cid } from '../../protocol/ids.ts'
import { jobPin } from './blob-rights.ts'
import {
  honest,
  newHome,
  pairPeers,
  socketsOf,
  startPeer,
  testJob,
  until,
  type Behaviour,
  type TestPeer,
} from '../mesh.fixture.ts'

const INPUT_BYTES = 300_000

const running: TestPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

async function start(behave: Behaviour = honest): Promise<TestPeer> {
  const home = await newHome()
  const peer = await startPeer(socketsOf(home), home, behave)
  running.push(peer)
  return peer
}

/** The outcome of asking one peer for a blob by its CID alone. */
async function asked(cid: Cid, by: TestPeer, of: TestPeer): Promise<Fault['kind'] | 'given'> {
  try {
    await by.fetcher.fetch(cid, { from: [of.peer], signal: AbortSignal.timeout(120_000) })
    return 'given'
  } catch (error) {
    if (error instanceof FaultError) return error.fault.kind
    throw error
  }
}

/** A requester with a job that waits at one provider, and a contact who has no part in it. */
async function jobAtWork() {
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const [requester, provider] = [
    await start(),
    await start(async (task) => {
      await finished
      return honest(task)
    }),
  ]
  await pairPeers(requester, provider)
  await until(() => requester.runtime.state.view.commitments.size === 1)
  const input = await requester.blobs.put(randomBytes(INPUT_BYTES))
  const job = { ...testJob(requester.peer, 2, 2), inputs: { data: input } }
  const { manifestCid } = await requester.runtime.submit(job)
  await until(() => provider.blobs.has(input))
  const onlooker = await start()
  await onlooker.runtime.dispatch({
    kind: 'availability-set',
    at_ms: Date.now(),
    availability: { kind: 'never' },
  })
  await pairPeers(requester, onlooker)
  await pairPeers(provider, onlooker)
  return { requester, provider, onlooker, input, manifestCid, job: job.job_id, finish }
}

test('[D8] a contact is not given a blob whose CID it knows, nor is a stranger or one of trust 0', async () => {
  const [owner, friend, stranger] = await Promise.all([start(), start(), start()])
  const secret = await owner.blobs.put(randomBytes(INPUT_BYTES))
  await pairPeers(owner, friend)
  await stranger.transport.connect(owner.peer, owner.transport.addresses(), {
    signal: AbortSignal.timeout(120_000),
  })
  expect(await asked(secret, friend, owner)).toBe('blob-missing')
  expect(await asked(secret, stranger, owner)).toBe('blob-missing')
  expect(friend.blobs.has(secret) || stranger.blobs.has(secret)).toBe(false)
})

test('[D8] a job’s manifest is for trusted contacts, its inputs for providers that were given units of it', async () => {
  const { requester, provider, onlooker, input, manifestCid, job, finish } = await jobAtWork()
  expect(await asked(manifestCid, onlooker, requester)).toBe('given')
  expect(await asked(input, onlooker, requester)).toBe('blob-missing')
  expect(await asked(input, onlooker, provider)).toBe('blob-missing')
  // A requester is not given back the inputs that it has named: the provider may have them from another peer.
  expect(provider.runtime.rights.mayVouch(requester.peer, input)).toBe(true)
  expect(provider.runtime.rights.mayServe(requester.peer, input)).toBe(false)

  // A part that the provider has not fetched yet: it may, as long as it is trusted.
  const trust = (weight: number) =>
    requester.runtime.dispatch({
      kind: 'trust-set',
      at_ms: Date.now(),
      peer: provider.peer,
      trust: weight,
    })
  const [first, second] = [randomBytes(INPUT_BYTES), randomBytes(INPUT_BYTES)]
  const parts = [await requester.blobs.put(first), await requester.blobs.put(second)] as const
  requester.blobs.pin(parts, jobPin(job))
  expect(await asked(parts[0], provider, requester)).toBe('given')
  await trust(0)
  expect(await asked(parts[1], provider, requester)).toBe('blob-missing')
  finish()
})

test('[D9] a requester cannot have units read a blob that it only knows by name', async () => {
  const seen: string[] = []
  const [provider, requester, owner] = [
    await start((task) => {
      seen.push(...Object.values(task.inputs).map(({ cid }) => cid))
      return honest(task)
    }),
    await start(),
    await start(),
  ]
  await pairPeers(requester, provider)
  await pairPeers(owner, provider)
  const secret = randomBytes(INPUT_BYTES)
  const cid = await owner.blobs.put(secret)
  // The provider has it, from another requester's job.
  expect(await provider.blobs.put(secret)).toBe(cid)
  const { fetcher } = provider
  const signal = AbortSignal.timeout(120_000)
  await expect(
    fetcher.fetch(cid, { from: [requester.peer], heldBy: requester.peer, signal }),
  ).rejects.toThrow()

  // A requester that says that it has it, without the bytes.
  const job = { ...testJob(requester.peer, 4, 2), inputs: { data: cid } }
  requester.blobs.has = () => true
  await requester.runtime.submit(job).catch(() => undefined)
  await until(() => {
    const units =
      requester.runtime.state.requester.jobs.get(job.job_id)?.units ?? new Map<number, UnitState>()
    return [...units.values()].some(({ attempts }) =>
      attempts.some(({ peer, status }) => peer === provider.peer && status.state === 'failed'),
    )
  })
  expect(seen).toEqual([])
})

test('[D8] an output is its requester’s: no other provider of the job has it from there or from its maker', async () => {
  const { requester, provider, onlooker, input, job, finish } = await jobAtWork()
  finish()
  await until(() => requester.runtime.state.requester.jobs.get(job)?.status.state === 'done')
  const outputs = [...requester.runtime.state.requester.jobs.get(job)!.units.values()].map(
    ({ verified }) => verified!.cid,
  )
  for (const cid of outputs) {
    expect(requester.blobs.has(cid)).toBe(true)
    expect(await asked(cid, onlooker, requester)).toBe('blob-missing')
    expect(await asked(cid, onlooker, provider)).toBe('blob-missing')
  }
  // The job is over: its providers have no more right to its inputs.
  const again = await start()
  await pairPeers(again, requester)
  expect(await asked(input, again, requester)).toBe('blob-missing')
})
