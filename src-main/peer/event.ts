import { z } from 'zod'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import type { ComputeRoundState } from '../protocol/result.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { MachineSample } from '../protocol/machine-sample.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { AlgorithmCapability } from '../protocol/slot.ts'
import { Policy } from '../protocol/policy.ts'
import type { JobManifest } from '../protocol/work.ts'
import { At } from './event-fields.ts'
import { PairingEvent } from './pairing/events.ts'
import { ProviderEvent } from './provider/events.ts'
import { RequesterEvent } from './requester/events.ts'
import { SharingEvent } from './sharing/events.ts'

/** Events of the peer itself. */
const OwnEvent = z.discriminatedUnion('kind', [
  /** The program started; counts the epochs, which keep names unique across restarts. */
  At.extend({ kind: z.literal('started') }),
  At.extend({ kind: z.literal('named'), name: z.string().min(1).max(100) }),
  /** This peer decides by another policy from now on. */
  At.extend({ kind: z.literal('policy-set'), policy: Policy }),
])

/**
 * Events of a peer that must survive a power cut: the journal holds exactly these, and replaying them
 * rebuilds the durable part of the state.
 */
export const DurableEvent = z.discriminatedUnion('kind', [
  ...OwnEvent.options,
  ...RequesterEvent.options,
  ...ProviderEvent.options,
  ...PairingEvent.options,
  ...SharingEvent.options,
])
export type DurableEvent = z.infer<typeof DurableEvent>

/** Whether an event is of a role, by the kinds of its schema. */
function isOf<E extends DurableEvent>(schema: {
  readonly options: readonly { readonly shape: { readonly kind: { readonly value: E['kind'] } } }[]
}): (event: DurableEvent) => event is E {
  const kinds = new Set<DurableEvent['kind']>(schema.options.map(({ shape }) => shape.kind.value))
  return (event): event is E => kinds.has(event.kind)
}

export const isRequesterEvent = isOf<RequesterEvent>(RequesterEvent)
export const isProviderEvent = isOf<ProviderEvent>(ProviderEvent)
export const isPairingEvent = isOf<PairingEvent>(PairingEvent)
export const isSharingEvent = isOf<SharingEvent>(SharingEvent)

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
  | { readonly kind: 'round'; readonly at_ms: number; readonly round: ComputeRoundState }
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
  'round',
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
