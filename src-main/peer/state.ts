import type { PauseDecision } from '../availability/pause-decision.ts'
import type { SharedHours } from '../availability/week-hours.ts'
import type { PlannedOffer } from '../market/allocation.ts'
import type { ComputeCommitment, ContributionHistory } from '../protocol/commitment.ts'
import type { EngineId } from '../protocol/engine.ts'
import type { Fault } from '../protocol/fault.ts'
import type { Fuel } from '../protocol/fuel.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { Contact } from '../protocol/messages.ts'
import type { ExecutionReceipt, RunMetrics } from '../protocol/receipt.ts'
import type { VerificationRole } from '../protocol/assignment.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { AlgorithmCapability, AvailabilitySlot } from '../protocol/slot.ts'
import {
  PAUSE_RULES,
  SHARING_LIMITS,
  type PauseRules,
  type RuleName,
  type SharingLimits,
} from '../protocol/pause-rule.ts'
import { LENT_LIMITS, type LentLimits } from '../protocol/unit-limits.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { PeerRecord } from '../verification/reputation.ts'
import type { MachineSample } from '../protocol/machine-sample.ts'
import type { WeekPlan } from '../protocol/sharing-plan.ts'
import type { Availability, Fetching, HeldDataset, OwnMachine } from './event.ts'

/** An invitation that this peer gave out: the first peer that shows the secret is paired. */
export interface OpenInvite {
  readonly trust: number
  readonly expiresAtMs: number
  /** Whether the user is asked before its holder is paired. */
  readonly confirm?: boolean
  /** The peer that opened it; no other can any more. */
  readonly usedBy?: PeerId
}

/** This user has used another peer's code, and waits for its user's yes. */
export interface OutgoingPair {
  readonly addresses: readonly string[]
  /** The trust that this user will give them. */
  readonly trust: number
  readonly askedAtMs: number
  readonly expiresAtMs: number
}

/** A peer has used a code of this user's, and waits for a yes. `trust` is what was given with the code. */
export interface IncomingPair extends OutgoingPair {
  readonly name: string
}

/** A peer that is not let in any more. */
export interface BlockedPeer {
  readonly blockedAtMs: number
  /** Absent where the peer never said it. */
  readonly name?: string
}

/** One peer's try at one unit, as the requester sees it. */
export interface AttemptState {
  readonly attempt: number
  readonly awardId: string
  readonly peer: PeerId
  readonly role: VerificationRole
  readonly awardedAtMs: number
  readonly deadlineMs: number
  /** The engine that the peer offered; absent where it does not tell it, and where results are not compared exactly. */
  readonly engine?: EngineId
  status:
    | { readonly state: 'awarded' }
    | {
        readonly state: 'returned'
        readonly cid: Cid
        readonly metrics: RunMetrics
        readonly inline?: Uint8Array
      }
    | { readonly state: 'failed'; readonly fault: Fault }
    /**
     * The provider would not take it, is gone, is late, stopped sharing, is no longer needed, or computed it by another
     * engine than it had offered. `ready` says that it has the result
     * all the same: it will not offer the unit again, but answers a new award of it at once.
     */
    | {
        readonly state: 'void'
        readonly why: 'refused' | 'late' | 'disconnected' | 'withdrawn' | 'handed-back' | 'other-engine'
        readonly ready: boolean
      }
    /**
     * Returned, but the others agreed on something else (`against`), in output or fuel, or the output could not be had.
     */
    | { readonly state: 'rejected'; readonly cid: Cid; readonly fuel?: Fuel; readonly against?: Cid }
}

/** A unit that a peer holds or has finished. Units that were never awarded have no entry. */
export interface UnitState {
  readonly attempts: AttemptState[]
  readonly openSinceMs: number
  verified?: {
    readonly cid: Cid
    readonly fuel?: Fuel
    readonly winners: readonly PeerId[]
    readonly inline?: Uint8Array
    readonly atMs: number
    /** The output is on this peer's disk (or inline). */
    readonly stored: boolean
  }
}

/** A job that this peer asked for. */
export interface JobState {
  readonly manifest: JobManifest
  readonly manifestCid: Cid
  readonly submittedAtMs: number
  status:
    | { readonly state: 'running' }
    /** By its user: no units of it are awarded until it is resumed. */
    | { readonly state: 'paused'; readonly sinceMs: number }
    | { readonly state: 'done'; readonly atMs: number }
    | { readonly state: 'cancelled'; readonly atMs: number }
    | { readonly state: 'failed'; readonly atMs: number; readonly fault: Fault }
  readonly units: Map<number, UnitState>
  firstAwardAtMs?: number
  /** When the job last came forward: at its submission, and with every unit that is verified. */
  progressAtMs: number
  verified: number
  stored: number
  /** Outputs that lost against a quorum. */
  rejectedOutputs: number
  /** Attempts that had to be made again: failed, late, lost or refused. */
  retried: number
  /** Units that were given to a second peer too because the first was slow. */
  backups: number
  /** The duration of a unit where it ran, as a decaying average; 0 before the first result. */
  observedMs: number
  /** For how long it was paused before, in all. */
  pausedMs: number
  /** As its user said after it was submitted; before that, and mostly, the manifest's counts. */
  priority?: number
}

/** Whether a job has not come to its end: it runs, or is paused. */
export function isUnderWay({ status }: JobState): boolean {
  return status.state === 'running' || status.state === 'paused'
}

/** Which of the own jobs goes first. */
export function priorityOf({ priority, manifest }: JobState): number {
  return priority ?? manifest.priority
}

/** A unit that this peer was given. */
export interface HeldUnit {
  attempt: number
  /** Its output was taken once; taken again, it counts no more. */
  isCounted?: boolean
  readonly awardedAtMs: number
  /** When its requester expects the result, by this peer's clock. */
  dueAtMs?: number
  status:
    | { readonly state: 'queued' }
    /** Run; the receipt is kept until the job is settled, in case it has to be sent again. */
    | {
        readonly state: 'ran'
        readonly receipt: ExecutionReceipt
        readonly ranAtMs: number
        readonly delivered: boolean
        /** Where another engine computed it than what came last. */
        readonly engine?: string
      }
    /** Not finished here: kept until its requester knows, in case that has to be said again. */
    | { readonly state: 'handed-back'; readonly sinceMs: number }
}

/** The units and receipts of one requester's job that this peer holds. */
export interface Holding {
  readonly requester: PeerId
  readonly job: JobId
  readonly manifestCid: Cid
  /** The engine that computed its units last. */
  engine?: string
  readonly units: Map<number, HeldUnit>
}

/** The user's own pause of sharing. */
export interface UserPause {
  readonly sinceMs: number
  /** Absent: until the user resumes. */
  readonly untilMs?: number
  /** Units that run for others are finished; else they were handed back. */
  readonly finishFirst: boolean
}

/** The offer of a provider to one of this peer's jobs, and how it goes there. */
export interface HeardOffer {
  /** Units that it takes at a time; 0 when it takes no more. */
  capacity: number
  lanes: number
  unitMs: number
  /** Until the first unit would begin, inputs and all. */
  startDelayMs: number
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
  /** The offers of each provider to this peer's jobs. */
  readonly offers: Map<PeerId, Map<JobId, HeardOffer>>
  /** From sending an award until it was in its provider's journal, of late. */
  readonly turnaroundMs: Map<PeerId, number>
  /** Units that were asked back, as `job/unit/attempt`, and when. */
  readonly recalled: Map<string, number>
  /** When it was last looked who could help at a job's end. */
  readonly relievedAtMs: Map<JobId, number>
  /** Whether each job had units open when it was last published. */
  readonly publishedOpen: Map<JobId, boolean>
  readonly manifests: Map<Cid, JobManifest>
  readonly manifestsAsked: Set<Cid>
  readonly connected: Set<PeerId>
  readonly disconnectedAtMs: Map<PeerId, number>
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
  publishedCount: number
  allocatedAtMs: number
  /** When matching was last done, whatever came of it. */
  plannedAtMs: number
  /** When a slot of this peer begins or ends next. */
  slotChangeMs: number
  lastPublishedAtMs: number
}

/**
 * All that a peer knows. Everything but `view` is durable: rebuilt from the journal, and never changed by what is
 * only in `view`. `step` owns the state that it is given and changes it in place: copying a hundred thousand units
 * for every event would cost more than the work they describe.
 */
export interface PeerState {
  readonly me: PeerId
  name: string
  epoch: number
  awardsMade: number
  availability: Availability
  /** The most that one unit of a stranger's module may use here. */
  lent: LentLimits
  /** The user's pause, if there is one. */
  pause?: UserPause
  rules: PauseRules
  /** Rules that the user overrode, and until when at most. */
  readonly overrides: Map<RuleName, number>
  limits: SharingLimits
  readonly contacts: Map<PeerId, Contact>
  readonly invites: Map<string, OpenInvite>
  readonly incomingPairs: Map<PeerId, IncomingPair>
  readonly outgoingPairs: Map<PeerId, OutgoingPair>
  readonly blocked: Map<PeerId, BlockedPeer>
  /** Units of contacts' jobs that ran here and that they took. */
  readonly doneFor: Map<PeerId, number>
  readonly jobs: Map<JobId, JobState>
  readonly holdings: Map<string, Holding>
  /** This peer's own experience with others. */
  readonly records: Map<PeerId, PeerRecord>
  history: ContributionHistory
  readonly view: View
}

/** The key of a holding: job ids are unique only with their requester. */
export function holdingKey(requester: PeerId, job: JobId): string {
  return `${requester}/${job}`
}

/** The state of a peer that has just been created. */
export function initialState(me: PeerId, name: string): PeerState {
  return {
    me,
    name,
    epoch: 0,
    awardsMade: 0,
    availability: { kind: 'never' },
    lent: LENT_LIMITS,
    rules: PAUSE_RULES,
    overrides: new Map(),
    limits: SHARING_LIMITS,
    contacts: new Map(),
    invites: new Map(),
    incomingPairs: new Map(),
    outgoingPairs: new Map(),
    blocked: new Map(),
    doneFor: new Map(),
    jobs: new Map(),
    holdings: new Map(),
    records: new Map(),
    history: {
      total_work_units_completed: 0,
      total_compute_hours: 0,
      average_result_quality: 1,
      reliability_score: 1,
    },
    view: initialView(),
  }
}

/** The view of a peer that has just started. */
export function initialView(): View {
  return {
    startedAtMs: 0,
    capabilities: [],
    sample: {},
    slotLists: new Map(),
    commitments: new Map(),
    offers: new Map(),
    turnaroundMs: new Map(),
    recalled: new Map(),
    relievedAtMs: new Map(),
    publishedOpen: new Map(),
    manifests: new Map(),
    manifestsAsked: new Set(),
    connected: new Set(),
    disconnectedAtMs: new Map(),
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
    publishedCount: 0,
    allocatedAtMs: 0,
    plannedAtMs: 0,
    slotChangeMs: 0,
    lastPublishedAtMs: 0,
  }
}
