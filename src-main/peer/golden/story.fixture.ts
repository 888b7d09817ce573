import { JobId } from '../../protocol/ids.ts'
import { PAUSE_RULES, SHARING_LIMITS } from '../../protocol/pause-rule.ts'
import { POLICY } from '../../protocol/policy.ts'
import { UnitLimits } from '../../protocol/unit-limits.ts'
import { awardOf, cidOf, JOB, manifestCidOf, manifestOf, NOON, peerOf, receiptOf } from '../brain.fixture.ts'
import { batchFrom, verdictFrom } from '../envelopes.fixture.ts'
import type { DurableEvent } from '../event.ts'

const [ANN, BOB, CY, DI, EVE] = [peerOf('A'), peerOf('B'), peerOf('C'), peerOf('D'), peerOf('E')]
const idOf = (name: string) => JobId.parse(name)
const [PAUSED, CANCELLED, REMOVED] = ['paused', 'cancelled', 'removed'].map(idOf) as [JobId, JobId, JobId]
const LOWERED = idOf('lowered')
/** Went on with the units of an earlier job, and was stopped with what there was. */
const KEPT = idOf('kept')
const [THEIRS, DONE, SHORT, NEAR] = ['theirs', 'done', 'short', 'near'].map(idOf) as [
  JobId,
  JobId,
  JobId,
  JobId,
]
const minute = (n: number) => NOON + n * 60_000

/** Units of the first job, in one award each to two peers. */
const award = (id: string, peer: typeof ANN, units: readonly number[], attempt: number) => ({
  award_id: id,
  job_id: JOB,
  peer,
  units: units.map((unit_index) => ({ unit_index, attempt, role: 'primary' as const })),
  deadline_ms: minute(10),
})

/** How a peer shares, and rules of its user. */
const sharing: readonly DurableEvent[] = [
  { kind: 'started', at_ms: NOON },
  { kind: 'named', at_ms: NOON, name: 'attic' },
  {
    kind: 'policy-set',
    at_ms: NOON,
    policy: { ...POLICY, deadlines: { ...POLICY.deadlines, late_factor: 4 } },
  },
  {
    kind: 'availability-set',
    at_ms: NOON,
    availability: { kind: 'always', resources: { cpu_cores: 4, ram_gb: 8 }, priority: 0.5 },
  },
  { kind: 'lending-set', at_ms: NOON, limits: { wall_ms: 60_000 } },
  { kind: 'rules-set', at_ms: NOON, rules: { ...PAUSE_RULES, metered: { enabled: false } } },
  { kind: 'limits-set', at_ms: NOON, limits: { ...SHARING_LIMITS, cpu_percent: 50 } },
  { kind: 'rule-overridden', at_ms: NOON, rule: 'on-battery', until_ms: minute(60) },
  { kind: 'rule-overridden', at_ms: NOON, rule: 'full-screen', until_ms: minute(60) },
  { kind: 'override-ended', at_ms: minute(1), rule: 'full-screen' },
  { kind: 'sharing-paused', at_ms: minute(1), finish_first: true, until_ms: minute(2) },
  { kind: 'sharing-resumed', at_ms: minute(2) },
  { kind: 'sharing-paused', at_ms: minute(3), finish_first: false, until_ms: minute(90) },
]

/** Contacts, pairings that wait, and a blocked peer. */
const people: readonly DurableEvent[] = [
  { kind: 'invited', at_ms: NOON, secret_hash: 'hash-1', trust: 0.8, expires_at_ms: minute(10) },
  {
    kind: 'invited',
    at_ms: NOON,
    secret_hash: 'hash-2',
    trust: 0.5,
    expires_at_ms: minute(10),
    confirm: true,
  },
  {
    kind: 'paired',
    at_ms: minute(1),
    peer: ANN,
    name: 'ann',
    addresses: ['/ip4/192.0.2.1/tcp/4001'],
    trust: 0.8,
    secret_hash: 'hash-1',
  },
  { kind: 'paired', at_ms: minute(1), peer: BOB, name: 'bob', addresses: [], trust: 0.4 },
  { kind: 'paired', at_ms: minute(1), peer: CY, name: 'cy', addresses: [], trust: 0.3 },
  { kind: 'trust-set', at_ms: minute(2), peer: BOB, trust: 0.6 },
  { kind: 'forgotten', at_ms: minute(2), peer: CY },
  {
    kind: 'pair-requested',
    at_ms: minute(2),
    peer: DI,
    name: 'di',
    addresses: [],
    secret_hash: 'hash-2',
  },
  { kind: 'pair-accepted', at_ms: minute(3), peer: DI, trust: 0.7 },
  { kind: 'pair-asked', at_ms: minute(3), peer: EVE, addresses: [], trust: 0.5, expires_at_ms: minute(99) },
  { kind: 'pair-asked', at_ms: minute(3), peer: CY, addresses: [], trust: 0.5, expires_at_ms: minute(99) },
  { kind: 'pair-ended', at_ms: minute(4), peer: CY, direction: 'outgoing', reason: 'declined' },
  { kind: 'blocked', at_ms: minute(4), peer: CY },
  { kind: 'blocked', at_ms: minute(4), peer: peerOf('F') },
  { kind: 'unblocked', at_ms: minute(5), peer: peerOf('F') },
]

/** Own jobs: verified, rejected, lost, refused and handed back units; a paused, a cancelled, a removed and a done job. */
const asked: readonly DurableEvent[] = [
  {
    kind: 'job-submitted',
    at_ms: minute(5),
    manifest: manifestOf({ unit_count: 8, verification_redundancy: 2, limits: UnitLimits.parse({}) }),
    manifest_cid: manifestCidOf(JOB),
  },
  ...[PAUSED, CANCELLED, REMOVED, DONE, SHORT].map((id): DurableEvent => ({
    kind: 'job-submitted',
    at_ms: minute(5),
    manifest: manifestOf({ job_id: id }),
    manifest_cid: manifestCidOf(id),
  })),
  {
    kind: 'job-submitted',
    at_ms: minute(5),
    manifest: manifestOf({ job_id: LOWERED, verification_redundancy: 2 }),
    manifest_cid: manifestCidOf(LOWERED),
  },
  {
    kind: 'job-submitted',
    at_ms: minute(5),
    manifest: manifestOf({ job_id: KEPT, unit_count: 4 }),
    manifest_cid: manifestCidOf(KEPT),
    taken: [
      {
        unit_index: 1,
        verified: { cid: cidOf('taken'), winners: [ANN, BOB], atMs: minute(1), stored: true },
      },
    ],
  },
  { kind: 'job-paused', at_ms: minute(5), job_id: JOB },
  { kind: 'job-resumed', at_ms: minute(6), job_id: JOB },
  { kind: 'job-paused', at_ms: minute(6), job_id: PAUSED },
  { kind: 'job-priority-set', at_ms: minute(6), job_id: PAUSED, priority: 0.9 },
  { kind: 'job-redundancy-lowered', at_ms: minute(6), job_id: LOWERED, redundancy: 1 },
  { kind: 'job-cancelled', at_ms: minute(6), job_id: CANCELLED },
  { kind: 'job-cancelled', at_ms: minute(6), job_id: KEPT, keep: true },
  { kind: 'job-cancelled', at_ms: minute(6), job_id: REMOVED },
  { kind: 'job-removed', at_ms: minute(6), job_id: REMOVED },
  {
    kind: 'awards-issued',
    at_ms: minute(6),
    awards: [award('one', ANN, [0, 1, 2, 3, 4], 1), award('two', BOB, [0, 1, 2, 3, 4], 2)],
  },
  { kind: 'awards-issued', at_ms: minute(6), awards: [award('three', DI, [5, 6], 1)] },
  {
    kind: 'results-received',
    at_ms: minute(7),
    from: ANN,
    job_id: JOB,
    receipts: [
      receiptOf(1, 'right', 0, 500),
      receiptOf(1, 'wrong', 1, 500),
      receiptOf(1, undefined, 2),
      receiptOf(1, 'right', 4, 500),
    ],
  },
  {
    kind: 'results-received',
    at_ms: minute(7) + 1,
    from: BOB,
    job_id: JOB,
    receipts: [receiptOf(2, 'right', 0, 500), receiptOf(2, 'right', 1, 500), receiptOf(2, 'right', 4, 500)],
  },
  { kind: 'awards-issued', at_ms: minute(8), awards: [award('four', DI, [1], 3)] },
  {
    kind: 'results-received',
    at_ms: minute(8),
    from: DI,
    job_id: JOB,
    receipts: [receiptOf(3, 'right', 1, 500)],
  },
  {
    kind: 'award-refused',
    at_ms: minute(8),
    job_id: JOB,
    award_id: 'three',
    peer: DI,
    fault: { kind: 'too-busy', message: 'later' },
  },
  {
    kind: 'attempts-lost',
    at_ms: minute(9),
    reason: 'late',
    lost: [{ job_id: JOB, unit_index: 3, attempt: 1 }],
  },
  {
    kind: 'hand-back-received',
    at_ms: minute(9),
    from: BOB,
    job_id: JOB,
    units: [{ unit_index: 3, attempt: 2 }],
  },
  { kind: 'outputs-stored', at_ms: minute(9), job_id: JOB, units: [0] },
  {
    kind: 'output-unavailable',
    at_ms: minute(9),
    job_id: JOB,
    unit_index: 4,
    cid: cidOf('right'),
    unreachable: [BOB],
  },
  {
    kind: 'awards-issued',
    at_ms: minute(9),
    awards: [{ ...award('five', ANN, [0], 1), job_id: DONE, backup: true }],
  },
  batchFrom(ANN, [receiptOf(1, 'right'), receiptOf(7, 'stale')], { at_ms: minute(9), job: DONE }),
  { kind: 'outputs-stored', at_ms: minute(9), job_id: DONE, units: [0] },
  {
    kind: 'awards-issued',
    at_ms: minute(9),
    awards: [{ ...award('six', ANN, [0], 1), job_id: SHORT }],
  },
  batchFrom(ANN, [receiptOf(1, 'right')], { at_ms: minute(9), job: SHORT }),
  { kind: 'outputs-stored', at_ms: minute(9), job_id: SHORT, units: [0] },
  { kind: 'verdict-delivered', peer: ANN, at_ms: minute(10), job_id: SHORT },
  { kind: 'units-archived', at_ms: minute(9), job_id: JOB, units: [0] },
  { kind: 'job-archived', at_ms: minute(9), job_id: DONE },
]

/** A job whose outputs are compared by content: of two units, one is verified by outputs that are alike. */
const compared: readonly DurableEvent[] = [
  {
    kind: 'job-submitted',
    at_ms: minute(9),
    manifest: manifestOf({
      ...{ job_id: NEAR, unit_count: 2, verification_redundancy: 2 },
      comparator: { name: 'numeric-tolerance', element: 'f64', absolute: 0, relative: 1e-9, outliers: 0 },
    }),
    manifest_cid: manifestCidOf(NEAR),
  },
  ...[ANN, BOB].flatMap((peer, i): DurableEvent[] => [
    {
      kind: 'awards-issued',
      at_ms: minute(9),
      awards: [{ ...award(`near ${i}`, peer, [0, 1], i + 1), job_id: NEAR }],
    },
    {
      kind: 'results-received',
      at_ms: minute(9),
      from: peer,
      job_id: NEAR,
      receipts: [receiptOf(i + 1, `about 1, by ${peer}`, 0, 500 + i), receiptOf(i + 1, `by ${peer}`, 1)],
    },
  ]),
  {
    kind: 'outputs-compared',
    at_ms: minute(9),
    job_id: NEAR,
    unit_index: 0,
    likeness: {
      candidates: [ANN, BOB].map((peer) => cidOf(`about 1, by ${peer}`)),
      alike: [
        [true, true],
        [true, true],
      ],
    },
  },
  {
    kind: 'outputs-compared',
    at_ms: minute(9),
    job_id: NEAR,
    unit_index: 1,
    likeness: {
      candidates: [ANN, BOB].map((peer) => cidOf(`by ${peer}`)),
      alike: [
        [true, false],
        [false, true],
      ],
    },
    fault: { kind: 'trapped', message: 'unreachable' },
  },
]

/** Work for others: delivered, handed back, withdrawn and still there; a job that is settled. */
const given: readonly DurableEvent[] = [
  { kind: 'award-received', at_ms: minute(10), from: ANN, award: awardOf([0, 1, 2, 3, 4], { job: THEIRS }) },
  { kind: 'award-received', at_ms: minute(10), from: BOB, award: awardOf([7], { job: THEIRS }) },
  {
    kind: 'units-ran',
    at_ms: minute(11),
    requester: ANN,
    job_id: THEIRS,
    receipts: [receiptOf(1, 'done', 0), receiptOf(1, 'done', 1)],
    engine: 'test.echo@1.0.0+abc',
  },
  {
    kind: 'results-delivered',
    at_ms: minute(11),
    requester: ANN,
    job_id: THEIRS,
    units: [{ unit_index: 0, attempt: 1 }],
    outputs: 1,
  },
  {
    kind: 'units-handed-back',
    at_ms: minute(12),
    requester: ANN,
    job_id: THEIRS,
    units: [2, 3].map((unit_index) => ({ unit_index, attempt: 1 })),
  },
  {
    kind: 'hand-back-delivered',
    at_ms: minute(12),
    requester: ANN,
    job_id: THEIRS,
    units: [{ unit_index: 2, attempt: 1 }],
  },
  { kind: 'withdrawn', at_ms: minute(13), from: ANN, job_id: THEIRS, units: [4] },
  { kind: 'settled', at_ms: minute(13), from: BOB, job_id: THEIRS },
  verdictFrom(ANN, { won: [0, 7], lost: [1], job: THEIRS, at_ms: minute(14) }),
  { kind: 'award-received', at_ms: minute(14), from: BOB, award: awardOf([1], { job: SHORT }) },
  {
    kind: 'units-ran',
    at_ms: minute(14),
    requester: BOB,
    job_id: SHORT,
    receipts: [receiptOf(1, 'done', 1)],
    engine: 'test.echo@1.0.0+abc',
  },
  { kind: 'settled', at_ms: minute(14), from: BOB, job_id: SHORT },
]

/** Where contacts are. */
const places: readonly DurableEvent[] = [
  {
    kind: 'addresses-learned',
    at_ms: minute(14),
    peer: ANN,
    sequence: 3,
    addresses: ['/ip4/192.0.2.9/tcp/4001'],
  },
  { kind: 'address-worked', at_ms: minute(14), peer: ANN, address: '/ip4/192.0.2.9/tcp/4001' },
]

/** Events of every durable kind, in an order that a peer may live through: what a golden journal holds. */
export const STORY: readonly DurableEvent[] = [
  ...sharing,
  ...people,
  ...asked,
  ...compared,
  ...given,
  ...places,
]
