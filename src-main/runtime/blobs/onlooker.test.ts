import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { localPeer } from '../../network/local-mesh.ts'
import { GET, topicOf, type NetworkPath } from '../../network/publishing/store-options.ts'
import type { Transport } from '../../ports/transport.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import {
  honest,
  newHome,
  pairPeers,
  socketsOf,
  startPeer,
  testJob,
  until,
  type TestPeer,
} from '../mesh.fixture.ts'

const PATHS: readonly NetworkPath[] = ['compute/commitment', 'compute/allocation', 'compute/round']
const soon = (): AbortSignal => AbortSignal.timeout(120_000)

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

async function start(): Promise<TestPeer> {
  const home = await newHome()
  const peer = await startPeer(socketsOf(home), home, honest)
  running.push(peer)
  return peer
}

/** An onlooker that listens to all that these authors publish, connected with these peers. */
async function listen(onlooker: Transport, to: readonly TestPeer[], authors: readonly PeerId[]) {
  const heard: string[] = []
  for (const author of authors) {
    for (const path of PATHS) onlooker.subscribe(topicOf(author, path), () => void heard.push(path))
  }
  for (const { transport } of to) {
    await onlooker.connect(transport.peer, transport.addresses(), { signal: soon() })
  }
  return heard
}

/** The answers of an author who is asked for all that it publishes. */
async function answers(onlooker: Transport, author: TestPeer): Promise<(Fault['kind'] | number)[]> {
  return Promise.all(
    PATHS.map((path) =>
      onlooker.request(author.peer, GET, encodeCanonical({ path }), { signal: soon() }).then(
        (answer) => answer.byteLength,
        (error: unknown) => {
          if (error instanceof FaultError) return error.fault.kind
          throw error
        },
      ),
    ),
  )
}

/** Two friends, the first with a job, and so much news of it that a listener would have heard some. */
async function friendsWithNews() {
  const [ann, ben] = [await start(), await start()]
  await pairPeers(ann, ben)
  const news = async () => {
    const before = ben.runtime.state.view.commitments.get(ann.peer)
    const input = await ann.blobs.put(randomBytes(1_000))
    await ann.runtime.submit({ ...testJob(ann.peer, 4, 1), inputs: { data: input } })
    await until(() => ben.runtime.state.view.commitments.get(ann.peer) !== before)
    await until(() =>
      [...ann.runtime.state.requester.jobs.values()].every(({ status }) => status.state === 'done'),
    )
  }
  return { ann, ben, news }
}

test('[T6] a stranger hears nothing of trust, jobs and offers: neither asked for nor by gossip, from author or reader', async () => {
  const { ann, ben, news } = await friendsWithNews()
  const { transport: onlooker } = localPeer()
  await onlooker.start()
  running.push(onlooker)
  const heard = await listen(onlooker, [ann, ben], [ann.peer, ben.peer])
  for (let i = 0; i < 5; i++) await news()
  expect(await answers(onlooker, ann)).toEqual(['not-trusted', 'not-trusted', 'not-trusted'])
  await news()
  expect(heard).toEqual([])
})

test('[T6] a contact of trust 0 is told what a stranger is told; a friend of a friend hears nothing by way of that one', async () => {
  const { ann, ben, news } = await friendsWithNews()
  const cleo = await start()
  await pairPeers(ben, cleo)
  await pairPeers(ann, cleo, 0)
  const heard = await listen(cleo.transport, [ann, ben], [ann.peer])
  await news()
  expect(await answers(cleo.transport, ann)).toEqual(['not-trusted', 'not-trusted', 'not-trusted'])
  expect(heard).toEqual([])
  expect(cleo.runtime.state.view.commitments.has(ann.peer)).toBe(false)

  // Trust given later is heard of at once, and taken away it ends.
  const trust = (of: TestPeer, peer: PeerId, weight: number) =>
    of.runtime.dispatch({ kind: 'trust-set', at_ms: Date.now(), peer, trust: weight })
  await trust(cleo, ann.peer, 1)
  await trust(ann, cleo.peer, 1)
  await until(() => heard.length > 0)
  await trust(ann, cleo.peer, 0)
  await news()
  const before = heard.length
  for (let i = 0; i < 5; i++) await news()
  expect(heard).toHaveLength(before)
})
