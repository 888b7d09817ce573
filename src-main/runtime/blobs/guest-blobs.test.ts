import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { filesBelow } from '../../folder-files.fixture.ts'
import { GUEST_GRACE_MS } from '../../ports/blob-store.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { holdingPin } from './blob-rights.ts'
import {
  honest,
  newHome,
  pairPeers,
  setClock,
  socketsOf,
  startPeer,
  testJob,
  until,
  type Behaviour,
  type SetClock,
  type TestHome,
  type TestPeer,
} from '../mesh.fixture.ts'

/** A scene as it travels: a small blob, which lies in the database, and one that has a file. */
const DESCRIPTION_BYTES = 3_000
const GEOMETRY_BYTES = 300_000
const DAY_MS = 24 * 60 * 60_000

const running: TestPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

/** A peer whose clock a test sets. */
interface TimedPeer extends TestPeer {
  readonly home: TestHome
  readonly clock: SetClock
}

async function start(behave: Behaviour = honest, home?: TestHome, clock = setClock()): Promise<TimedPeer> {
  const place = home ?? (await newHome())
  const peer = { ...(await startPeer(socketsOf(place), place, behave, { clock })), home: place, clock }
  running.push(peer)
  return peer
}

async function again(peer: TimedPeer, how: 'stop' | 'crash'): Promise<TimedPeer> {
  running.splice(running.indexOf(peer), 1)
  await peer[how]()
  return start(honest, peer.home, peer.clock)
}

async function pair(behave?: Behaviour): Promise<{ requester: TimedPeer; provider: TimedPeer }> {
  const clock = setClock()
  const [requester, provider] = [await start(honest, undefined, clock), await start(behave, undefined, clock)]
  // Whatever runs is run for the other one.
  const availability = { kind: 'never' } as const
  await requester.runtime.dispatch({ kind: 'availability-set', at_ms: Date.now(), availability })
  await pairPeers(requester, provider)
  await until(() => requester.runtime.state.view.commitments.size === 1)
  return { requester, provider }
}

/** A job of a scene, and the parts of that. */
async function submitScene(requester: TestPeer, scene?: readonly Cid[]) {
  const parts = scene ?? [
    await requester.blobs.put(randomBytes(DESCRIPTION_BYTES)),
    await requester.blobs.put(randomBytes(GEOMETRY_BYTES)),
  ]
  const inputs = Object.fromEntries(parts.map((cid, i) => [`part-${i}`, cid]))
  const manifest: JobManifest = { ...testJob(requester.peer, 3, 1), inputs }
  const { manifestCid } = await requester.runtime.submit(manifest)
  return { job: manifest.job_id, parts, all: [...parts, manifestCid] }
}

/** Waits until a job is done and its provider has heard of it, and names all that the provider has of it. */
async function settled(requester: TestPeer, provider: TestPeer, { job, all }: { job: string; all: Cid[] }) {
  const state = () => requester.runtime.state.requester.jobs.get(job as never)
  await until(() => state()?.status.state === 'done' && provider.runtime.state.provider.holdings.size === 0)
  const outputs = [...state()!.units.values()].map(({ verified }) => verified!.cid)
  return { of: [...all, ...outputs], outputs }
}

const here = (peer: TestPeer, cids: readonly Cid[]) => cids.filter((cid) => peer.blobs.has(cid)).length

/** Files of a peer's folder in which some bytes are. */
function filesWith({ home }: TimedPeer, bytes: Uint8Array): string[] {
  return filesBelow(home.folder)
    .filter((file) => file.bytes.includes(Buffer.from(bytes)))
    .map(({ path }) => path)
}

test('[D10] an hour after settlement nothing of the job is on its provider’s disk; its requester keeps all', async () => {
  const { requester, provider } = await pair()
  const scene = await submitScene(requester)
  const contents = await Promise.all(scene.parts.map((cid) => requester.blobs.read(cid)))
  const { of } = await settled(requester, provider, scene)
  expect(here(provider, of)).toBe(of.length)
  provider.clock.passedMs += GUEST_GRACE_MS
  await until(() => here(provider, of) === 0)
  await until(() => contents.every((content) => filesWith(provider, content).length === 0))
  expect(provider.blobs.usage().bytes).toBe(0)
  provider.clock.passedMs += 9 * GUEST_GRACE_MS
  await requester.runtime.dispatch(contactsAgain(requester, provider))
  expect(here(requester, of)).toBe(of.length)
})

/** An event that makes a peer look what is due at once. */
function contactsAgain({ clock }: TimedPeer, { peer }: TestPeer): PeerEvent {
  return { kind: 'trust-set', at_ms: clock.nowMs(), peer, trust: 0.8 }
}

test('[D10] the next job of the same scene within the hour does not fetch it again, and has its own hour', async () => {
  const { requester, provider } = await pair()
  const first = await submitScene(requester)
  await settled(requester, provider, first)
  const before = provider.fetcher.traffic().bytesIn
  provider.clock.passedMs += GUEST_GRACE_MS / 2
  const second = await submitScene(requester, first.parts)
  await settled(requester, provider, second)
  expect(provider.fetcher.traffic().bytesIn - before).toBeLessThan(DESCRIPTION_BYTES)
  provider.clock.passedMs += GUEST_GRACE_MS / 2
  await provider.runtime.dispatch(contactsAgain(provider, requester))
  expect(here(provider, second.parts)).toBe(2)
  provider.clock.passedMs += GUEST_GRACE_MS / 2
  await provider.runtime.dispatch(contactsAgain(provider, requester))
  expect(here(provider, [...first.all, ...second.all])).toBe(0)
})

test('[D10] so for a job that is cancelled at work, and what the user has of the same scene stays', async () => {
  const gate = Promise.withResolvers<undefined>()
  const { requester, provider } = await pair(async (task) => {
    await gate.promise
    return honest(task)
  })
  const mine = randomBytes(GEOMETRY_BYTES)
  const own = await provider.blobs.put(mine)
  expect(await requester.blobs.put(mine)).toBe(own)
  const scene = await submitScene(requester, [own, await requester.blobs.put(randomBytes(GEOMETRY_BYTES))])
  await until(() => here(provider, scene.all) === 3)
  await requester.runtime.dispatch({ kind: 'job-cancelled', at_ms: Date.now(), job_id: scene.job })
  await until(() => provider.runtime.state.provider.holdings.size === 0)
  // A unit whose run ends after its job leaves nothing behind either.
  gate.resolve(undefined)
  provider.clock.passedMs += GUEST_GRACE_MS
  await until(() => here(provider, scene.all) === 1)
  expect(provider.blobs.has(own)).toBe(true)
  provider.clock.passedMs += GUEST_GRACE_MS
  await until(() => provider.blobs.usage().bytes === GEOMETRY_BYTES)
})

test.each(['stop', 'crash'] as const)('[D10] the hour goes on over a restart (%s)', async (how) => {
  const { requester, provider } = await pair()
  const { of } = await settled(requester, provider, await submitScene(requester))
  let restarted = await again(provider, how)
  expect(here(restarted, of)).toBe(of.length)
  restarted.clock.passedMs += GUEST_GRACE_MS
  restarted = await again(restarted, how)
  expect(here(restarted, of)).toBe(0)
})

test('[D10] a crash between the journal and the effect keeps no blob for a job that is over', async () => {
  const { requester, provider } = await pair()
  const scene = await submitScene(requester)
  const { of } = await settled(requester, provider, scene)
  // As it was before the effect was performed.
  provider.blobs.pin(of, holdingPin(requester.peer, scene.job), requester.peer)
  const restarted = await again(provider, 'crash')
  expect(of.flatMap((cid) => restarted.blobs.owners(cid))).toEqual([])
  restarted.clock.passedMs += GUEST_GRACE_MS
  await until(() => here(restarted, of) === 0)
})

test.each(['trust 0', 'blocked', 'forgotten'] as const)(
  '[D10] what a requester has here goes at once when it is %s, of jobs at work and of those that are over',
  async (how) => {
    const gate = Promise.withResolvers<undefined>()
    let isHeld = false
    const { requester, provider } = await pair(async (task) => {
      if (isHeld) await gate.promise
      return honest(task)
    })
    const over = await settled(requester, provider, await submitScene(requester))
    isHeld = true
    const atWork = await submitScene(requester)
    await until(() => here(provider, atWork.all) === 3)
    const at_ms = provider.clock.nowMs()
    const { peer } = requester
    if (how === 'trust 0') await provider.runtime.dispatch({ kind: 'trust-set', at_ms, peer, trust: 0 })
    else await provider.runtime.dispatch({ kind: how, at_ms, peer })
    await until(() => here(provider, [...over.of, ...atWork.all]) === 0)
    gate.resolve(undefined)
    await until(() => provider.blobs.usage().bytes === 0)
  },
)

test('[W37] a job whose requester has vanished for three days is over, results that it never took too', async () => {
  const { requester, provider } = await pair()
  const scene = await submitScene(requester)
  await until(() =>
    [...provider.runtime.state.provider.holdings.values()].some(({ units }) => units.size > 0),
  )
  running.splice(running.indexOf(requester), 1)
  await requester.crash()
  await until(() => !provider.runtime.state.view.connected.has(requester.peer))
  provider.clock.passedMs += 2 * DAY_MS
  const second = await again(provider, 'stop')
  const has = here(second, scene.all)
  second.clock.passedMs += GUEST_GRACE_MS
  await second.runtime.dispatch(contactsAgain(second, requester))
  expect([second.runtime.state.provider.holdings.size, here(second, scene.all)]).toEqual([1, has])
  second.clock.passedMs += DAY_MS
  await until(() => second.runtime.state.provider.holdings.size === 0)
  second.clock.passedMs += GUEST_GRACE_MS
  await until(() => second.blobs.usage().bytes === 0)
})
