import { describe, expect, it } from 'vitest'
import { contract, MAKERS_MAX, timeLeftOf } from '#contract'
import type { PeerEvent } from '../../peer/event.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { BYTES_MAX, CPU_MS_MAX, DURATION_MS_MAX } from '../../protocol/quantities.ts'
import { timeLimitMs } from '../../peer/requester/time-limit.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import { toTimestamp } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { jobStatus, jobSummary, peerNames } from './job-view.ts'

const ME = `12D3KooW${'1'.repeat(44)}` as PeerId
const ANNA = `12D3KooW${'2'.repeat(44)}` as PeerId
const BEN = `12D3KooW${'3'.repeat(44)}` as PeerId
const JOB = 'noop-aaaaaaaa' as JobId
const RIGHT = `bafkrei${'a'.repeat(52)}` as Cid
const WRONG = `bafkrei${'b'.repeat(52)}` as Cid
const MANIFEST_CID = `bafyrei${'c'.repeat(52)}` as Cid
const T0 = 1_800_000_000_000

const manifest: JobManifest = {
  job_id: JOB,
  requester_id: ME,
  description: 'nothing at all',
  algorithm_id: 'mesh.noop',
  algorithm_version: '1.0.0',
  params: {},
  inputs: {},
  unit_count: 4,
  required_resources: { cpu_cores: 1, ram_gb: 0.1 },
  estimated_duration_seconds: 1,
  priority: 0.5,
  verification_redundancy: 2,
  created_at: toTimestamp(T0),
}

const metrics = { wall_ms: 20, cpu_ms: 15, peak_memory_bytes: 1, input_bytes: 0, output_bytes: 8 }

const output = (unit_index: number, attempt: number, cid: Cid): ExecutionReceipt => ({
  unit_index,
  attempt,
  outcome: { kind: 'output', cid, metrics, inline: new Uint8Array(8) },
})

const award = (peer: PeerId, ...units: [unit_index: number, attempt: number][]): PeerEvent => ({
  kind: 'awards-issued',
  at_ms: T0 + 100,
  awards: [
    {
      award_id: `award-${peer.slice(-1)}-${units.join('-')}`,
      job_id: JOB,
      peer,
      units: units.map(([unit_index, attempt]) => ({ unit_index, attempt, role: 'primary' })),
      deadline_ms: T0 + 60_000,
    },
  ],
})

const results = (from: PeerId, ...receipts: ExecutionReceipt[]): PeerEvent => ({
  kind: 'results-received',
  at_ms: T0 + 1_100,
  from,
  job_id: JOB,
  receipts,
})

/** A peer to which all this has happened. */
function after(...events: PeerEvent[]): PeerState {
  const state = initialState(ME, 'me')
  const submitted: PeerEvent = { kind: 'job-submitted', at_ms: T0, manifest, manifest_cid: MANIFEST_CID }
  for (const event of [submitted, ...events]) advance(state, event)
  return state
}

const options = {
  nowMs: T0 + 2_100,
  shortNameOf: (peer: PeerId) => `short-${peer.slice(-1)}`,
  follower: () => undefined,
  notesOf: () => ({}),
  factsOf: () => ({ kind: 'other' }) as const,
  riskOf: () => undefined,
  isHeldUp: () => false,
  troubleOf: () => undefined,
  isKeyLost: () => false,
}
const optionsOf = (state: PeerState) => ({ ...options, nameOf: peerNames(state, options.shortNameOf) })
const statusOf = (state: PeerState) => jobStatus(state, state.requester.jobs.get(JOB)!, optionsOf(state))

describe('the view of a job', () => {
  it('[W43] says who left and that it waits while the only one who is there is still at work', () => {
    const state = after(
      { kind: 'paired', at_ms: T0, peer: ANNA, name: 'Anna', addresses: [], trust: 0.8 },
      { kind: 'connected', at_ms: T0, peer: ANNA },
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
      award(ANNA, [0, 1]),
      award(ME, [0, 2], [1, 1]),
      { kind: 'disconnected', at_ms: T0 + 200, peer: ANNA },
    )
    const job = state.requester.jobs.get(JOB)!
    const { waiting, by_peer } = jobStatus(state, job, { ...optionsOf(state), nowMs: T0 + 5_000 })
    const away = { kind: 'gone', since_ms: T0 + 200 }
    expect(waiting?.shortage).toMatchObject({ needed: 2, here: 1, left: [{ name: 'Anna', away }] })
    expect(by_peer.map(({ name, running_units, away: is }) => [name, running_units, is])).toEqual(
      expect.arrayContaining([
        ['me', 2, undefined],
        ['Anna', 1, away],
      ]),
    )
  })

  it('of a job that has not begun has no first award and no estimate', () => {
    const status = statusOf(after())
    expect(status).toMatchObject({
      job_id: JOB,
      algorithm: { id: 'mesh.noop', version: '1.0.0' },
      state: { kind: 'running' },
      units: 4,
      verified: 0,
      redundancy: 2,
      wall_ms: 2_100,
      by_peer: [],
    })
    expect(status).not.toHaveProperty('first_award_ms')
    expect(timeLeftOf([status], options.nowMs)).toEqual({ kind: 'unknown' })
  })

  it('counts for each peer what it verified, holds and got wrong, most verified first', () => {
    const state = after(
      award(ANNA, [0, 1], [1, 1]),
      award(ME, [0, 2], [2, 1]),
      award(BEN, [0, 3]),
      results(BEN, output(0, 3, WRONG)),
      results(ANNA, output(0, 1, RIGHT)),
      results(ME, output(0, 2, RIGHT)),
    )
    const { by_peer, verified, rejected_outputs } = statusOf(state)
    expect({ verified, rejected_outputs }).toEqual({ verified: 1, rejected_outputs: 1 })
    expect(
      by_peer.map(({ peer_id, verified_units, running_units, rejected }) => ({
        peer_id,
        verified_units,
        running_units,
        rejected,
      })),
    ).toEqual([
      { peer_id: ME, verified_units: 1, running_units: 1, rejected: 0 },
      { peer_id: ANNA, verified_units: 1, running_units: 1, rejected: 0 },
      { peer_id: BEN, verified_units: 0, running_units: 0, rejected: 1 },
    ])
    expect(by_peer[0]).toMatchObject({ name: 'me', is_self: true, cpu_ms: 15, wall_ms: 20, output_bytes: 8 })
    expect(by_peer[1]).toMatchObject({ name: 'short-2', is_self: false })
  })

  it('of a job that has ended has nothing running', () => {
    const awarded = [award(ANNA, [0, 1], [1, 1]), award(ME, [0, 2], [2, 1])]
    const running = statusOf(after(...awarded)).by_peer.map((share) => share.running_units)
    expect(running).toEqual([2, 2])
    const ended = after(...awarded, { kind: 'job-cancelled', at_ms: T0 + 1_000, job_id: JOB })
    expect(statusOf(ended).state.kind).toBe('cancelled')
    expect(statusOf(ended).by_peer.map((share) => share.running_units)).toEqual([0, 0])
  })

  it('counts failed runs and late units', () => {
    const fault: Fault = { kind: 'runner-lost', message: 'it died' }
    const state = after(
      award(ANNA, [0, 1]),
      award(BEN, [1, 1]),
      results(ANNA, { unit_index: 0, attempt: 1, outcome: { kind: 'fault', fault } }),
      {
        kind: 'attempts-lost',
        at_ms: T0 + 1_200,
        reason: 'late',
        lost: [{ job_id: JOB, unit_index: 1, attempt: 1 }],
      },
    )
    const { by_peer, retried } = statusOf(state)
    expect(retried).toBe(2)
    expect(by_peer.find(({ peer_id }) => peer_id === ANNA)).toMatchObject({ failed: 1, expired: 0 })
    expect(by_peer.find(({ peer_id }) => peer_id === BEN)).toMatchObject({ failed: 0, expired: 1 })
  })

  it('[W36] counts runs that used up the unit’s time apart from those that failed', () => {
    const fault: Fault = { kind: 'timed-out', message: 'stopped' }
    const late = results(ANNA, { unit_index: 0, attempt: 1, outcome: { kind: 'fault', fault } })
    const state = after(award(ANNA, [0, 1]), { ...late, at_ms: T0 + 100 + timeLimitMs(manifest) })
    const share = statusOf(state).by_peer.find(({ peer_id }) => peer_id === ANNA)
    expect(share).toMatchObject({ failed: 0, timed_out: 1 })
    expect(statusOf(after(award(ANNA, [0, 1]))).by_peer[0]).not.toHaveProperty('timed_out')
  })

  it('names whose PCs made it, the largest part first', () => {
    const state = after(
      { kind: 'paired', at_ms: T0, peer: ANNA, name: 'Anna', addresses: [], trust: 0.8 },
      award(ANNA, [0, 1], [1, 1]),
      award(BEN, [0, 2], [1, 2]),
      award(ME, [1, 3]),
      results(ANNA, output(0, 1, RIGHT)),
    )
    const summary = () => jobSummary(state.requester.jobs.get(JOB)!, optionsOf(state))
    expect(summary()).not.toHaveProperty('made_by')
    advance(state, results(BEN, output(0, 2, RIGHT), output(1, 2, RIGHT)))
    advance(state, results(ME, output(1, 3, RIGHT)))
    expect(summary().made_by).toEqual({
      makers: [
        { name: 'short-3', is_self: false },
        { name: 'me', is_self: true },
        { name: 'Anna', is_self: false },
      ],
      others: 0,
    })
  })

  it('names the four with the largest parts, and counts the rest', () => {
    const peers = Array.from('23456789', (digit) => `12D3KooW${digit.repeat(44)}` as PeerId)
    const state = after(
      ...peers.flatMap((peer, i): PeerEvent[] => {
        const [unit, attempt] = [i >> 1, (i & 1) + 1]
        return [award(peer, [unit, attempt]), results(peer, output(unit, attempt, RIGHT))]
      }),
    )
    const made = jobSummary(state.requester.jobs.get(JOB)!, optionsOf(state)).made_by
    expect(made?.makers).toHaveLength(MAKERS_MAX)
    expect(made?.others).toBe(peers.length - MAKERS_MAX)
  })

  it('expects the rest at the pace since the first award, the same at whatever moment it is asked', () => {
    const state = after(
      award(ANNA, [0, 1], [1, 1]),
      award(ME, [0, 2], [1, 2]),
      results(ANNA, output(0, 1, RIGHT), output(1, 1, RIGHT)),
      results(ME, output(0, 2, RIGHT), output(1, 2, RIGHT)),
    )
    const job = state.requester.jobs.get(JOB)!
    const summary = jobSummary(job, optionsOf(state))
    expect(summary).toMatchObject({ verified: 2, stored: 2, first_award_ms: 100 })
    const later = { ...jobStatus(state, job, { ...optionsOf(state), nowMs: options.nowMs + 5_000 }) }
    expect(later.pace).toEqual(summary.pace)
    expect(timeLeftOf([summary], T0 + 1_100)).toEqual({ kind: 'left', ms: 1_000 })
    expect(timeLeftOf([summary], T0 + 1_100)).toEqual(timeLeftOf([later], T0 + 1_100))
  })

  it('counts the fuel of a verified unit once, and of each peer what its output took', () => {
    const metered = (unit_index: number, attempt: number, fuel: number): ExecutionReceipt => ({
      unit_index,
      attempt,
      outcome: { kind: 'output', cid: RIGHT, metrics: { ...metrics, fuel }, inline: new Uint8Array(8) },
    })
    const state = after(
      award(ANNA, [0, 1], [1, 1]),
      award(ME, [0, 2], [1, 2]),
      results(ANNA, metered(0, 1, 1_000), metered(1, 1, 70)),
      results(ME, metered(0, 2, 1_000)),
    )
    const status = statusOf(state)
    expect(status.fuel).toBe(1_000)
    expect(status.by_peer.map(({ peer_id, fuel }) => [peer_id, fuel])).toEqual(
      expect.arrayContaining([
        [ME, 1_000],
        [ANNA, 1_070],
      ]),
    )
    expect(statusOf(after())).not.toHaveProperty('fuel')
  })

  it('stops its clock at the end', () => {
    const state = after({ kind: 'job-cancelled', at_ms: T0 + 500, job_id: JOB })
    expect(statusOf(state)).toMatchObject({ state: { kind: 'cancelled' }, wall_ms: 500 })
    expect(statusOf(state)).not.toHaveProperty('waiting')
  })

  it('says with which fault a job failed', () => {
    const fault: Fault = { kind: 'unit-failed', message: 'cannot be' }
    const failed = (unit_index: number, attempt: number): ExecutionReceipt => ({
      unit_index,
      attempt,
      outcome: { kind: 'fault', fault },
    })
    const state = after(
      award(ANNA, [0, 1]),
      award(BEN, [0, 2]),
      results(ANNA, failed(0, 1)),
      results(BEN, failed(0, 2)),
    )
    expect(statusOf(state).state).toEqual({
      kind: 'failed',
      fault: { kind: 'unit-failed', message: 'unit 0 failed: cannot be' },
    })
  })
})

describe('numbers without end', () => {
  it('[E10] that others claim end at what can be told: the view never fails by a sum', () => {
    const most = {
      wall_ms: DURATION_MS_MAX,
      cpu_ms: CPU_MS_MAX,
      peak_memory_bytes: BYTES_MAX,
      input_bytes: BYTES_MAX,
      output_bytes: BYTES_MAX,
      fuel: Number.MAX_SAFE_INTEGER,
    }
    const state = after()
    const job = state.requester.jobs.get(JOB)!
    for (let unit = 0; unit < 4; unit++) {
      const cid = RIGHT
      const status = { state: 'returned', cid, metrics: most } as const
      const base = { awardId: 'a', role: 'primary', awardedAtMs: T0, deadlineMs: T0, status } as const
      const attempts = Array.from({ length: 16 }, (_, i) => ({ ...base, attempt: i + 1, peer: ANNA }))
      const verified = { cid, fuel: most.fuel, winners: [ANNA], atMs: T0, stored: true }
      job.units.set(unit, { attempts, openSinceMs: T0, verified })
    }
    const told = contract.jobs.status['~orpc'].outputSchema?.['~standard'].validate(statusOf(state))
    expect(told).toMatchObject({ value: { fuel: Number.MAX_SAFE_INTEGER } })
  })

  it('[W7] says that outputs wait for room here before all that is said of others', () => {
    const state = after()
    const fault = { kind: 'quota-exceeded', message: '9 bytes do not fit' } as const
    const status = jobStatus(state, state.requester.jobs.get(JOB)!, {
      ...optionsOf(state),
      troubleOf: () => fault,
    })
    expect(status.waiting).toEqual({ kind: 'no-room', message: '9 bytes do not fit' })
  })

  it('[K2] says that a job cannot go on whose key is lost', () => {
    const state = after()
    const lost = { ...optionsOf(state), isKeyLost: () => true }
    expect(jobStatus(state, state.requester.jobs.get(JOB)!, lost).waiting?.kind).toBe('key-lost')
    const ended = after({ kind: 'job-cancelled', at_ms: T0, job_id: JOB })
    expect(jobStatus(ended, ended.requester.jobs.get(JOB)!, lost).waiting).toBeUndefined()
  })
})
