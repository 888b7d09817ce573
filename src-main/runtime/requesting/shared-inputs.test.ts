import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
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

const PROVIDERS = 3
const INPUT_BYTES = 8 << 20

const running: TestPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

async function start(behave: Behaviour): Promise<TestPeer> {
  const home = await newHome()
  const peer = await startPeer(socketsOf(home), home, behave)
  running.push(peer)
  return peer
}

/** A unit that reads its input, and takes a while, so that every provider gets one. */
const reading: Behaviour = async (task) => {
  expect(task.inputs['data']?.layout.bytes).toBe(INPUT_BYTES)
  await new Promise((resolve) => setTimeout(resolve, 100))
  return honest(task)
}

test('[D3] a job’s input leaves the requester at most 1.5 times, to three providers that do not know one another', async () => {
  const requester = await start(honest)
  const providers = await Promise.all(Array.from({ length: PROVIDERS }, () => start(reading)))
  for (const provider of providers) await pairPeers(requester, provider)
  await until(() => requester.runtime.state.view.commitments.size >= PROVIDERS)
  const cid = await requester.blobs.put(randomBytes(INPUT_BYTES))
  const before = requester.fetcher.traffic().bytesOut

  const job = testJob(requester.peer, 12, PROVIDERS + 1)
  await requester.runtime.submit({ ...job, inputs: { data: cid } })
  await until(() => providers.every(({ blobs }) => blobs.has(cid)))

  expect(requester.fetcher.traffic().bytesOut - before).toBeLessThan(1.5 * INPUT_BYTES)
})
