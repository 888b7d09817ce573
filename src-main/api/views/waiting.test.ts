import { describe, expect, it } from 'vitest'
import type { PeerEvent } from '../../peer/event.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import { timeLimitMs } from '../../peer/requester/time-limit.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { SEALED, type JobManifest } from '../../protocol/work.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { LENT_LIMITS, UnitLimits } from '../../protocol/unit-limits.ts'
import { whyWaiting } from './waiting.ts'

const ME = `12D3KooW${'1'.repeat(44)}` as PeerId
const ANNA = `12D3KooW${'2'.repeat(44)}` as PeerId
const BEN = `12D3KooW${'3'.repeat(44)}` as PeerId
const JOB = 'noop-aaaaaaaa' as JobId
const T0 = 1_800_000_000_000

const SUBMITTED = {
  kind: 'job-submitted',
  at_ms: T0,
  manifest_cid: `bafyrei${'c'.repeat(52)}` as Cid,
  manifest: {
    job_id: JOB,
    requester_id: ME,
    description: '',
    algorithm_id: 'mesh.noop',
    algorithm_version: '1.0.0',
    params: {},
    inputs: {},
    unit_count: 4,
    required_resources: { cpu_cores: 1, ram_gb: 2 },
    estimated_duration_seconds: 1,
    priority: 0.5,
    verification_redundancy: 2,
    created_at: toTimestamp(T0),
  },
} satisfies PeerEvent

interface Sharing {
  readonly build?: string
  readonly version?: string
  readonly ram_gb?: number
  readonly trust?: number
  readonly shares?: boolean
  readonly ageMs?: number
}

/** A paired and connected contact, with a commitment. */
function person(peer: PeerId, sharing: Sharing = {}): PeerEvent[] {
  const { version = '1.0.0', ram_gb = 4, trust = 1, shares = true, ageMs = 0, build } = sharing
  const engine = build === undefined ? {} : { engine_digest: build, numeric_class: 'ieee' }
  const commitment: ComputeCommitment = {
    peer_id: peer,
    availability_slots: shares
      ? [
          {
            slot_id: 'now',
            start_time: toTimestamp(T0 - 1_000),
            end_time: toTimestamp(T0 + 3_600_000),
            resources: { cpu_cores: 4, ram_gb },
            algorithms: [
              { algorithm_id: 'mesh.noop', version, supported: true, performance_score: 1, ...engine },
            ],
            priority: 0.5,
          },
        ]
      : [],
    work_requests: [],
    trust_weights: trust > 0 ? { [ME]: trust } : {},
    contribution_history: {
      total_work_units_completed: 0,
      total_compute_hours: 0,
      average_result_quality: 1,
      reliability_score: 1,
    },
    damping_factor: 1,
    over_allocation_history: [],
    timestamp: toTimestamp(T0 - ageMs),
    vector_clock: {},
  }
  return [
    { kind: 'paired', at_ms: T0, peer, name: 'someone', addresses: [], trust: 0.8 },
    { kind: 'connected', at_ms: T0, peer },
    { kind: 'commitment', at_ms: T0, commitment },
  ]
}

const ALWAYS: PeerEvent[] = [
  {
    kind: 'availability-set',
    at_ms: T0,
    availability: { kind: 'always', resources: { cpu_cores: 1, ram_gb: 8 }, priority: 0.5 },
  },
  {
    kind: 'capabilities-measured',
    at_ms: T0,
    algorithms: [{ algorithm_id: 'mesh.noop', version: '1.0.0', supported: true, performance_score: 1 }],
  },
]

function why(...events: PeerEvent[]): string | undefined {
  const state: PeerState = initialState(ME, 'me')
  for (const event of [SUBMITTED, ...events]) advance(state, event)
  return whyWaiting(state, state.requester.jobs.get(JOB)!, T0)?.kind
}

/** Why a module's job waits, whose units may use so much fuel, with a peer that lends so much. */
function whyModule(fuel: number | undefined, lent: number): string | undefined {
  const state: PeerState = initialState(ME, 'me')
  const { id: algorithm_id, version } = moduleRules
  const capability = { algorithm_id, version, supported: true, performance_score: 1, limits: LENT_LIMITS }
  const { manifest } = SUBMITTED
  const limits = fuel === undefined ? {} : { limits: UnitLimits.parse({ fuel }) }
  const module = { algorithm_id, algorithm_version: version, ...limits }
  const events: PeerEvent[] = [
    { ...SUBMITTED, manifest: { ...manifest, ...module, verification_redundancy: 1 } },
    ...ALWAYS,
    { kind: 'capabilities-measured', at_ms: T0, algorithms: [capability] },
    { kind: 'lending-set', at_ms: T0, limits: { ...LENT_LIMITS, fuel: lent } },
  ]
  for (const event of events) advance(state, event)
  return whyWaiting(state, state.requester.jobs.get(JOB)!, T0)?.message
}

describe('why no peer works on a job', () => {
  it('a module may use more than any peer lends', () => {
    expect(whyModule(5_000, 4_999)).toBe(
      'nobody who shares lends a module so much: a unit may use 5000 units of fuel, and 4999 are lent',
    )
    expect(whyModule(5_000, 5_000)).toBeUndefined()
  })

  it('[W41] a unit of our own algorithms may use more than any peer lends', () => {
    const whyNoop = (wall_ms: number): string | undefined => {
      const state: PeerState = initialState(ME, 'me')
      const manifest = { ...SUBMITTED.manifest, verification_redundancy: 1 }
      const lend = { kind: 'lending-set', at_ms: T0, limits: { wall_ms } } as const
      for (const event of [{ ...SUBMITTED, manifest }, ...ALWAYS, lend]) advance(state, event)
      return whyWaiting(state, state.requester.jobs.get(JOB)!, T0)?.message
    }
    expect(whyNoop(299_999)).toBe(
      'nobody who shares lends a unit so much: a unit may use 300000 ms of time, and 299999 are lent',
    )
    expect(whyNoop(300_000)).toBeUndefined()
  })

  it('a module without limits is not run', () => {
    expect(whyModule(undefined, 5_000)).toBe(
      'nobody runs wasm.module for a job that sets no limits for a unit',
    )
  })

  it('enough peers share, but too few of them have the version', () => {
    const state: PeerState = initialState(ME, 'me')
    for (const event of [SUBMITTED, ...ALWAYS, ...person(ANNA, { version: '0.9.0' })]) advance(state, event)
    expect(whyWaiting(state, state.requester.jobs.get(JOB)!, T0)).toEqual({
      kind: 'nobody-runs-it',
      message:
        'each unit needs 2 different peers; 1 more must run mesh.noop 1.0.0, and 1 peer who shares has another version',
    })
  })

  it('[M25] enough peers share, but too few of them have the same build', () => {
    expect(why(...person(ANNA, { build: 'one' }), ...person(BEN, { build: 'two' }))).toBe('nobody-runs-it')
    expect(why(...person(ANNA, { build: 'one' }), ...person(BEN))).toBe('nobody-runs-it')
    expect(why(...person(ANNA, { build: 'one' }), ...person(BEN, { build: 'one' }))).toBeUndefined()
  })

  it('[W36] a unit ran out of its time each time where it could run', () => {
    const state: PeerState = initialState(ME, 'me')
    const { manifest } = SUBMITTED
    const limitMs = timeLimitMs(manifest)
    const alone = { ...SUBMITTED, manifest: { ...manifest, unit_count: 1, verification_redundancy: 1 } }
    for (const event of [alone, ...person(ANNA)]) advance(state, event)
    for (const attempt of [1, 2, 3]) {
      const awarded = { unit_index: 0, attempt, role: 'primary' as const }
      const award = { award_id: `a${attempt}`, job_id: JOB, peer: ANNA, units: [awarded], deadline_ms: T0 }
      const fault = { kind: 'timed-out' as const, message: 'stopped' }
      const receipts = [{ unit_index: 0, attempt, outcome: { kind: 'fault' as const, fault } }]
      const at_ms = T0 + attempt * limitMs
      advance(state, { kind: 'awards-issued', at_ms: at_ms - limitMs, awards: [award] })
      advance(state, { kind: 'results-received', at_ms, from: ANNA, job_id: JOB, receipts })
    }
    expect(whyWaiting(state, state.requester.jobs.get(JOB)!, T0)).toEqual({
      kind: 'more-verifiers',
      message: 'unit 0 ran out of its time 3 times on one peer; 1 more must share',
    })
  })

  const table: [rule: string, events: PeerEvent[], expected: string | undefined][] = [
    ['no peer is connected', [], 'nobody-connected'],
    ['people are there and share nothing', person(ANNA, { shares: false }), 'nobody-shares'],
    ['a published share is more than a minute old', person(ANNA, { ageMs: 61_000 }), 'nobody-shares'],
    ['they have another version', person(ANNA, { version: '2.0.0' }), 'nobody-runs-it'],
    ['they have too little memory', person(ANNA, { ram_gb: 1 }), 'nobody-fits'],
    ['they do not trust this peer', person(ANNA, { trust: 0 }), 'nobody-trusts-you'],
    ['one peer is not enough for redundancy 2', person(ANNA), 'more-verifiers'],
    ['this peer alone is not enough either', ALWAYS, 'more-verifiers'],
    ['two peers are enough', [...person(ANNA), ...person(BEN)], undefined],
    ['this peer counts as one of two', [...ALWAYS, ...person(ANNA)], undefined],
    ['an ended job waits for nothing', [{ kind: 'job-cancelled', at_ms: T0, job_id: JOB }], undefined],
  ]
  it.each(table)('%s', (_, events, expected) => {
    expect(why(...events)).toBe(expected)
  })

  const minute = (n: number) => T0 + n * 60_000
  /** A job that this peer and Anna compute, of which Anna has a part, and what happened then. */
  function shortageAfter(...events: PeerEvent[]) {
    const state: PeerState = initialState(ME, 'me')
    const awarded = { unit_index: 0, attempt: 1, role: 'primary' as const }
    const award = { award_id: 'a', job_id: JOB, peer: ANNA, units: [awarded], deadline_ms: minute(9) }
    const begun: PeerEvent = { kind: 'awards-issued', at_ms: T0, awards: [award] }
    for (const event of [SUBMITTED, ...ALWAYS, ...person(ANNA), begun, ...events]) advance(state, event)
    return whyWaiting(state, state.requester.jobs.get(JOB)!, T0 + 30_000)
  }

  it('[W43] two are there: nothing is said while both can go on', () => {
    expect(shortageAfter()).toBeUndefined()
  })

  it('[W43] somebody who has a part in it pauses: who it was, since when, and with how many it would go on', () => {
    const [, , paused] = person(ANNA, { shares: false })
    const why = shortageAfter({ ...paused!, at_ms: T0 + 20_000 })
    expect(why?.shortage).toEqual({
      needed: 2,
      here: 1,
      left: [{ peer_id: ANNA, name: 'someone', away: { kind: 'paused', since_ms: T0 + 20_000 } }],
      may_lower_to: 1,
    })
    expect(why?.message).toBe('each unit needs 2 different peers; 1 more must share; someone is paused')
  })

  it('[W43] a lost line counts after three seconds, though what was published is newer, and not when it is back', () => {
    const lost = (at_ms: number) => ({ kind: 'disconnected', at_ms, peer: ANNA }) as const
    expect(shortageAfter(lost(T0 + 28_000))).toBeUndefined()
    expect(shortageAfter(lost(T0 + 27_000))?.shortage?.left[0]?.away).toEqual({
      kind: 'gone',
      since_ms: T0 + 27_000,
    })
    expect(
      shortageAfter(lost(T0 + 9_000), { kind: 'connected', at_ms: T0 + 29_000, peer: ANNA }),
    ).toBeUndefined()
  })

  it('[W43] a pause that ends is over', () => {
    const [, , paused] = person(ANNA, { shares: false })
    const [, , shares] = person(ANNA)
    expect(
      shortageAfter({ ...paused!, at_ms: T0 + 10_000 }, { ...shares!, at_ms: T0 + 20_000 }),
    ).toBeUndefined()
  })

  it('[W43] fewer than the policy asks for are not proposed', () => {
    const state: PeerState = initialState(ME, 'me')
    state.policy = { ...state.policy, verification: { ...state.policy.verification, redundancy_min: 2 } }
    for (const event of [SUBMITTED, ...ALWAYS]) advance(state, event)
    const why = whyWaiting(state, state.requester.jobs.get(JOB)!, T0)
    expect(why?.shortage).toEqual({ needed: 2, here: 1, left: [] })
  })

  it('[K3] an encrypted job without offers, since peers run an older version', () => {
    const secrets = `bafkrei${'c'.repeat(52)}` as Cid
    const manifest = { ...SUBMITTED.manifest, encryption: { scheme: SEALED, secrets } } satisfies JobManifest
    const whyAfter = (afterMs: number, ...events: PeerEvent[]) => {
      const state = initialState(ME, 'me')
      const people = [...ALWAYS, ...person(ANNA), ...person(BEN)]
      for (const event of [{ ...SUBMITTED, manifest }, ...people, ...events]) advance(state, event)
      return whyWaiting(state, state.requester.jobs.get(JOB)!, T0 + afterMs)
    }
    // Each peer has a minute to offer.
    expect(whyAfter(50_000)).toBeUndefined()
    const fresh = [...person(ANNA, { ageMs: -61_000 }), ...person(BEN, { ageMs: -61_000 })]
    expect(whyAfter(61_000, ...fresh)).toEqual({
      kind: 'nobody-runs-it',
      message:
        'too few peers have offered to compute this encrypted job in a minute: older versions of Meshwork cannot',
    })
    const awarded = { unit_index: 3, attempt: 1, role: 'primary' as const }
    const award = { award_id: 'a', job_id: JOB, peer: ANNA, units: [awarded], deadline_ms: T0 }
    // The peer awarded some of it can, and this peer is the second.
    expect(whyAfter(61_000, ...fresh, { kind: 'awards-issued', at_ms: T0, awards: [award] })).toBeUndefined()
  })
})
