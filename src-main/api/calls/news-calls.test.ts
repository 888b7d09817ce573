import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PREFERENCES, type NodeNews } from '#contract'
import { faultOfRejected } from '../transport/rejected.fixture.ts'
import { pairServed, servePeer, type ServedPeer } from '../transport/served-peer.fixture.ts'

let anna: ServedPeer
let bob: ServedPeer

beforeAll(async () => {
  ;[anna, bob] = await Promise.all([servePeer('Anna'), servePeer('Bob')])
})

afterAll(async () => {
  await Promise.all([anna.stop(), bob.stop()])
})

/** A watch of a peer's news, and what has come so far. */
async function watch({ client }: ServedPeer) {
  const controller = new AbortController()
  const stream = await client.calls.news.watch(undefined, { signal: controller.signal })
  const seen: NodeNews[] = []
  const iterator = stream[Symbol.asyncIterator]()
  return {
    seen,
    /** Reads on until some news is as asked; the test's own timeout ends it otherwise. */
    async until(holds: (news: NodeNews) => boolean): Promise<NodeNews> {
      for (;;) {
        const next = await iterator.next()
        if (next.done === true) throw new Error('the watch has ended')
        seen.push(next.value)
        if (holds(next.value)) return next.value
      }
    },
    async stop() {
      controller.abort()
      await iterator.return(undefined)
    },
  }
}

const noop = {
  kind: 'other' as const,
  algorithm_id: 'mesh.noop',
  algorithm_version: '1.0.0',
  params: {},
  inputs: {},
  unit_count: 3,
  resources: { cpu_cores: 0.1, ram_gb: 0.1 },
  estimated_duration_seconds: 0.01,
  priority: 0.5,
  redundancy: 1,
}

describe('the news', () => {
  it('begin with everything, also for late subscribers', async () => {
    for (let i = 0; i < 2; i++) {
      const news = await watch(anna)
      const whole = await news.until(() => true)
      expect(whole).toMatchObject({
        is_whole: true,
        units_here: [],
        preferences: PREFERENCES,
      })
      expect(whole.pulse?.contacts).toBe(0)
      await news.stop()
    }
  })

  it('tell a preference that another window has set, and keep it over a restart', async () => {
    const news = await watch(anna)
    await news.until(() => true)
    await anna.client.calls.preferences.set({ theme: 'dark' })
    const { preferences } = await news.until(({ preferences }) => preferences !== undefined)
    expect(preferences).toEqual({ ...PREFERENCES, theme: 'dark' })
    expect(await anna.client.calls.preferences.get()).toEqual({
      preferences: { ...PREFERENCES, theme: 'dark' },
      host: 'headless',
    })
    await news.stop()
    anna = await anna.restart()
    expect((await anna.client.calls.preferences.get()).preferences.theme).toBe('dark')
  })

  it('tell of a job from its submission to its removal, and of nothing else twice', async () => {
    const news = await watch(anna)
    await news.until(() => true)
    const { job_id } = await anna.client.calls.jobs.submit(noop)
    await news.until(({ jobs }) => jobs?.changed.some((job) => job.job_id === job_id) === true)
    await anna.client.calls.jobs.cancel({ job_id }).catch(() => undefined)
    await news.until(({ jobs }) => jobs?.changed.some(({ state }) => state.kind !== 'running') === true)
    await anna.client.calls.jobs.remove({ job_id })
    const { jobs } = await news.until(({ jobs }) => (jobs?.removed.length ?? 0) > 0)
    expect(jobs).toEqual({ changed: [], removed: [job_id] })
    expect(news.seen.filter(({ preferences }) => preferences !== undefined)).toHaveLength(1)
    await news.stop()
  })

  it('tell of people: paired, connected, trusted and forgotten', async () => {
    const news = await watch(anna)
    await news.until(() => true)
    await pairServed(anna, bob)
    const { people } = await news.until(({ people }) => people?.changed[0]?.connected === true)
    const [person] = people?.changed ?? []
    expect(person).toMatchObject({ name: 'Bob', trust_mine: 0.8 })
    await bob.client.calls.people.setTrust({
      peer_id: anna.hosted.peer.runtime.state.me,
      trust: 0.4,
    })
    await news.until(({ people }) => people?.changed[0]?.trust_theirs === 0.4)
    await anna.client.calls.people.forget({ peer_id: person!.peer_id })
    await news.until(({ people }) => people?.removed.includes(person!.peer_id) === true)
    await news.stop()
  })

  it('tell of a request to pair on both sides, until it is accepted', async () => {
    const [asked, asking] = [await watch(anna), await watch(bob)]
    const calls = anna.client.calls.people
    const { code } = await calls.invite({ trust: 0.5, valid_minutes: 10, confirm: true })
    const answer = await bob.client.calls.people.pair({ code, trust: 0.9 })
    expect(answer).toMatchObject({ state: 'waiting' })
    const [incoming] = (await asked.until(waits)).pair_requests ?? []
    expect(incoming).toMatchObject({ direction: 'incoming', name: 'Bob', trust: 0.5 })
    const [outgoing] = (await asking.until(waits)).pair_requests ?? []
    expect(outgoing).toMatchObject({ direction: 'outgoing', trust: 0.9 })
    expect(outgoing).not.toHaveProperty('name')
    expect(await calls.requests()).toEqual([incoming])
    await calls.accept({ peer_id: incoming!.peer_id, trust: 0.7 })
    const { people, pair_requests } = await asking.until(
      ({ people }) => people?.changed[0]?.trust_mine === 0.9,
    )
    expect(people?.changed[0]).toMatchObject({ name: 'Anna', connected: true })
    expect(pair_requests ?? (await bob.client.calls.people.requests())).toEqual([])
    await Promise.all([asked.stop(), asking.stop()])
  })

  it('no longer tell of a blocked peer, which is let in no more', async () => {
    const news = await watch(anna)
    const calls = anna.client.calls.people
    const peer_id = bob.hosted.peer.runtime.state.me
    await news.until(({ people }) => people?.changed[0]?.peer_id === peer_id)
    await calls.block({ peer_id })
    await news.until(({ people }) => people?.removed.includes(peer_id) === true)
    expect(await calls.blocked()).toMatchObject([{ peer_id, name: 'Bob' }])
    const { code } = await calls.invite({ trust: 0.5, valid_minutes: 10 })
    expect(await faultOfRejected(bob.client.calls.people.pair({ code, trust: 1 }))).toMatchObject({
      kind: expect.stringMatching(/unreachable|invite-refused/) as string,
    })
    await calls.unblock({ peer_id })
    expect(await calls.blocked()).toEqual([])
    await pairServed(anna, bob)
    await news.stop()
  })
})

function waits({ pair_requests }: NodeNews): boolean {
  return pair_requests?.length === 1
}
