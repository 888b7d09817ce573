import type { PauseDecision } from '../availability/pause-decision.ts'
import type { SharedHours } from '../availability/week-hours.ts'
import type { PlannedOffer } from '../market/allocation.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { MachineSample } from '../protocol/machine-sample.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { ComputeRoundState } from '../protocol/result.ts'
import type { WeekPlan } from '../protocol/sharing-plan.ts'
import type { AlgorithmCapability, AvailabilitySlot } from '../protocol/slot.ts'
import type { VectorClock } from '../protocol/vector-clock.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { Fetching, HeldDataset, OwnMachine } from './event.ts'
import type { Notice } from './notice.ts'

/** The offer of a provider to one of this peer's jobs, and how it goes there. */
export interface HeardOffer {
  /** Units that it takes at a time; 0 when it takes no more. */
  capacity: number
  lanes: number
  unitMs: number
  /** Until the first unit would begin, inputs and all. */
  startDelayMs: number
  /** Whether a unit of the job came back from it: it has the inputs, and all that is prepared once. */
  hasReturned: boolean
  /** Where it would begin next. */
  begin: number
  /** Nothing is given to it until then: it has just refused something, or stopped. */
  closedUntilMs: number
  /** When its units at work began, as far as can be told from here. */
  readonly begunAtMs: Map<number, number>
}

/** A unit that was handed to the runner. */
export interface RunningUnit {
  readonly begunAtMs: number
  /** The part of a lane that it had, where more were handed over than run at once. */
  readonly laneShare: number
}

/** The work of this peer for one requester's job at this moment. */
export interface HoldingAtWork {
  /** Whether its inputs are here: its units may begin. */
  isPrepared: boolean
  readonly running: Map<number, RunningUnit>
  /** The recent duration of a unit here, with all that belongs to it; undefined before the first. */
  unitMs?: number
  /** The same, but of the run alone. */
  runMs?: number
  /** The duration of a unit when this peer last offered. */
  offeredUnitMs?: number
  /** When a unit of it last began, or when it began to wait. */
  servedAtMs: number
  /** How its units fit this machine: what one takes, and how many run at once. */
  fit?: { readonly machine: ComputeResource; readonly lane: readonly number[]; readonly lanes: number }
}

/** Capacity offered to a requester's job, newest last: requesters that missed the newest use an older one. */
export interface OfferedCapacity {
  readonly units: number
  readonly atMs: number
}

/** The inputs from which slots were made, and the hour: slots are made anew when one of them changes. */
export interface SlotsMade {
  readonly hour: number
  readonly of: readonly unknown[]
}

/** Volatile knowledge: lost with a restart, and published again by the others. */
export interface View {
  /** The notices of the step that is under way; empty between two steps. */
  notices: Notice[]
  startedAtMs: number
  capabilities: readonly AlgorithmCapability[]
  /** Known once it is measured. */
  machine?: OwnMachine
  /** The jobs' inputs on this disk, and how fast the others come; absent until the runtime has looked. */
  datasets?: readonly HeldDataset[]
  fetching?: Fetching
  /** The last sample of the machine, and the decision of the rules. */
  sample: MachineSample
  pauseDecision?: PauseDecision
  /** The program is about to stop: nothing is taken any more. */
  isLeaving?: true
  /** Since when nothing can be written down, while that is so. */
  diskFullSinceMs?: number
  /** The hours of a painted week, told once an hour. */
  weekHours?: { readonly plan: WeekPlan; readonly hour: number; readonly hours: readonly SharedHours[] }
  /** The slots that are shared, and the slot of own jobs, made once for as long as they last. */
  readonly slotLists: Map<
    'dataset' | 'digest',
    { readonly made: SlotsMade; readonly slots: readonly AvailabilitySlot[]; readonly untilMs: number }
  >
  ownSlot?: { readonly made: SlotsMade; readonly slot: AvailabilitySlot }
  /** The newest commitment of each contact. */
  readonly commitments: Map<PeerId, ComputeCommitment>
  /** The newest round of each contact. */
  readonly rounds: Map<PeerId, ComputeRoundState>
  /** The offers of each provider to this peer's jobs. */
  readonly offers: Map<PeerId, Map<JobId, HeardOffer>>
  /** From sending an award until it was in its provider's journal, of late. */
  readonly turnaroundMs: Map<PeerId, number>
  /** Units that were asked back, as `job/unit/attempt`, and when. */
  readonly recalled: Map<string, number>
  /** When each owed verdict was last sent, and how long to wait before the next time, by its key. */
  readonly verdictsSent: Map<string, { readonly atMs: number; readonly pauseMs: number }>
  /** When it was last looked who could help at a job's end. */
  readonly relievedAtMs: Map<JobId, number>
  /** Whether each job had units open when it was last published. */
  readonly publishedOpen: Map<JobId, boolean>
  readonly manifests: Map<Cid, JobManifest>
  readonly manifestsAsked: Set<Cid>
  readonly connected: Set<PeerId>
  readonly disconnectedAtMs: Map<PeerId, number>
  /** Since when contacts pause that withdrew a slot before its end. */
  readonly pausedAtMs: Map<PeerId, number>
  /** When those whose answer to a request to pair is awaited were asked for it, and whether they said since that they have one. */
  readonly pairAsked: Map<PeerId, { readonly atMs: number; readonly isAnswered: boolean }>
  /** The work of this peer, by holding. */
  readonly atWork: Map<string, HoldingAtWork>
  /** This peer's own latest offers, and what was offered of late, by holding. */
  ownOffers: readonly PlannedOffer[]
  readonly offered: Map<string, readonly OfferedCapacity[]>
  /** Since when the round lasts, and the most units of others that were here at a time in it. */
  roundSinceMs: number
  roundPeak: number
  /** Since when jobs that this peer may work on have waited for their first unit here, by holding. */
  readonly waitingSinceMs: Map<string, number>
  /** Since when lanes that are offered to a job stand empty, by holding. */
  readonly unusedSinceMs: Map<string, number>
  overAllocation: readonly number[]
  damping: number
  round: number
  /** The states that this peer has published or heard of: its own, and those of trusted contacts (E8). */
  clock: VectorClock
  allocatedAtMs: number
  /** When matching was last done, whatever came of it. */
  plannedAtMs: number
  /** When a slot of this peer begins or ends next. */
  slotChangeMs: number
  lastPublishedAtMs: number
}

/** The view of a peer that has just started. */
export function initialView(): View {
  return {
    notices: [],
    startedAtMs: 0,
    capabilities: [],
    sample: {},
    slotLists: new Map(),
    commitments: new Map(),
    rounds: new Map(),
    offers: new Map(),
    turnaroundMs: new Map(),
    recalled: new Map(),
    verdictsSent: new Map(),
    relievedAtMs: new Map(),
    publishedOpen: new Map(),
    manifests: new Map(),
    manifestsAsked: new Set(),
    connected: new Set(),
    disconnectedAtMs: new Map(),
    pausedAtMs: new Map(),
    pairAsked: new Map(),
    atWork: new Map(),
    ownOffers: [],
    offered: new Map(),
    roundSinceMs: 0,
    roundPeak: 0,
    waitingSinceMs: new Map(),
    unusedSinceMs: new Map(),
    overAllocation: [],
    damping: 1,
    round: 0,
    clock: {},
    allocatedAtMs: 0,
    plannedAtMs: 0,
    slotChangeMs: 0,
    lastPublishedAtMs: 0,
  }
}
