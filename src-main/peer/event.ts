import { z } from 'zod'
import { ADDRESSES_MAX, AddressText } from '../protocol/address-record.ts'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import { EngineId } from '../protocol/engine.ts'
import { Fault } from '../protocol/fault.ts'
import { Cid, JobId, Name, PeerId } from '../protocol/ids.ts'
import { AwardedUnit, Award } from '../protocol/messages.ts'
import type { MachineSample } from '../protocol/machine-sample.ts'
import { PauseRules, RuleName, SharingLimits } from '../protocol/pause-rule.ts'
import { Count, MomentMs } from '../protocol/quantities.ts'
import { Attempt, ExecutionReceipt } from '../protocol/receipt.ts'
import { ComputeResource } from '../protocol/resource.ts'
import { WeekPlan } from '../protocol/sharing-plan.ts'
import { AvailabilitySlot, Fraction, type AlgorithmCapability } from '../protocol/slot.ts'
import { LentLimits } from '../protocol/unit-limits.ts'
import { JobManifest, UnitIndex } from '../protocol/work.ts'

/** When something happened, by this peer's clock; the only time that `step` knows. */
const At = z.object({ at_ms: MomentMs })

/** How much a peer shares and when: around the clock, or in the slots that its user painted. */
export const Availability = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('never') }),
  z.object({ kind: z.literal('always'), resources: ComputeResource, priority: Fraction }),
  z.object({ kind: z.literal('slots'), slots: z.array(AvailabilitySlot) }),
  z.object({ kind: z.literal('week'), plan: WeekPlan }),
])
export type Availability = z.infer<typeof Availability>

/** Units by number, with the attempt that is meant. */
const UnitAttempts = z.array(z.object({ unit_index: UnitIndex, attempt: Attempt }))

/** Units given to one provider, as the requester decided and journaled before it told any peer. */
export const IssuedAward = z.object({
  award_id: Name,
  job_id: JobId,
  peer: PeerId,
  units: z.array(AwardedUnit),
  deadline_ms: MomentMs,
  /** Its units are computed by another peer too, which may be late. */
  backup: z.literal(true).exactOptional(),
  /** The engine that its peer offered, where results are compared exactly; absent for a peer that does not tell it. */
  engine: EngineId.exactOptional(),
})
export type IssuedAward = z.infer<typeof IssuedAward>

/**
 * Events of a peer that must survive a power cut: the journal holds exactly these, and replaying them
 * rebuilds the durable part of the state.
 */
export const DurableEvent = z.discriminatedUnion('kind', [
  /** The program started; counts the epochs, which keep names unique across restarts. */
  At.extend({ kind: z.literal('started') }),
  At.extend({ kind: z.literal('named'), name: z.string().min(1).max(100) }),
  At.extend({ kind: z.literal('availability-set'), availability: Availability }),
  /** The limits for one unit of a stranger's module here. */
  At.extend({ kind: z.literal('lending-set'), limits: LentLimits }),
  At.extend({ kind: z.literal('trust-set'), peer: PeerId, trust: Fraction }),

  // sharing
  /** The user pauses sharing, until then or until they resume; what runs may be finished first. */
  At.extend({
    kind: z.literal('sharing-paused'),
    until_ms: MomentMs.exactOptional(),
    finish_first: z.boolean(),
  }),
  At.extend({ kind: z.literal('sharing-resumed') }),
  At.extend({ kind: z.literal('rules-set'), rules: PauseRules }),
  At.extend({ kind: z.literal('limits-set'), limits: SharingLimits }),
  /** The user shares although a rule says no, until its reason is over or until then. */
  At.extend({ kind: z.literal('rule-overridden'), rule: RuleName, until_ms: MomentMs }),
  At.extend({ kind: z.literal('override-ended'), rule: RuleName }),

  // pairing
  At.extend({
    kind: z.literal('invited'),
    secret_hash: Name,
    trust: Fraction,
    expires_at_ms: MomentMs,
    /** A peer that uses it is paired only after the user's yes. */
    confirm: z.boolean().exactOptional(),
  }),
  At.extend({
    kind: z.literal('paired'),
    peer: PeerId,
    name: z.string().min(1).max(100),
    addresses: z.array(z.string().max(300)).max(16),
    trust: Fraction,
    secret_hash: Name.exactOptional(),
  }),
  At.extend({ kind: z.literal('forgotten'), peer: PeerId }),
  /** A contact's signed word of where it is; the signature was looked at before. */
  At.extend({
    kind: z.literal('addresses-learned'),
    peer: PeerId,
    sequence: z.int().min(1),
    addresses: z.array(AddressText).max(ADDRESSES_MAX),
  }),
  /** A contact was reached there. */
  At.extend({ kind: z.literal('address-worked'), peer: PeerId, address: AddressText }),
  /** A peer has used an invite that asks for the user's yes, and waits for it. */
  At.extend({
    kind: z.literal('pair-requested'),
    peer: PeerId,
    name: z.string().min(1).max(100),
    addresses: z.array(z.string().max(300)).max(16),
    secret_hash: Name,
  }),
  At.extend({ kind: z.literal('pair-accepted'), peer: PeerId, trust: Fraction }),
  /** This user has used such an invite of another peer, and waits. */
  At.extend({
    kind: z.literal('pair-asked'),
    peer: PeerId,
    addresses: z.array(z.string().max(300)).max(16),
    trust: Fraction,
    expires_at_ms: MomentMs,
  }),
  At.extend({
    kind: z.literal('pair-ended'),
    peer: PeerId,
    direction: z.enum(['incoming', 'outgoing']),
    reason: z.enum(['declined', 'given-up', 'expired']),
  }),
  At.extend({ kind: z.literal('blocked'), peer: PeerId }),
  At.extend({ kind: z.literal('unblocked'), peer: PeerId }),

  // requester
  At.extend({ kind: z.literal('job-submitted'), manifest: JobManifest, manifest_cid: Cid }),
  At.extend({ kind: z.literal('job-cancelled'), job_id: JobId }),
  At.extend({ kind: z.literal('job-paused'), job_id: JobId }),
  At.extend({ kind: z.literal('job-resumed'), job_id: JobId }),
  At.extend({ kind: z.literal('job-priority-set'), job_id: JobId, priority: Fraction }),
  At.extend({ kind: z.literal('job-removed'), job_id: JobId }),
  At.extend({ kind: z.literal('awards-issued'), awards: z.array(IssuedAward) }),
  At.extend({ kind: z.literal('award-refused'), job_id: JobId, award_id: Name, peer: PeerId, fault: Fault }),
  At.extend({
    kind: z.literal('results-received'),
    from: PeerId,
    job_id: JobId,
    receipts: z.array(ExecutionReceipt),
    /** The engine that computed them, by their provider's word. Older records have none. */
    engine: EngineId.exactOptional(),
  }),
  /** Attempts that were given up: their deadline is over, or their peer is gone. */
  At.extend({
    kind: z.literal('attempts-lost'),
    reason: z.enum(['late', 'disconnected']),
    lost: z.array(z.object({ job_id: JobId, unit_index: UnitIndex, attempt: Attempt })),
  }),
  /** A provider stopped before it had finished these units: they are open again, and it is not to blame. */
  At.extend({ kind: z.literal('hand-back-received'), from: PeerId, job_id: JobId, units: UnitAttempts }),
  At.extend({ kind: z.literal('outputs-stored'), job_id: JobId, units: z.array(UnitIndex) }),
  /** No peer handed over a verified output. Unreachable peers are not to blame; peers that refused are. */
  At.extend({
    kind: z.literal('output-unavailable'),
    job_id: JobId,
    unit_index: UnitIndex,
    cid: Cid,
    unreachable: z.array(PeerId).exactOptional(),
  }),

  // provider
  At.extend({ kind: z.literal('award-received'), from: PeerId, award: Award }),
  At.extend({
    kind: z.literal('units-ran'),
    requester: PeerId,
    job_id: JobId,
    receipts: z.array(ExecutionReceipt),
    /** The engine that computed them, where one did; the receipts say so whenever they are sent. */
    engine: Name.exactOptional(),
  }),
  At.extend({
    kind: z.literal('results-delivered'),
    requester: PeerId,
    job_id: JobId,
    units: UnitAttempts,
    /** How many of them were outputs: they count as done although the job was settled before this was known. */
    outputs: Count.exactOptional(),
  }),
  /** Units that were not finished here and will not be: their requester gives them to another peer. */
  At.extend({
    kind: z.literal('units-handed-back'),
    requester: PeerId,
    job_id: JobId,
    units: UnitAttempts,
  }),
  /** The requester knows that it has these units back. */
  At.extend({
    kind: z.literal('hand-back-delivered'),
    requester: PeerId,
    job_id: JobId,
    units: UnitAttempts,
  }),
  At.extend({
    kind: z.literal('withdrawn'),
    from: PeerId,
    job_id: JobId,
    units: z.array(UnitIndex).exactOptional(),
  }),
  At.extend({ kind: z.literal('settled'), from: PeerId, job_id: JobId }),
])
export type DurableEvent = z.infer<typeof DurableEvent>

/** This machine's resources for its user's own jobs. */
export interface OwnMachine {
  readonly resources: ComputeResource
  /** Whether the system can stop and continue the processes that compute, so that cores are lent in part. */
  readonly lendsPartOfCores: boolean
}

/** A blob that jobs read and that is on this disk as a whole. */
export interface HeldDataset {
  readonly dataset: Cid
  /**
   * The name published to others, a one-way function of the CID: a peer that knows the CID recognises it, and no peer
   * can learn the CID from it and ask for the content.
   */
  readonly digest: string
  readonly bytes: number
}

/** The inputs that this peer would have to fetch, and how fast that goes, as last measured by the runtime. */
export interface Fetching {
  /** Bytes of inputs that are not on this disk, by the manifest of a job; 0 where all are here. */
  readonly missing: ReadonlyMap<Cid, number>
  /** Measured bytes a second by peer. */
  readonly rates: ReadonlyMap<PeerId, number>
}

/** Events that are not journaled: peers repeat them, or they only concern this moment. */
export type VolatileEvent =
  | { readonly kind: 'tick'; readonly at_ms: number }
  | { readonly kind: 'commitment'; readonly at_ms: number; readonly commitment: ComputeCommitment }
  | { readonly kind: 'allocation'; readonly at_ms: number; readonly allocation: ComputeAllocationState }
  | { readonly kind: 'manifest'; readonly at_ms: number; readonly cid: Cid; readonly manifest: JobManifest }
  | { readonly kind: 'manifest-missing'; readonly at_ms: number; readonly cid: Cid }
  | { readonly kind: 'connected'; readonly at_ms: number; readonly peer: PeerId }
  | { readonly kind: 'disconnected'; readonly at_ms: number; readonly peer: PeerId }
  /** A peer says that it has answered a request to pair. */
  | { readonly kind: 'pair-answered'; readonly at_ms: number; readonly peer: PeerId }
  /** Time to match open work to slots again. */
  | { readonly kind: 'allocate'; readonly at_ms: number }
  | {
      readonly kind: 'capabilities-measured'
      readonly at_ms: number
      readonly algorithms: readonly AlgorithmCapability[]
      /** The resources for own jobs; where they are not known, own jobs run in the shared ones. */
      readonly machine?: OwnMachine
    }
  /** An award is in its provider's journal, this long after it was sent. */
  | { readonly kind: 'award-taken'; readonly at_ms: number; readonly peer: PeerId; readonly took_ms: number }
  /** A requester asks for units back, if they have not begun. */
  | {
      readonly kind: 'recalled'
      readonly at_ms: number
      readonly from: PeerId
      readonly job_id: JobId
      readonly units: readonly { readonly unit_index: number; readonly attempt: number }[]
    }
  /** A job's inputs are here, or cannot be had: its units may begin, or fail. */
  | {
      readonly kind: 'job-prepared'
      readonly at_ms: number
      readonly requester: PeerId
      readonly job_id: JobId
    }
  /** The datasets on this disk, those used last first, at most `DATASETS_HELD_MAX`. */
  | { readonly kind: 'datasets-held'; readonly at_ms: number; readonly held: readonly HeldDataset[] }
  /** How much of the inputs of known jobs is not on this disk, and how fast blobs come in from peers. */
  | ({ readonly kind: 'inputs-measured'; readonly at_ms: number } & Fetching)
  /** A sample of the machine's load, for the rules that pause sharing. */
  | { readonly kind: 'machine-sampled'; readonly at_ms: number; readonly sample: MachineSample }
  /** The program is about to stop. */
  | { readonly kind: 'leaving'; readonly at_ms: number }

/** Anything that happens to a peer. */
export type PeerEvent = DurableEvent | VolatileEvent

const VOLATILE: ReadonlySet<PeerEvent['kind']> = new Set<VolatileEvent['kind']>([
  'tick',
  'commitment',
  'allocation',
  'manifest',
  'manifest-missing',
  'connected',
  'disconnected',
  'pair-answered',
  'allocate',
  'award-taken',
  'recalled',
  'job-prepared',
  'capabilities-measured',
  'datasets-held',
  'inputs-measured',
  'machine-sampled',
  'leaving',
])

/** Whether an event goes to the journal. */
export function isDurable(event: PeerEvent): event is DurableEvent {
  return !VOLATILE.has(event.kind)
}
