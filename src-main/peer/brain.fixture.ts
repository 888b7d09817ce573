import { createHash } from 'node:crypto'
import { toAllocationState } from '../market/allocation-state.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../protocol/cid.ts'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import { JobId, PeerId, type Cid } from '../protocol/ids.ts'
import { moduleRules } from '../protocol/job-kinds/module.ts'
import type { Award } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'
import { decodeState, encodeState } from './codec.ts'
import type { Effect } from './effect.ts'
import type { PeerEvent } from './event.ts'
import { initialState, type PeerState } from './state.ts'
import type { AttemptState } from './requester/slice.ts'
import { advance } from './step.ts'

/** When the tests happen. */
export const NOON = Date.parse('2026-11-21T12:00:00.000Z')
/** The one job of most tests. */
export const JOB = JobId.parse('job')

/** A peer's id by a letter of its own. */
export function peerOf(letter: string): PeerId {
  return PeerId.parse(`12D3KooW${letter.repeat(44)}`)
}

/** The peer whose brain is tested. */
export const ME = peerOf('M')

/** A CID of some content. */
export function cidOf(content: string): Cid {
  return cidOfDigest(RAW, createHash('sha256').update(content).digest())
}

/** The CID of the manifest of a job by its name. */
export function manifestCidOf(job: string): Cid {
  return cidOfDigest(DAG_CBOR, createHash('sha256').update(`manifest of ${job}`).digest())
}

/** A job of one-second units. */
export function manifestOf(changes: Partial<JobManifest> = {}): JobManifest {
  return {
    job_id: JOB,
    requester_id: ME,
    description: '',
    algorithm_id: 'test.echo',
    algorithm_version: '1.0.0',
    params: {},
    inputs: {},
    unit_count: 1,
    required_resources: { cpu_cores: 1, ram_gb: 0.1 },
    estimated_duration_seconds: 1,
    priority: 0.5,
    verification_redundancy: 1,
    created_at: toTimestamp(NOON),
    ...changes,
  }
}

/** A slot of four cores around noon. */
export const SLOT: AvailabilitySlot = {
  slot_id: 'noon',
  start_time: toTimestamp(NOON - 3_600_000),
  end_time: toTimestamp(NOON + 8 * 3_600_000),
  resources: { cpu_cores: 4, ram_gb: 8 },
  algorithms: [
    { algorithm_id: 'test.echo', version: '1.0.0', supported: true, performance_score: 1 },
    {
      algorithm_id: moduleRules.id,
      version: moduleRules.version,
      supported: true,
      performance_score: 1,
    },
  ],
  priority: 0.5,
}

/** The commitment that a contact publishes: the trust that it gives, and the jobs that it asks for. */
export function commitmentOf(
  peer: PeerId,
  atMs: number,
  {
    trust = {},
    jobs = [],
    slots = [SLOT],
  }: {
    trust?: Record<PeerId, number>
    jobs?: readonly JobManifest[]
    slots?: AvailabilitySlot[]
  } = {},
): ComputeCommitment {
  return {
    peer_id: peer,
    availability_slots: slots,
    work_requests: jobs.map((manifest) => ({
      request_id: `request-${manifest.job_id}`,
      requester_id: peer,
      job_id: manifest.job_id,
      work_units: [],
      timestamp: toTimestamp(atMs),
      manifest_cid: manifestCidOf(manifest.job_id),
      open_ranges: [[0, manifest.unit_count]],
    })),
    trust_weights: trust,
    contribution_history: {
      total_work_units_completed: 0,
      total_compute_hours: 0,
      average_result_quality: 1,
      reliability_score: 1,
    },
    damping_factor: 1,
    over_allocation_history: [],
    timestamp: toTimestamp(atMs),
    vector_clock: { [peer]: 1 },
  }
}

/** How much a provider offers: by default four lanes, as many units waiting, a second for each. */
export interface Offered {
  readonly lanes?: number
  readonly units?: number
  readonly unitMs?: number
  readonly begin?: number
}

/** A provider's published offer of capacity for a job. */
export function offerOf(
  provider: PeerId,
  manifest: JobManifest,
  atMs: number,
  { lanes = 4, units = 2 * lanes, unitMs = 1_000, begin = 0 }: Offered = {},
): ComputeAllocationState {
  const offer = {
    slotId: SLOT.slot_id,
    tier: 1,
    requester: manifest.requester_id,
    jobId: manifest.job_id,
    begin,
    units,
    lanes,
    unitMs,
    startMs: atMs,
    endMs: atMs + Math.ceil(units / lanes) * unitMs,
    resources: manifest.required_resources,
  } as const
  return toAllocationState([offer], { peer: provider, slots: [SLOT], nowMs: atMs, clock: { [provider]: 1 } })
}

/** An award of some units of a job, all under one attempt, due within a minute unless it says otherwise. */
export function awardOf(
  units: readonly number[],
  { attempt = 1, job = JOB, due_in_ms = 60_000 }: { attempt?: number; job?: JobId; due_in_ms?: number } = {},
): Award {
  return {
    award_id: `award-${attempt}`,
    job_id: job,
    manifest_cid: manifestCidOf(job),
    units: units.map((unit_index) => ({ unit_index, attempt, role: 'primary' })),
    due_in_ms,
  }
}

/** A receipt of one unit, metered where there is fuel. A fault when `output` is none. */
export function receiptOf(
  attempt: number,
  output: string | undefined,
  unit = 0,
  fuel?: number,
): ExecutionReceipt {
  const metrics = {
    wall_ms: 10,
    cpu_ms: 10,
    peak_memory_bytes: 1,
    input_bytes: 1,
    output_bytes: 1,
    ...(fuel === undefined ? {} : { fuel }),
  }
  return {
    unit_index: unit,
    attempt,
    outcome:
      output === undefined
        ? { kind: 'fault', fault: { kind: 'unit-failed', message: 'broken' } }
        : { kind: 'output', cid: cidOf(output), metrics },
  }
}

/** A brain in a test: what happens to it, and what it wants done. */
export interface Brain {
  readonly state: PeerState
  /** Hands events over, and returns the effects of all of them. */
  happens(...events: PeerEvent[]): Effect[]
  /** Every durable event so far: what the journal would hold. */
  readonly journal: PeerEvent[]
}

/** A brain with these contacts, connected, all of them providers. */
export function createBrain(contacts: Readonly<Record<PeerId, number>> = {}, state?: PeerState): Brain {
  const brain: Brain = {
    state: state ?? initialState(ME, 'me'),
    journal: [],
    happens(...events) {
      return events.flatMap((event) => {
        const { durable, effects } = advance(brain.state, event)
        brain.journal.push(...durable)
        return effects
      })
    },
  }
  for (const [peer, trust] of Object.entries(contacts) as [PeerId, number][]) {
    brain.happens(
      { kind: 'paired', at_ms: NOON, peer, name: peer.slice(-1), addresses: [], trust },
      { kind: 'connected', at_ms: NOON, peer },
      { kind: 'commitment', at_ms: NOON, commitment: commitmentOf(peer, NOON, { trust: { [ME]: 1 } }) },
    )
  }
  return brain
}

/** The same peer after a restart: what is in a snapshot is all that it knows. */
export function restarted({ state }: Brain, atMs = NOON): { brain: Brain; effects: Effect[] } {
  const restored = decodeState(encodeState(state))
  if (!restored.ok) throw new Error(restored.fault.message)
  const brain = createBrain({}, restored.value)
  return { brain, effects: brain.happens({ kind: 'started', at_ms: atMs }) }
}

/** Submits a job. */
export function submit(brain: Brain, manifest: JobManifest, atMs = NOON): Effect[] {
  const manifest_cid = manifestCidOf(manifest.job_id)
  return brain.happens({ kind: 'job-submitted', at_ms: atMs, manifest, manifest_cid })
}

/** Lets providers offer capacity for a job, one after the other, and a second pass. */
export function offer(
  brain: Brain,
  manifest: JobManifest,
  providers: readonly PeerId[],
  atMs = NOON,
  offered: Offered = {},
): Effect[] {
  return [
    ...providers.flatMap((peer) =>
      brain.happens({ kind: 'allocation', at_ms: atMs, allocation: offerOf(peer, manifest, atMs, offered) }),
    ),
    ...brain.happens({ kind: 'tick', at_ms: atMs + 1_000 }),
  ]
}

/** Gives units of a requester's job to the brain as a provider, and lets the job's inputs arrive. */
export function take(brain: Brain, from: PeerId, award: Award, atMs = NOON): Effect[] {
  return brain.happens(
    { kind: 'award-received', at_ms: atMs, from, award },
    { kind: 'job-prepared', at_ms: atMs, requester: from, job_id: award.job_id },
  )
}

/** Hands a provider's results over. */
export function answer(
  brain: Brain,
  from: PeerId,
  receipts: ExecutionReceipt[],
  atMs = NOON + 1_100,
): Effect[] {
  return brain.happens({ kind: 'results-received', at_ms: atMs, from, job_id: JOB, receipts })
}

/** The attempts of the job's unit. */
export function attemptsOf(brain: Brain, unit = 0): readonly AttemptState[] {
  return brain.state.requester.jobs.get(JOB)?.units.get(unit)?.attempts ?? []
}

/** The attempt that a peer holds of the job's unit at this moment. */
export function heldBy(brain: Brain, peer: PeerId, unit = 0): number | undefined {
  return attemptsOf(brain, unit).find((a) => a.peer === peer && a.status.state === 'awarded')?.attempt
}

/** The effects of one kind. */
export function ofKind<K extends Effect['kind']>(
  effects: readonly Effect[],
  kind: K,
): Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
}
