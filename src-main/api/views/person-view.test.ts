import { describe, expect, it } from 'vitest'
import { Reach } from '../../../src-preload/contract/reach.ts'
import type { PeerEvent } from '../../peer/event.ts'
import { initialState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { Connection, PeerReach } from '../../ports/reach.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { createCoresReader, personViews } from './person-view.ts'

const ME = `12D3KooW${'1'.repeat(44)}` as PeerId
const ANNA = `12D3KooW${'2'.repeat(44)}` as PeerId
const CY = `12D3KooW${'3'.repeat(44)}` as PeerId
const T0 = 1_800_000_000_000

const paired = (trust: number): PeerEvent => ({
  kind: 'paired',
  at_ms: T0,
  peer: ANNA,
  name: 'Anna',
  addresses: [],
  trust,
})

const commitment = (theirs: number, atMs: number): PeerEvent => ({
  kind: 'commitment',
  at_ms: atMs,
  commitment: {
    peer_id: ANNA,
    availability_slots: [
      {
        slot_id: 'now',
        start_time: toTimestamp(T0),
        end_time: toTimestamp(T0 + 3_600_000),
        resources: { cpu_cores: 6, ram_gb: 4 },
        algorithms: [],
        priority: 0.5,
      },
    ],
    work_requests: [],
    trust_weights: theirs > 0 ? { [ME]: theirs } : {},
    contribution_history: {
      total_work_units_completed: 0,
      total_compute_hours: 0,
      average_result_quality: 1,
      reliability_score: 1,
    },
    damping_factor: 1,
    over_allocation_history: [],
    timestamp: toTimestamp(atMs),
    vector_clock: {},
  },
})

function view(
  events: PeerEvent[],
  connections: readonly Connection[] = [],
  nowMs = T0 + 1_000,
  reach: readonly (readonly [PeerId, PeerReach])[] = [],
) {
  const state = initialState(ME, 'me')
  for (const event of events) advance(state, event)
  return personViews(state, {
    nowMs,
    connections,
    reach: new Map(reach),
    shortNameOf: () => 'valom-jobip',
    coresShared: createCoresReader(),
    unitsForThem: new Map([[ANNA, 2]]),
    unitsForUs: new Map(),
    reliabilityByDay: () => [null, 0.5],
  })[0]!
}

describe('the view of a person', () => {
  it('says nothing about a contact that was never heard of', () => {
    const person = view([paired(0.8)])
    expect(person).toEqual({
      peer_id: ANNA,
      name: 'Anna',
      short_name: 'valom-jobip',
      trust_mine: 0.8,
      tier: 2,
      connected: false,
      paired_at_ms: T0,
      verified: 0,
      rejected: 0,
      failed: 0,
      expired: 0,
      reliability_by_day: [null, 0.5],
      done_for_them: 0,
      running_for_them: 2,
      running_for_us: 0,
    })
  })

  it.each([
    ['mutual trust', 0.8, 0.5, 1],
    ['only this user trusts', 0.8, 0, 2],
    ['this user does not', 0, 0.5, 'none'],
  ] as const)('has the tier that follows when %s', (_, mine, theirs, tier) => {
    expect(view([paired(mine), commitment(theirs, T0)])).toMatchObject({ tier, trust_theirs: theirs })
  })

  it('shows how they are connected and what they share now', () => {
    const connection: Connection = {
      peer: ANNA,
      route: 'relayed',
      scope: 'relay',
      through: CY,
      address: '/x',
      sinceMs: T0,
      rttMs: 12,
    }
    const cy: PeerEvent = { ...paired(1), peer: CY, name: 'Cy' } as PeerEvent
    expect(view([paired(1), commitment(1, T0), cy], [connection])).toMatchObject({
      connected: true,
      route: 'relayed',
      reach: { state: 'relayed', through: CY, through_name: 'Cy', since_ms: T0 },
      rtt_ms: 12,
      last_seen_ms: T0 + 1_000,
      shares_cores: 6,
    })
  })

  it.each([
    ['/ip4/203.0.113.5/tcp/20000', 'internet', 'ip4'],
    ['/ip6/2001:db8::5/tcp/20000', 'internet', 'ip6'],
    ['/ip4/192.168.1.5/tcp/20000', 'local', 'local'],
    ['/ip6/::1/tcp/20000', 'machine', 'machine'],
  ] as const)('[H10] says over what a direct connection goes: %s', (address, scope, over) => {
    const connection: Connection = { peer: ANNA, route: 'direct', scope, address, sinceMs: T0 }
    expect(view([paired(1)], [connection]).reach).toEqual({ state: 'direct', over, address, since_ms: T0 })
  })

  it('[H10] says how the search for a contact goes, in whole milliseconds', () => {
    const looking: PeerReach = {
      state: 'unreachable',
      sinceMs: T0,
      tries: 7,
      nextTryMs: T0 + 1_000.25,
      failure: { kind: 'no-answer', addresses: 3 },
    }
    const { reach } = view([paired(1)], [], T0 + 60_000, [[ANNA, looking]])
    expect(Reach.parse(reach)).toEqual({
      state: 'unreachable',
      since_ms: T0,
      tries: 7,
      next_try_ms: T0 + 1_000,
      failure: { kind: 'no-answer', addresses: 3 },
    })
  })

  it('remembers when an absent contact was last heard of, and no longer what they shared', () => {
    const gone: PeerEvent[] = [
      { kind: 'connected', at_ms: T0, peer: ANNA },
      { kind: 'disconnected', at_ms: T0 + 700, peer: ANNA },
    ]
    const person = view([paired(1), commitment(1, T0), ...gone], [], T0 + 120_000)
    expect(person.last_seen_ms).toBe(T0 + 700)
    expect(person).not.toHaveProperty('shares_cores')
  })
})
