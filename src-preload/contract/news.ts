import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { JobId, Name, PeerId } from '../../src-main/protocol/ids.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { UnitIndex } from '../../src-main/protocol/work.ts'
import { JobSummary } from './job-status.ts'
import { NearbyNow } from './nearby.ts'
import { NodePulse } from './node.ts'
import { PairRequest, Person } from './people.ts'
import { Preferences } from './preferences.ts'
import { AtMs, DurationMs, procedure } from './procedure.ts'
import { OwnReach } from './reach.ts'
import { Meters, RuleReading, SharingNow } from './sharing.ts'

/** A unit that is being computed here. */
export const UnitHere = z.strictObject({
  /** The requester of its job. */
  requester: PeerId,
  is_own: z.boolean(),
  job_id: JobId,
  unit_index: UnitIndex,
  algorithm_id: Name.exactOptional(),
  /** The share that is done, where the algorithm reports it. */
  fraction: Fraction,
  started_at_ms: AtMs.exactOptional(),
  /** The remaining time, by other units of the job that ran here; absent before the first. */
  left_ms_estimate: DurationMs.exactOptional(),
})
export type UnitHere = z.infer<typeof UnitHere>

/** Somebody for whom this PC works. */
export const WorkingFor = z.strictObject({
  requester: PeerId,
  is_own: z.boolean(),
  /** Absent for somebody who is no contact any more. */
  name: z.string().exactOptional(),
  /** The kind of their job; `other` for one that this version does not know. */
  kind: Name,
})
export type WorkingFor = z.infer<typeof WorkingFor>

/** Changes; an absent field did not change. */
export const NodeNews = z.strictObject({
  /** The first message of a watch: it has everything, and replaces the listener's older state. */
  is_whole: z.boolean(),
  pulse: NodePulse.exactOptional(),
  sharing: SharingNow.exactOptional(),
  readings: z.array(RuleReading).exactOptional(),
  meters: Meters.exactOptional(),
  /** All units that are being computed here, own and others'. */
  units_here: z.array(UnitHere).exactOptional(),
  /** For whom they are. It holds for seconds, however short the units are. */
  working_for: z.array(WorkingFor).exactOptional(),
  jobs: z.strictObject({ changed: z.array(JobSummary), removed: z.array(JobId) }).exactOptional(),
  people: z.strictObject({ changed: z.array(Person), removed: z.array(PeerId) }).exactOptional(),
  /** How this PC can be reached. */
  reach: OwnReach.exactOptional(),
  /** All requests to pair that wait for an answer. */
  pair_requests: z.array(PairRequest).exactOptional(),
  nearby: NearbyNow.exactOptional(),
  preferences: Preferences.exactOptional(),
})
export type NodeNews = z.infer<typeof NodeNews>

/** One stream for everything that a window shows, so that it mirrors the peer instead of polling. */
export const news = {
  /** Everything, then what changes, at most one message each `WATCH_EVERY_MS`. */
  watch: procedure.output(eventIterator(NodeNews)),
}
