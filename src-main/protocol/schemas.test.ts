import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import {
  ComputeAllocationState,
  SlotAssignmentState,
  VerificationRole,
  WorkAssignment,
} from './assignment.ts'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { cidOfDigest, cidParts, DAG_CBOR, RAW } from './cid.ts'
import { ComputeCommitment, ContributionHistory, TrustWeights } from './commitment.ts'
import { Fault } from './fault.ts'
import { Cid, JobId, PeerId, unitId, unitOrigin } from './ids.ts'
import {
  AWARD_DUE_MS_MAX,
  CAPACITY_UNITS_MAX,
  ENVELOPE_BYTES_MAX,
  INLINE_OUTPUT_BYTES_MAX,
  JOB_UNITS_MAX,
  LANES_MAX,
  PAIR_WAIT_MS_MAX,
  REDUNDANCY_MAX,
} from './limits.ts'
import { Award, AwardedUnit, Contact, DirectMessage, DirectReply, Invite } from './messages.ts'
import { ExecutionReceipt, ReceiptBatch, RunMetrics } from './receipt.ts'
import { ComputeResource } from './resource.ts'
import { ComputeRoundState, RoundPhase, VerificationConsensus, WorkResult } from './result.ts'
import { AlgorithmCapability, AvailabilitySlot, DataLocality } from './slot.ts'
import { Timestamp, toMs, toTimestamp } from './time.ts'
import { VectorClock } from './vector-clock.ts'
import { unitBitsOf } from './unit-bits.ts'
import { JobVerdict } from './verdict.ts'
import { JobManifest, type Params, unitOfManifest, UnitRange, WorkRequest, WorkUnit } from './work.ts'

// dag-cbor has one zero, so minus zero comes back as zero; nothing in the protocol tells them apart.
const number = (max: number) => fc.double({ min: 0, max, noNaN: true }).map((n) => n + 0)
const count = fc.nat(1_000_000)
const fraction = number(1)
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((s) => s.length <= 200)
const peer = fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{44}$/).map((tail) => PeerId.parse(`12D3KooW${tail}`))
const job = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/).map((id) => JobId.parse(id))
const unit = fc.tuple(job, fc.nat(999_999)).map(([of, index]) => unitId(of, index))
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })
const cid = fc
  .tuple(fc.constantFrom(RAW, DAG_CBOR), digest)
  .map(([codec, sha256]) => cidOfDigest(codec, sha256))
const timestamp = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => toTimestamp(date.getTime()))
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Params[string])
// A key that JavaScript treats specially cannot travel: the decoder refuses it as not canonical.
const safeJson = json.filter((value) => !JSON.stringify(value).includes('__proto__'))
const bytes = fc.uint8Array({ maxLength: 200 })
const fault = fc.record({
  kind: fc.constantFrom(...Fault.shape.kind.options),
  message: fc.string({ maxLength: 200 }),
})
const addresses = fc.array(fc.string({ maxLength: 60 }), { minLength: 1, maxLength: 4 })
const secret = fc.string({ unit: 'binary-ascii', minLength: 16, maxLength: 64 })
const few = { maxLength: 3 }

/** Each optional field is sometimes there and sometimes not. */
function fields<T extends object, K extends keyof T>(
  required: { [P in K]: fc.Arbitrary<T[P]> },
  optional: { [P in Exclude<keyof T, K>]: fc.Arbitrary<Exclude<T[P], undefined>> },
): fc.Arbitrary<T> {
  const arbitraries: Record<string, fc.Arbitrary<unknown>> = { ...required, ...optional }
  const drawn = fc.record<Record<string, unknown>, string>(arbitraries, {
    requiredKeys: Object.keys(required),
  })
  // The two maps name exactly the fields of T, so what is drawn from them is one.
  return drawn as fc.Arbitrary<unknown> as fc.Arbitrary<T>
}

const resource = fields<ComputeResource, 'cpu_cores' | 'ram_gb'>(
  { cpu_cores: number(1e9), ram_gb: number(1e9) },
  { gpu_vram_gb: number(1e9), disk_gb: number(1e9), network_mbps: number(1e9) },
)
const capability = fc.record({
  algorithm_id: name,
  version: name,
  supported: fc.boolean(),
  performance_score: fraction,
})
const locality = fields<DataLocality, 'dataset_id' | 'has_local_copy'>(
  { dataset_id: name, has_local_copy: fc.boolean() },
  { download_speed_mbps: number(1e9) },
)
const slot = fields<AvailabilitySlot, Exclude<keyof AvailabilitySlot, 'data_locality'>>(
  {
    slot_id: name,
    start_time: timestamp,
    end_time: timestamp,
    resources: resource,
    algorithms: fc.array(capability, few),
    priority: fraction,
  },
  { data_locality: fc.array(locality, few) },
)
const redundancy = fc.integer({ min: 1, max: REDUNDANCY_MAX })
const seconds = number(604_800)
const workUnit = fields<WorkUnit, Exclude<keyof WorkUnit, 'required_dataset'>>(
  {
    unit_id: unit,
    job_id: job,
    algorithm_id: name,
    algorithm_version: name,
    required_resources: resource,
    estimated_duration_seconds: seconds,
    priority: fraction,
    verification_redundancy: redundancy,
  },
  { required_dataset: name },
)
const range = fc
  .tuple(fc.nat(1_000), fc.integer({ min: 1, max: 1_000 }))
  .map(([from, n]): UnitRange => [from, from + n])
const request = fields<WorkRequest, 'request_id' | 'requester_id' | 'job_id' | 'work_units' | 'timestamp'>(
  { request_id: name, requester_id: peer, job_id: job, work_units: fc.array(workUnit, few), timestamp },
  {
    deadline: timestamp,
    priority: fraction,
    manifest_cid: cid,
    open_ranges: fc.array(range, few),
    unfinished: fc.nat(JOB_UNITS_MAX),
  },
)
const clock = fc.dictionary(peer, count, { maxKeys: 3, noNullPrototype: true })
const weights = fc.dictionary(peer, fraction, { maxKeys: 3, noNullPrototype: true })
const history = fc.record({
  total_work_units_completed: count,
  total_compute_hours: number(1e6),
  average_result_quality: fraction,
  reliability_score: fraction,
})
const commitment = fc.record({
  peer_id: peer,
  availability_slots: fc.array(slot, few),
  work_requests: fc.array(request, few),
  trust_weights: weights,
  contribution_history: history,
  damping_factor: fraction,
  over_allocation_history: fc.array(number(1e6), few),
  timestamp,
  vector_clock: clock,
})
const role = fc.constantFrom(...VerificationRole.options)
const assignment = fields<
  WorkAssignment,
  Exclude<keyof WorkAssignment, 'unit_count' | 'concurrency' | 'unit_seconds'>
>(
  {
    assignment_id: name,
    work_unit_id: unit,
    assigned_to_peer: peer,
    assigned_by_peer: peer,
    slot_id: name,
    expected_start: timestamp,
    expected_end: timestamp,
    resources_allocated: resource,
    verification_role: role,
    timestamp,
  },
  {
    unit_count: fc.integer({ min: 1, max: CAPACITY_UNITS_MAX }),
    concurrency: fc.integer({ min: 1, max: LANES_MAX }),
    unit_seconds: number(100 * 604_800),
  },
)
const slotState = fc.record({
  slot_id: name,
  available_resources: resource,
  tier1_assignments: fc.array(assignment, few),
  tier2_assignments: fc.array(assignment, few),
  total_allocated_resources: resource,
  utilization_percent: number(100),
})
const allocation = fc.record({
  peer_id: peer,
  slot_assignments: fc.array(slotState, few),
  total_work_units_assigned: count,
  timestamp,
  vector_clock: clock,
})
const result = fc.record({
  result_id: name,
  work_unit_id: unit,
  assignment_id: name,
  computed_by_peer: peer,
  result_data: safeJson,
  computation_time_seconds: number(1e6),
  resources_used: resource,
  verification_hash: name,
  timestamp,
})
const consensus = fields<VerificationConsensus, Exclude<keyof VerificationConsensus, 'consensus_result'>>(
  {
    work_unit_id: unit,
    results: fc.array(result, few),
    agreement_count: count,
    total_verifiers: fc.integer({ min: 1, max: 100 }),
    is_verified: fc.boolean(),
    timestamp,
  },
  { consensus_result: name },
)
const round = fields<ComputeRoundState, Exclude<keyof ComputeRoundState, 'phases'>>(
  {
    peer_id: peer,
    round: count,
    vector_clock: clock,
    active_jobs: fc.array(name, few),
    timestamp,
  },
  { phases: fc.subarray([...RoundPhase.options]) },
)
const manifest = fields<
  JobManifest,
  Exclude<keyof JobManifest, 'required_dataset' | 'deadline' | 'price_per_unit' | 'budget'>
>(
  {
    job_id: job,
    requester_id: peer,
    description: fc.string({ maxLength: 100 }),
    algorithm_id: name,
    algorithm_version: name,
    params: fc
      .dictionary(fc.string({ minLength: 1, maxLength: 10 }), safeJson, { maxKeys: 3, noNullPrototype: true })
      .filter((params) => !Object.hasOwn(params, '__proto__')),
    inputs: fc.dictionary(fc.stringMatching(/^[a-z]{1,10}$/), cid, { maxKeys: 3, noNullPrototype: true }),
    unit_count: fc.integer({ min: 1, max: 1_000_000 }),
    required_resources: resource,
    estimated_duration_seconds: seconds,
    priority: fraction,
    verification_redundancy: redundancy,
    created_at: timestamp,
  },
  {
    required_dataset: name,
    deadline: timestamp,
    price_per_unit: fc.integer({ min: 0, max: 1e9 }),
    budget: fc.nat(),
  },
)
const attempt = fc.integer({ min: 1, max: 1_000_000 })
const metrics = fc.record({
  wall_ms: number(1e9),
  cpu_ms: number(1e9),
  peak_memory_bytes: count,
  input_bytes: count,
  output_bytes: count,
})
const output = fields<Extract<ExecutionReceipt['outcome'], { kind: 'output' }>, 'kind' | 'cid' | 'metrics'>(
  { kind: fc.constant('output'), cid, metrics },
  { inline: fc.uint8Array({ maxLength: INLINE_OUTPUT_BYTES_MAX }) },
)
const receipt = fc.record({
  unit_index: fc.nat(999_999),
  attempt,
  outcome: fc.oneof(output, fc.record({ kind: fc.constant('fault' as const), fault })),
})
const batch = fc.record({
  batch_id: name,
  job_id: job,
  requester_id: peer,
  provider_id: peer,
  manifest_cid: cid,
  engine: name,
  numeric_class: name,
  receipts: fc.array(receipt, { minLength: 1, maxLength: 3 }),
  timestamp,
})
const awarded = fc.record({ unit_index: fc.nat(999_999), attempt, role })
const award = fc.record({
  award_id: name,
  job_id: job,
  manifest_cid: cid,
  units: fc.array(awarded, { minLength: 1, maxLength: 3 }),
  due_in_ms: fc.integer({ min: 1, max: AWARD_DUE_MS_MAX }),
})
const units = fc.array(fc.nat(999_999), few)
const unitAttempts = fc.array(fc.record({ unit_index: fc.nat(999_999), attempt }), {
  minLength: 1,
  maxLength: 8,
})
const message: fc.Arbitrary<DirectMessage> = fc.oneof(
  fc.record({ kind: fc.constant('award' as const), award }),
  fc.record({ kind: fc.constant('results' as const), envelope: bytes }),
  fc.record({ kind: fc.constant('withdraw' as const), job_id: job }),
  fc.record({ kind: fc.constant('withdraw' as const), job_id: job, units }),
  fc.record({ kind: fc.constant('recall' as const), job_id: job, units: unitAttempts }),
  fc.record({ kind: fc.constant('settled' as const), job_id: job, units }),
  fc.record({
    kind: fc.constant('hand-back' as const),
    job_id: job,
    units: unitAttempts,
    reason: fc.string({ maxLength: 200 }),
  }),
  fc.record({ kind: fc.constant('thanks' as const), thanks: fc.record({ job_id: job }) }),
  fc.record({ kind: fc.constant('pair' as const), secret, name, addresses }),
  fc.record({
    kind: fc.constantFrom('pair-again' as const, 'pair-answered' as const, 'pair-given-up' as const),
  }),
)
const reply: fc.Arbitrary<DirectReply> = fc.oneof(
  fc.constant({ kind: 'taken' as const }),
  fc.record({ kind: fc.constant('refused' as const), fault }),
  fc.record({ kind: fc.constant('waiting' as const), left_ms: fc.nat(PAIR_WAIT_MS_MAX) }),
  fc.record({ kind: fc.constant('paired' as const), name, peer_id: peer }),
)

/** Every schema of the protocol with values that it must accept. */
const jobVerdict = fc
  .record({
    job_id: job,
    requester_id: peer,
    provider_id: peer,
    manifest_cid: cid,
    units: fc.uniqueArray(fc.nat({ max: 999 })),
    timestamp,
  })
  .map(({ units, ...verdict }) => ({
    ...verdict,
    won: unitBitsOf(units.filter((unit) => unit % 2 === 0)),
    lost: unitBitsOf(units.filter((unit) => unit % 2 === 1)),
  }))
const schemas: Record<string, [z.ZodType, fc.Arbitrary<unknown>]> = {
  ComputeResource: [ComputeResource, resource],
  AlgorithmCapability: [AlgorithmCapability, capability],
  DataLocality: [DataLocality, locality],
  AvailabilitySlot: [AvailabilitySlot, slot],
  WorkUnit: [WorkUnit, workUnit],
  UnitRange: [UnitRange, range],
  WorkRequest: [WorkRequest, request],
  TrustWeights: [TrustWeights, weights],
  ContributionHistory: [ContributionHistory, history],
  ComputeCommitment: [ComputeCommitment, commitment],
  WorkAssignment: [WorkAssignment, assignment],
  SlotAssignmentState: [SlotAssignmentState, slotState],
  ComputeAllocationState: [ComputeAllocationState, allocation],
  WorkResult: [WorkResult, result],
  VerificationConsensus: [VerificationConsensus, consensus],
  ComputeRoundState: [ComputeRoundState, round],
  JobManifest: [JobManifest, manifest],
  JobVerdict: [JobVerdict, jobVerdict],
  RunMetrics: [RunMetrics, metrics],
  ExecutionReceipt: [ExecutionReceipt, receipt],
  ReceiptBatch: [ReceiptBatch, batch],
  AwardedUnit: [AwardedUnit, awarded],
  Award: [Award, award],
  DirectMessage: [DirectMessage, message],
  DirectReply: [DirectReply, reply],
  Invite: [Invite, fc.record({ peer_id: peer, addresses, secret })],
  Contact: [Contact, fc.record({ peer_id: peer, name, addresses, trust: fraction, paired_at_ms: count })],
  Fault: [Fault, fault],
  VectorClock: [VectorClock, clock],
}

const RUNS = { numRuns: 60 }

describe.each(Object.entries(schemas))('%s', (_, [schema, arbitrary]) => {
  test('[E1] is the same after encoding and decoding, and has one encoding', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const encoded = encodeCanonical(value)
        const decoded = decodeCanonical(encoded, schema, ENVELOPE_BYTES_MAX)
        expect(decoded).toEqual({ ok: true, value })
        if (decoded.ok) expect(encodeCanonical(decoded.value)).toEqual(encoded)
      }),
      RUNS,
    )
  })

  test('[E2] mutated bytes decode to a value of the shape or a typed fault, never an exception', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.option(fc.nat(), { freq: 4 }) })
    fc.assert(
      fc.property(arbitrary, fc.array(mutation, { minLength: 1, maxLength: 4 }), (value, mutations) => {
        let mutated = encodeCanonical(value)
        for (const { at, byte, cut } of mutations) {
          if (mutated.length === 0) break
          mutated[at % mutated.length] = byte
          if (cut !== null) mutated = mutated.slice(0, cut % mutated.length)
        }
        const decoded = decodeCanonical(mutated, schema, ENVELOPE_BYTES_MAX)
        if (decoded.ok) {
          expect(schema.safeParse(decoded.value).success).toBe(true)
        } else {
          expect(['malformed', 'not-canonical', 'oversized']).toContain(decoded.fault.kind)
          expect(Fault.parse(decoded.fault)).toEqual(decoded.fault)
        }
      }),
      RUNS,
    )
  })
})

describe('what is beyond its bounds', () => {
  const refuses = (schema: z.ZodType, valid: fc.Arbitrary<object>, change: object): void => {
    fc.assert(
      fc.property(valid, (value) => {
        expect(schema.safeParse(value).success).toBe(true)
        expect(schema.safeParse({ ...value, ...change }).success).toBe(false)
      }),
      RUNS,
    )
  }

  test('[E2] offers of more capacity than a peer can have are refused, and units without end', () => {
    for (const change of [
      { unit_count: 0 },
      { unit_count: CAPACITY_UNITS_MAX + 1 },
      { concurrency: 0 },
      { concurrency: LANES_MAX + 1 },
      { unit_seconds: -1 },
      { unit_seconds: Number.POSITIVE_INFINITY },
    ])
      refuses(WorkAssignment, assignment, change)
    refuses(WorkRequest, request, { unfinished: JOB_UNITS_MAX + 1 })
  })

  test('[E2] awards without a time, and recalls of nothing, are refused', () => {
    for (const due_in_ms of [undefined, 0, 0.5, AWARD_DUE_MS_MAX + 1]) refuses(Award, award, { due_in_ms })
    const recall = fc.record({ kind: fc.constant('recall'), job_id: job, units: unitAttempts })
    refuses(DirectMessage, recall, { units: [] })
    refuses(DirectMessage, recall, { units: [{ unit_index: 0, attempt: 0 }] })
  })
})

describe('identifiers and times', () => {
  test('[E1] a CID names its codec and digest', () => {
    fc.assert(
      fc.property(fc.constantFrom(RAW, DAG_CBOR), digest, (codec, sha256) => {
        const made = cidOfDigest(codec, sha256)
        expect(Cid.parse(made)).toBe(made)
        expect(cidParts(made)).toEqual({ codec, sha256 })
      }),
    )
  })

  test('[E1] whatever looks like a CID is one: asking for its parts never fails', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^baf(y|k)rei[a-h][a-z2-7]{51}$/), (text) => {
        const parsed = Cid.safeParse(text)
        if (parsed.success) expect(cidParts(parsed.data).sha256.length).toBe(32)
      }),
    )
  })

  test('[E2] text of a CID’s letters that no digest encodes to is refused', () => {
    const digestPart = 'b'.repeat(50)
    expect(Cid.safeParse(`bafkreib${digestPart}a`).success).toBe(true)
    // The bits before the digest would say another length; those after it would not be zero.
    expect(Cid.safeParse(`bafkreii${digestPart}a`).success).toBe(false)
    expect(Cid.safeParse(`bafkreib${digestPart}b`).success).toBe(false)
  })

  test('[E1] a unit id names its job and index', () => {
    fc.assert(
      fc.property(job, fc.nat(999_999), (of, index) => {
        expect(unitOrigin(unitId(of, index))).toEqual({ job: of, index })
      }),
    )
  })

  test('[E1] every timestamp that the schema accepts is a moment', () => {
    const loose = fc.stringMatching(
      /^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?Z$/,
    )
    fc.assert(
      fc.property(loose, (text) => {
        const parsed = Timestamp.safeParse(text)
        if (parsed.success) expect(Number.isFinite(toMs(parsed.data))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('[E1] a timestamp keeps its millisecond', () => {
    fc.assert(
      fc.property(timestamp, (moment) => {
        expect(toTimestamp(toMs(moment))).toBe(moment)
      }),
    )
  })

  test('[E1] every unit of a manifest is a valid unit', () => {
    fc.assert(
      fc.property(manifest, fc.nat(), (of, pick) => {
        const written = unitOfManifest(of, pick % of.unit_count)
        expect(WorkUnit.parse(written)).toEqual(written)
      }),
    )
  })
})
