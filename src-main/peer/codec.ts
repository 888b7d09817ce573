import { z } from 'zod'
import { Bytes } from '../protocol/bytes.ts'
import { checkFit, parseAs } from '../protocol/canonical.ts'
import { ContributionHistory } from '../protocol/commitment.ts'
import { EngineId } from '../protocol/engine.ts'
import { assert, Fault, success, type Outcome } from '../protocol/fault.ts'
import { Fuel } from '../protocol/fuel.ts'
import { Cid, JobId, Name, PeerId } from '../protocol/ids.ts'
import { Contact } from '../protocol/messages.ts'
import { PAUSE_RULES, PauseRules, RuleName, SHARING_LIMITS, SharingLimits } from '../protocol/pause-rule.ts'
import { Attempt, ExecutionReceipt, RunMetrics } from '../protocol/receipt.ts'
import { VerificationRole } from '../protocol/assignment.ts'
import { Fraction } from '../protocol/slot.ts'
import { LENT_LIMITS, LentLimits } from '../protocol/unit-limits.ts'
import { JobManifest, UnitIndex } from '../protocol/work.ts'
import { PeerRecord } from '../verification/reputation.ts'
import { Availability, DurableEvent } from './event.ts'
import { decodeVersioned, encodeVersioned } from './record-version.ts'
import { holdingKey, initialView, type PeerState } from './state.ts'

/** One journaled event; the longest are batches of receipts and awards. */
const EVENT_BYTES_MAX = 16 << 20
/** A state, or some of its work. The parts of `state-parts.ts` are far smaller; older snapshots are one part. */
const STATE_BYTES_MAX = 1 << 30

const Ms = z.number().min(0)

const SavedAttempt = z.object({
  attempt: Attempt,
  awardId: Name,
  peer: PeerId,
  role: VerificationRole,
  awardedAtMs: Ms,
  deadlineMs: Ms,
  engine: EngineId.exactOptional(),
  status: z.discriminatedUnion('state', [
    z.object({ state: z.literal('awarded') }),
    z.object({ state: z.literal('returned'), cid: Cid, metrics: RunMetrics, inline: Bytes.exactOptional() }),
    z.object({ state: z.literal('failed'), fault: Fault }),
    z.object({
      state: z.literal('void'),
      why: z.enum(['refused', 'late', 'disconnected', 'withdrawn', 'handed-back', 'other-engine']),
      ready: z.boolean(),
    }),
    z.object({
      state: z.literal('rejected'),
      cid: Cid,
      fuel: Fuel.exactOptional(),
      against: Cid.exactOptional(),
    }),
  ]),
})

const SavedUnit = z.object({
  attempts: z.array(SavedAttempt),
  openSinceMs: Ms,
  verified: z
    .object({
      cid: Cid,
      fuel: Fuel.exactOptional(),
      winners: z.array(PeerId),
      inline: Bytes.exactOptional(),
      atMs: Ms,
      stored: z.boolean(),
    })
    .exactOptional(),
})

const SavedJob = z.object({
  manifest: JobManifest,
  manifestCid: Cid,
  submittedAtMs: Ms,
  status: z.discriminatedUnion('state', [
    z.object({ state: z.literal('running') }),
    z.object({ state: z.literal('paused'), sinceMs: Ms }),
    z.object({ state: z.literal('done'), atMs: Ms }),
    z.object({ state: z.literal('cancelled'), atMs: Ms }),
    z.object({ state: z.literal('failed'), atMs: Ms, fault: Fault }),
  ]),
  units: z.array(z.tuple([UnitIndex, SavedUnit])),
  firstAwardAtMs: Ms.exactOptional(),
  progressAtMs: Ms,
  verified: z.int().min(0),
  stored: z.int().min(0),
  rejectedOutputs: z.int().min(0),
  retried: z.int().min(0),
  /** Snapshots from before slow units were given out twice have none. */
  backups: z.int().min(0).default(0),
  observedMs: Ms,
  /** Snapshots from before jobs could be paused have none. */
  pausedMs: Ms.default(0),
  priority: Fraction.exactOptional(),
})

const SavedHolding = z.object({
  requester: PeerId,
  job: JobId,
  manifestCid: Cid,
  /** Snapshots from before engines were remembered have none. */
  engine: Name.exactOptional(),
  units: z.array(
    z.tuple([
      UnitIndex,
      z.object({
        attempt: Attempt,
        isCounted: z.boolean().exactOptional(),
        awardedAtMs: Ms,
        dueAtMs: Ms.exactOptional(),
        status: z.discriminatedUnion('state', [
          z.object({ state: z.literal('queued') }),
          z.object({
            state: z.literal('ran'),
            receipt: ExecutionReceipt,
            ranAtMs: Ms,
            delivered: z.boolean(),
            engine: Name.exactOptional(),
          }),
          z.object({ state: z.literal('handed-back'), sinceMs: Ms }),
        ]),
      }),
    ]),
  ),
})

const SavedPair = z.object({
  addresses: z.array(z.string()),
  trust: Fraction,
  askedAtMs: Ms,
  expiresAtMs: Ms,
})

/** The durable part of a peer's state as a snapshot holds it. */
const SavedState = z.object({
  me: PeerId,
  name: z.string(),
  epoch: z.int().min(0),
  awardsMade: z.int().min(0),
  availability: Availability,
  /** Snapshots from before modules could be lent to have none. */
  lent: LentLimits.default(LENT_LIMITS),
  pause: z.object({ sinceMs: Ms, untilMs: Ms.exactOptional(), finishFirst: z.boolean() }).exactOptional(),
  /** Snapshots from before sharing could be paused have none of these. */
  rules: PauseRules.default(PAUSE_RULES),
  overrides: z.array(z.tuple([RuleName, Ms])).default([]),
  limits: SharingLimits.default(SHARING_LIMITS),
  contacts: z.array(Contact),
  invites: z.array(
    z.tuple([
      Name,
      z.object({
        trust: Fraction,
        expiresAtMs: Ms,
        confirm: z.boolean().exactOptional(),
        usedBy: PeerId.exactOptional(),
      }),
    ]),
  ),
  /** Snapshots from before a pairing could wait for a yes have none of these. */
  incomingPairs: z.array(z.tuple([PeerId, SavedPair.extend({ name: z.string() })])).default([]),
  outgoingPairs: z.array(z.tuple([PeerId, SavedPair])).default([]),
  blocked: z
    .array(z.tuple([PeerId, z.object({ blockedAtMs: Ms, name: z.string().exactOptional() })]))
    .default([]),
  doneFor: z.array(z.tuple([PeerId, z.int().min(1)])).default([]),
  jobs: z.array(SavedJob),
  holdings: z.array(SavedHolding),
  records: z.array(z.tuple([PeerId, PeerRecord])),
  history: ContributionHistory,
})

/** Jobs and holdings as snapshots hold them. */
const SavedWork = SavedState.pick({ jobs: true, holdings: true })

/** The part of a state that grows with the work. */
export type Work = Pick<PeerState, 'jobs' | 'holdings'>

/**
 * The journal's form of an event, which is parsed as it will be when it is read back: what is journaled replays.
 * @throws an error that names the event and the field when it could not be read back, which is a defect
 */
export function encodeEvent(event: DurableEvent): Uint8Array {
  const fit = checkFit(event)
  const parsed = fit.ok ? parseAs(event, DurableEvent) : fit
  if (!parsed.ok) throw new Error(`a record '${event.kind}' could not be read back: ${parsed.fault.message}`)
  const bytes = encodeVersioned(event)
  assert(bytes.byteLength <= EVENT_BYTES_MAX, `a record '${event.kind}' has at most ${EVENT_BYTES_MAX} bytes`)
  return bytes
}

/** An event out of the journal. @returns `malformed` and the like for a record of another program or version */
export function decodeEvent(bytes: Uint8Array): Outcome<DurableEvent> {
  return decodeVersioned(bytes, DurableEvent, EVENT_BYTES_MAX)
}

/** The snapshot of a state: its durable part, the same bytes for the same state. */
export function encodeState(state: PeerState): Uint8Array {
  const { me, name, epoch, awardsMade, availability, lent, pause, rules, limits, history } = state
  return encodeVersioned({
    me,
    name,
    epoch,
    awardsMade,
    availability,
    lent,
    ...(pause === undefined ? {} : { pause }),
    rules,
    overrides: [...state.overrides],
    limits,
    contacts: [...state.contacts.values()],
    invites: [...state.invites],
    incomingPairs: [...state.incomingPairs],
    outgoingPairs: [...state.outgoingPairs],
    blocked: [...state.blocked],
    doneFor: [...state.doneFor],
    ...savedWork(state),
    records: [...state.records],
    history,
  })
}

function savedWork({ jobs, holdings }: Work) {
  return {
    jobs: [...jobs.values()].map((job) => ({ ...job, units: [...job.units] })),
    holdings: [...holdings.values()].map((holding) => ({ ...holding, units: [...holding.units] })),
  }
}

/** Some of a state's jobs and holdings, with all or some of their units. */
export function encodeWork(work: Work): Uint8Array {
  return encodeVersioned(savedWork(work))
}

/** Reads what `encodeWork` made. */
export function decodeWork(bytes: Uint8Array): Outcome<Work> {
  const decoded = decodeVersioned(bytes, SavedWork, STATE_BYTES_MAX)
  return decoded.ok ? success(workOf(decoded.value)) : decoded
}

function workOf({ jobs, holdings }: z.infer<typeof SavedWork>): Work {
  return {
    jobs: new Map(jobs.map((job) => [job.manifest.job_id, { ...job, units: new Map(job.units) }])),
    holdings: new Map(
      holdings.map((holding) => [
        holdingKey(holding.requester, holding.job),
        { ...holding, units: new Map(holding.units) },
      ]),
    ),
  }
}

/** The state in a snapshot, with nothing known of the moment. */
export function decodeState(bytes: Uint8Array): Outcome<PeerState> {
  const decoded = decodeVersioned(bytes, SavedState, STATE_BYTES_MAX)
  if (!decoded.ok) return decoded
  const saved = decoded.value
  return success({
    me: saved.me,
    name: saved.name,
    epoch: saved.epoch,
    awardsMade: saved.awardsMade,
    availability: saved.availability,
    lent: saved.lent,
    ...(saved.pause === undefined ? {} : { pause: saved.pause }),
    rules: saved.rules,
    overrides: new Map(saved.overrides),
    limits: saved.limits,
    contacts: new Map(saved.contacts.map((contact) => [contact.peer_id, contact])),
    invites: new Map(saved.invites),
    incomingPairs: new Map(saved.incomingPairs),
    outgoingPairs: new Map(saved.outgoingPairs),
    blocked: new Map(saved.blocked),
    doneFor: new Map(saved.doneFor),
    ...workOf(saved),
    records: new Map(saved.records),
    history: saved.history,
    view: initialView(),
  })
}
