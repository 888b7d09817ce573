import { expect, test } from 'vitest'
import { encodeCanonical } from '../protocol/canonical.ts'
import { ComputeCommitment } from '../protocol/commitment.ts'
import { JobId, PeerId } from '../protocol/ids.ts'
import { CONTACTS_MAX, DATASETS_HELD_MAX, OPEN_RANGES_MAX, REQUESTS_MAX } from '../protocol/limits.ts'
import {
  cidOf,
  commitmentOf,
  createBrain,
  JOB,
  manifestOf,
  NOON,
  offerOf,
  ofKind,
  peerOf,
  submit,
  type Brain,
} from './brain.fixture.ts'
import type { PeerEvent } from './event.ts'
import { COMMITMENT_BYTES_MAX, composeCommitment } from './publishing.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The ids of many peers. */
function manyPeers(count: number): PeerId[] {
  return Array.from({ length: count }, (_, i) => {
    const digits = [i % 58, Math.floor(i / 58) % 58].map((digit) => ALPHABET[digit] ?? '1').join('')
    return PeerId.parse(`12D3KooW${'A'.repeat(42)}${digits}`)
  })
}

/** A requester's brain with jobs in which every other unit is awarded, so that no open units are adjacent. */
function withScatteredJobs(brain: Brain, jobs: number): void {
  for (let i = 0; i < jobs; i++) {
    const job_id = JobId.parse(`${'j'.repeat(60)}${i}`)
    submit(brain, manifestOf({ job_id, unit_count: 1_000_000, algorithm_id: 'a'.repeat(200) }))
    const job = brain.state.requester.jobs.get(job_id)!
    for (let unit = 0; unit < 2 * OPEN_RANGES_MAX; unit++) {
      job.units.set(999_000 - 2 * unit, {
        openSinceMs: NOON,
        attempts: [
          {
            attempt: 1,
            awardId: 'award',
            peer: peerOf('B'),
            role: 'primary',
            awardedAtMs: NOON,
            deadlineMs: NOON + 1e6,
            status: { state: 'awarded' },
          },
        ],
      })
    }
  }
}

/** Everything at its bound: what this peer shares in a painted fortnight, holds, asks for, and whom it knows. */
function busyBrain(jobs: number, contacts: number): Brain {
  const brain = createBrain()
  for (const peer of manyPeers(contacts)) {
    brain.happens(
      { kind: 'paired', at_ms: NOON, peer, name: 'x', addresses: [], trust: 0.123_456_789 },
      { kind: 'commitment', at_ms: NOON, commitment: commitmentOf(peer, NOON) },
    )
  }
  withScatteredJobs(brain, jobs)
  brain.state.view.datasets = Array.from({ length: DATASETS_HELD_MAX }, (_, i) => ({
    dataset: cidOf(`${i}`),
    digest: `${i}`.padStart(22, 'd'),
    bytes: 1 << 20,
  }))
  brain.state.view.capabilities = Array.from({ length: 16 }, (_, i) => ({
    algorithm_id: `library-${i}.algorithm`,
    version: '1.0.0',
    supported: true,
    performance_score: 0.123_456_789,
  }))
  brain.happens({
    kind: 'availability-set',
    at_ms: NOON,
    availability: { kind: 'always', resources: { cpu_cores: 64, ram_gb: 128 }, priority: 0.5 },
  })
  return brain
}

test.each([
  [51, 4],
  [REQUESTS_MAX, CONTACTS_MAX],
])(
  '[Y2] a commitment of %d jobs cut to pieces and %d contacts can be published and read',
  (jobs, contacts) => {
    const { state } = busyBrain(jobs, contacts)
    const commitment = composeCommitment(state, NOON)
    expect(ComputeCommitment.safeParse(commitment).error).toBeUndefined()
    expect(encodeCanonical(commitment).byteLength).toBeLessThanOrEqual(COMMITMENT_BYTES_MAX)
    expect(commitment.work_requests).toHaveLength(jobs)
    expect(commitment.work_requests.every(({ open_ranges }) => (open_ranges?.length ?? 0) > 0)).toBe(true)
  },
)

test('[Y2] more contacts than a commitment may name: those trusted most are named, and this peer itself', () => {
  const { state } = busyBrain(1, CONTACTS_MAX + 5)
  const [dearest] = state.pairing.contacts.values()
  state.pairing.contacts.set(dearest!.peer_id, { ...dearest!, trust: 1 })
  const commitment = composeCommitment(state, NOON)
  expect(ComputeCommitment.safeParse(commitment).error).toBeUndefined()
  expect(commitment.trust_weights[dearest!.peer_id]).toBe(1)
  expect(commitment.vector_clock[state.me]).toBeGreaterThan(0)
})

test('[Y2] what does not fit loses ranges of open units, never a whole request', () => {
  const { state } = busyBrain(REQUESTS_MAX, 4)
  const whole = composeCommitment(state, NOON)
  const bytesMax = encodeCanonical(whole).byteLength - 1
  const cut = composeCommitment(state, NOON, bytesMax)
  expect(encodeCanonical(cut).byteLength).toBeLessThanOrEqual(bytesMax)
  expect(cut.work_requests.map(({ job_id }) => job_id)).toEqual(
    whole.work_requests.map(({ job_id }) => job_id),
  )
  expect(cut.work_requests.every(({ open_ranges }) => (open_ranges?.length ?? 0) > 0)).toBe(true)
})

test('[W19] more jobs than a commitment may name: those with awards are named first, then by priority', () => {
  const brain = createBrain({ [peerOf('A')]: 1 })
  const jobs = Array.from({ length: REQUESTS_MAX + 2 }, (_, i) =>
    manifestOf({ job_id: JobId.parse(`job-${i}`), priority: i / (REQUESTS_MAX + 2) }),
  )
  for (const manifest of jobs) submit(brain, manifest)
  const allocation = offerOf(peerOf('A'), jobs[0]!, NOON, { lanes: 1, units: 1 })
  brain.happens({ kind: 'allocation', at_ms: NOON, allocation })
  const named = composeCommitment(brain.state, NOON).work_requests.map(({ job_id }) => job_id)
  const [first, , , ...others] = jobs.map(({ job_id }) => job_id)
  expect(named).toEqual([first, ...others.reverse()])
})

test('[P5] a change is published at once, and a commitment is repeated after 20 s without one', () => {
  const brain = createBrain()
  const isDue = (event: PeerEvent): boolean => ofKind(brain.happens(event), 'commitment-changed').length > 0
  submit(brain, manifestOf())
  composeCommitment(brain.state, NOON)
  expect(isDue({ kind: 'job-paused', at_ms: NOON + 1, job_id: JOB })).toBe(true)
  composeCommitment(brain.state, NOON + 100)
  expect([19_000, 20_099, 20_100].map((ms) => isDue({ kind: 'tick', at_ms: NOON + ms }))).toEqual([
    false,
    false,
    true,
  ])
})
