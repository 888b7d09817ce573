import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { PeerId } from '../../src-main/protocol/ids.ts'
import { SLOTS_MAX } from '../../src-main/protocol/limits.ts'
import { ComputeResource } from '../../src-main/protocol/resource.ts'
import { RoundPhase } from '../../src-main/protocol/result.ts'
import { WeekPlan } from '../../src-main/protocol/sharing-plan.ts'
import { AlgorithmCapability, AvailabilitySlot, Fraction } from '../../src-main/protocol/slot.ts'
import { LentLimits } from '../../src-main/protocol/unit-limits.ts'
import { NAME_LENGTH_MAX } from './limits.ts'
import { AtMs, Count, Nothing, procedure } from './procedure.ts'
import { NetworkChange, OwnReach } from './reach.ts'

/** When and how much this peer shares: nothing, a share around the clock, slots, or a week as its user painted it. */
export const Sharing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('never') }),
  z.strictObject({
    kind: z.literal('always'),
    resources: ComputeResource,
    /** Higher goes first when work could run in several slots. */
    priority: Fraction,
  }),
  z.strictObject({ kind: z.literal('slots'), slots: z.array(AvailabilitySlot).max(SLOTS_MAX) }),
  z.strictObject({ kind: z.literal('week'), plan: WeekPlan }),
])
export type Sharing = z.infer<typeof Sharing>

/** One open connection. */
export const ConnectionInfo = z.strictObject({
  peer_id: PeerId,
  route: z.enum(['direct', 'relayed']),
  /** The other side's multiaddress. */
  address: z.string(),
  /** Round trip of the latest ping; absent before the first. */
  rtt_ms: z.number().min(0).exactOptional(),
})
export type ConnectionInfo = z.infer<typeof ConnectionInfo>

/** Bytes moved since the peer started. */
export const Traffic = z.strictObject({
  /** Blobs received from others. */
  blob_bytes_in: Count,
  /** Blobs sent to others. */
  blob_bytes_out: Count,
  /** Everything that came in from people, blobs included. */
  bytes_in: Count,
  /** Everything that went out to people, blobs included. */
  bytes_out: Count,
})
export type Traffic = z.infer<typeof Traffic>

/** This peer's rounds of offers (document 000), and how they reach the people who read them. */
export const RoundInfo = z.strictObject({
  number: Count,
  /** What is under way here. */
  phases: z.array(RoundPhase),
  /** The jobs in which it takes part: own ones that run, and those it holds units of for others. */
  active_jobs: z.array(z.string()),
  /** The same of people, as they published it within the last minute. */
  people: z.array(z.strictObject({ peer_id: PeerId, number: Count, phases: z.array(RoundPhase) })),
  convergence: z.strictObject({
    /** Rounds since the start that all connected people had, and rounds that some had not told of within a minute. */
    converged: Count,
    lapsed: Count,
    /** The median time of the last rounds. An upper bound: people tell it with the next state that they publish anyway. */
    typical_ms: z.number().min(0).exactOptional(),
    /** The last round that all had: how long that took, with how many people, in how many messages to and from them. */
    last: z
      .strictObject({ round: Count, took_ms: z.number().min(0), messages: Count, people: Count })
      .exactOptional(),
    /** The round that is measured now, and who has not told that it has it. */
    open: z.strictObject({ round: Count, since_ms: AtMs, missing: z.array(PeerId) }).exactOptional(),
  }),
})
export type RoundInfo = z.infer<typeof RoundInfo>

const lent = LentLimits.shape

/** Some of the limits for one unit. */
export const LentChange = z.strictObject({
  fuel: lent.fuel.exactOptional(),
  memory_pages: lent.memory_pages.exactOptional(),
  table_elements: lent.table_elements.exactOptional(),
  input_bytes: lent.input_bytes.exactOptional(),
  output_bytes: lent.output_bytes.exactOptional(),
  log_bytes: lent.log_bytes.exactOptional(),
  wall_ms: lent.wall_ms.exactOptional(),
})
export type LentChange = z.infer<typeof LentChange>

/** The running peer. */
export const NodeInfo = z.strictObject({
  peer_id: PeerId,
  /** A name to tell peers apart by, made of the key; two peers may share one. */
  short_name: z.string(),
  /** The name that the user gave this peer. */
  name: z.string(),
  /** Meshwork's version. */
  version: z.string(),
  /** Process id on this machine. */
  pid: Count,
  started_at_ms: AtMs,
  /** Multiaddresses at which others may dial. */
  addresses: z.array(z.string()),
  /** How others reach it, as far as that is known. */
  reach: OwnReach,
  sharing: Sharing,
  /** The most that one unit of a stranger's module may use here. */
  lent: LentLimits,
  /** Those of them that the user has set: they bind units of every kind of job. */
  lent_set: LentChange,
  /** Algorithms that this peer runs for others, with its measured speed; empty until it is measured. */
  algorithms: z.array(AlgorithmCapability),
  /** How many units run here at once. */
  workers: Count,
  /** The operating system's wall around compute hosts, besides Node's own permissions; without one, the reason. */
  wall: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('bubblewrap') }),
    z.strictObject({ kind: z.literal('none'), why: z.string() }),
  ]),
  /** People this peer is paired with. */
  contacts: Count,
  connections: z.array(ConnectionInfo),
  traffic: Traffic,
  /** Disk taken by blobs, and how much may be. */
  blobs: z.strictObject({ bytes: Count, quota_bytes: Count }),
  round: RoundInfo,
  /** Troubles of this moment with journal, disk, loop and compute hosts, a line each. */
  troubles: z.array(z.string()),
  /** Resident memory of the peer's main process. */
  rss_bytes: Count,
})
export type NodeInfo = z.infer<typeof NodeInfo>

/** Figures that change from moment to moment. */
export const NodePulse = z.strictObject({
  at_ms: AtMs,
  connections: z.array(ConnectionInfo),
  /** People this peer is paired with. */
  contacts: Count,
  /** Own jobs that are not finished. */
  running_jobs: Count,
  /** Units, own and others', that run or wait here. */
  units_here: Count,
  /** Units that were computed here for others, and that these found right, since the peer exists. */
  units_completed: Count,
  traffic: Traffic,
})
export type NodePulse = z.infer<typeof NodePulse>

/** The running peer itself. */
export const node = {
  info: procedure.output(NodeInfo),
  /** Changes as they happen, at most one each `WATCH_EVERY_MS`. */
  watch: procedure.output(eventIterator(NodePulse)),
  setName: procedure
    .input(z.strictObject({ name: z.string().trim().min(1).max(NAME_LENGTH_MAX) }))
    .output(Nothing),
  /** Asks a few connected people whether they reach this PC: each tries once, at the address they see. Takes seconds. */
  checkReach: procedure.output(OwnReach),
  /** Faults: `bad-input` for an invalid address to join through, or one without a peer id. */
  setNetwork: procedure.input(NetworkChange).output(OwnReach),
  /** Takes effect with the next round; units that run here already are finished. */
  setAvailability: procedure.input(z.strictObject({ sharing: Sharing })).output(Nothing),
  /**
   * Sets limits for units of every kind, from the next offer on. Absent ones stay; with `reset` they go back to their
   * defaults. The answer is what is lent to strangers' modules.
   */
  lend: procedure
    .input(z.strictObject({ limits: LentChange, reset: z.boolean().default(false) }))
    .output(LentLimits),
  /**
   * A link that opens the user interface in one browser: valid once, for ten minutes. The browser's session lasts 30
   * days. Fault: `unsupported` on the desktop, which has a window, and where the interface was not built.
   */
  openUi: procedure.output(z.strictObject({ url: z.string(), expires_at_ms: AtMs })),
  /** Answers, then stops the peer. */
  stop: procedure.output(Nothing),
}
