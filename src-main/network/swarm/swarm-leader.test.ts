import { describe, expect, test } from 'vitest'
import { refuse } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { addChunk, allChunksBut, noChunks, type ChunkSet } from '../chunks/chunk-set.ts'
import {
  LEASE_MS_MAX,
  LEASES_PER_MEMBER_MAX,
  LEASES_PER_MEMBER_MIN,
  STARVED_MS,
  SWARM_MEMORY_BYTES_MAX,
} from '../limits.ts'
import { createSwarmLeader } from './swarm-leader.ts'
import type { SwarmShare } from './swarm-wire.ts'

const COUNT = 100
const CID = 'blob' as Cid
const peers = Array.from({ length: 9 }, (_, i) => `peer ${i}` as PeerId)
const [a, b, c] = peers as [PeerId, PeerId, PeerId]

/** A leader whose clock and connections a test holds. */
function setUp(count = COUNT) {
  let nowMs = 0
  const connected = new Set(peers)
  const leader = createSwarmLeader({
    nowMs: () => nowMs,
    chunkCount: () => count,
    connected: () => connected,
    issuePass: () => new Uint8Array(1),
  })
  const states = new Map(peers.map((peer) => [peer, { held: noChunks(count), taking: [] as number[] }]))
  const share = (peer: PeerId, without: PeerId[] = [], cid = CID): SwarmShare & { kind: 'share' } => {
    const { held, taking } = states.get(peer)!
    const { blobs } = leader.answer(peer, { addresses: [peer], blobs: [{ cid, held, taking, without }] })
    const [answer] = blobs
    if (answer?.kind !== 'share') throw new Error('refused')
    taking.push(...answer.take)
    return answer
  }
  return {
    leader,
    connected,
    share,
    wait: (ms: number) => void (nowMs += ms),
    /** The member has everything that it was to take. */
    take: (peer: PeerId) => {
      const state = states.get(peer)!
      for (const index of state.taking.splice(0)) addChunk(state.held, index)
    },
    set: (peer: PeerId, held: ChunkSet) => void states.set(peer, { held, taking: [] }),
    forget: (peer: PeerId) => void states.set(peer, { held: noChunks(count), taking: [] }),
  }
}

describe('the leader of a swarm', () => {
  test('[D3] each chunk leaves once: members that come back again and again are given every chunk, none twice', () => {
    const { share, take } = setUp()
    const given: number[] = []
    for (let round = 0; round < 50; round++) {
      for (const peer of peers) given.push(...share(peer).take)
      for (const peer of peers) take(peer)
    }
    expect(given.toSorted((x, y) => x - y)).toEqual(Array.from({ length: COUNT }, (_, i) => i))
  })

  test('a member takes a few at a time, and more while it is alone', () => {
    const { share } = setUp()
    expect(share(a).take).toHaveLength(LEASES_PER_MEMBER_MAX)
    for (const peer of peers.slice(1)) share(peer)
    expect(share(peers[8]!).take).toEqual([])
    const all = setUp()
    for (const peer of peers) all.share(peer)
    all.take(b)
    expect(all.share(b).take).toHaveLength(LEASES_PER_MEMBER_MIN)
  })

  test('[D7] members hear who has what, and where; a member that is done hears of none', () => {
    const { leader, share, take } = setUp()
    share(a)
    take(a)
    share(a)
    const answer = leader.answer(b, {
      addresses: [],
      blobs: [{ cid: CID, held: noChunks(COUNT), taking: [], without: [] }],
    })
    expect(answer.members).toEqual([{ peer: a, addresses: [a] }])
    const all = leader.answer(b, {
      addresses: [],
      blobs: [{ cid: CID, held: allChunksBut(COUNT, []), taking: [], without: [] }],
    })
    expect(all).toMatchObject({ members: [], blobs: [{ take: [], holders: [] }] })
  })

  test('[D4] what a member was to take is free when it is gone, has forgotten it, or is slow', () => {
    for (const how of ['gone', 'forgot', 'slow'] as const) {
      const { share, connected, forget, wait } = setUp(LEASES_PER_MEMBER_MIN)
      expect(share(a).take).toHaveLength(LEASES_PER_MEMBER_MIN)
      expect(share(b).take).toEqual([])
      if (how === 'gone') connected.delete(a)
      if (how === 'slow') wait(LEASE_MS_MAX)
      if (how === 'forgot') {
        forget(a)
        expect(share(a).take).toHaveLength(LEASES_PER_MEMBER_MIN)
        continue
      }
      expect(share(b).take).toHaveLength(LEASES_PER_MEMBER_MIN)
    }
  })

  test('[D4] a member that gets nothing from the others for a while gets it here, and at once if it cannot reach them', () => {
    const { share, wait, set } = setUp()
    set(a, allChunksBut(COUNT, []))
    share(a)
    expect(share(b).take).toEqual([])
    wait(STARVED_MS - 1)
    expect(share(b).take).toEqual([])
    wait(1)
    expect(share(b).take).toHaveLength(1)
    expect(share(c, [a]).take.length).toBeGreaterThan(1)
    expect(share(c, [a]).holders.map(([place]) => place)).toEqual([])
  })

  test('[D4] a member of several swarms is starved when nothing comes of any blob, and is given one chunk, then two', () => {
    const { leader, wait } = setUp(1)
    const cids = Array.from({ length: 4 }, (_, i) => `blob ${i}` as Cid)
    const mine = cids.map(() => noChunks(1))
    const whole = allChunksBut(1, [])
    const ask = (peer: PeerId, held: readonly ChunkSet[]): number => {
      const reports = cids.map((cid, i) => ({ cid, held: held[i]!, taking: [], without: [] }))
      const { blobs } = leader.answer(peer, { addresses: [], blobs: reports })
      return blobs.flatMap((blob) => (blob.kind === 'share' ? blob.take : [])).length
    }
    ask(
      a,
      cids.map(() => whole),
    )
    expect(ask(b, mine)).toBe(0)
    wait(STARVED_MS - 1)
    mine[0] = whole
    expect(ask(b, mine)).toBe(0)
    wait(STARVED_MS - 1)
    expect(ask(b, mine)).toBe(0)
    wait(1)
    expect(ask(b, mine)).toBe(1)
    expect(ask(b, mine)).toBe(0)
    wait(STARVED_MS)
    expect(ask(b, mine)).toBe(2)
  })

  test('a member that waits for chunks others still take is not starved', () => {
    const { share, wait, take } = setUp(LEASES_PER_MEMBER_MIN)
    share(a)
    share(b)
    wait(LEASE_MS_MAX - 1)
    expect(share(b).take).toEqual([])
    take(a)
    share(a)
    expect(share(b).take).toEqual([])
  })

  test('what is remembered is bounded, the swarm used longest ago is forgotten first', () => {
    const count = 20_000
    const { share } = setUp(count)
    const swarms = Math.ceil(SWARM_MEMORY_BYTES_MAX / (count / 8)) + 10
    const cidOf = (i: number) => `blob ${i}` as Cid
    for (let i = 0; i < swarms; i++) share(a, [], cidOf(i))
    // Forgotten, the first is led anew: nothing of it counts as taken.
    expect(share(b, [], cidOf(0)).take.length).toBeGreaterThan(0)
    expect(share(b, [], cidOf(0)).holders).toEqual([])
  })

  test('[D2] a peer that may not have a blob is refused that blob alone', () => {
    const leader = createSwarmLeader({
      nowMs: () => 0,
      chunkCount: (peer) => (peer === a ? 1 : refuse('not-trusted', 'not for you')),
      connected: () => new Set(peers),
      issuePass: () => new Uint8Array(1),
    })
    const blobs = [{ cid: CID, held: noChunks(1), taking: [], without: [] }]
    expect(leader.answer(b, { addresses: [], blobs }).blobs).toMatchObject([{ kind: 'refused' }])
    expect(leader.answer(a, { addresses: [], blobs })).toMatchObject({ members: [], blobs: [{ take: [0] }] })
  })
})
