import { z } from 'zod'
import { ContributionHistory } from '../../protocol/commitment.ts'
import { Cid, JobId, Name, PeerId } from '../../protocol/ids.ts'
import { Attempt, ExecutionReceipt } from '../../protocol/receipt.ts'
import { UnitBits } from '../../protocol/unit-bits.ts'
import { UnitIndex } from '../../protocol/work.ts'
import { mapOf } from '../saved-map.ts'

const Ms = z.number().min(0)

/** A unit that this peer was given. */
export const HeldUnit = z.object({
  attempt: Attempt,
  /** Its output was taken once; taken again, it counts no more. */
  isCounted: z.boolean().exactOptional(),
  awardedAtMs: Ms,
  /** When its requester expects the result, by this peer's clock. */
  dueAtMs: Ms.exactOptional(),
  status: z.discriminatedUnion('state', [
    z.object({ state: z.literal('queued') }),
    /** Run; the receipt is kept until the job is settled, in case it has to be sent again. */
    z.object({
      state: z.literal('ran'),
      receipt: ExecutionReceipt,
      ranAtMs: Ms,
      delivered: z.boolean(),
      /** Where another engine computed it than the one of the latest units. */
      engine: Name.exactOptional(),
    }),
    /** Not finished here: kept until its requester knows, in case that has to be said again. */
    z.object({ state: z.literal('handed-back'), sinceMs: Ms }),
  ]),
})
export type HeldUnit = z.infer<typeof HeldUnit>

/** The units and receipts of one requester's job that this peer holds. */
export const Holding = z.object({
  requester: PeerId,
  job: JobId,
  manifestCid: Cid,
  /** The engine that computed its units last. */
  engine: Name.exactOptional(),
  units: mapOf(UnitIndex, HeldUnit),
  /** Its requester's verdict was taken; it has no second one. */
  isJudged: z.literal(true).exactOptional(),
})
export type Holding = z.infer<typeof Holding>

/** The key of a holding: job ids are unique only with their requester. */
export function holdingKey(requester: PeerId, job: JobId): string {
  return `${requester}/${job}`
}

/** The units that this peer returned for a job that is over here, until its requester's verdict comes. */
export const Unjudged = z.object({ requester: PeerId, manifestCid: Cid, returned: UnitBits })
export type Unjudged = z.infer<typeof Unjudged>

/** The counts behind the history: units that ran for others and made an output, and what their requesters said of them. */
export const ContributionTally = z.object({
  runs: z.number().min(0),
  outputs: z.number().min(0),
  won: z.int().min(0),
  lost: z.int().min(0),
})
export type ContributionTally = z.infer<typeof ContributionTally>

/** Units of others, and what was done for them. */
export const ProviderSlice = z.object({
  holdings: mapOf(z.string(), Holding),
  /** Units of contacts' jobs that ran here and that they took. */
  doneFor: mapOf(PeerId, z.int().min(1)),
  history: ContributionHistory,
  /** Absent before the first unit for another peer. */
  tally: ContributionTally.exactOptional(),
  /** By the key of the holding, the oldest first; absent before the first. */
  unjudged: mapOf(z.string(), Unjudged).exactOptional(),
})
export type ProviderSlice = z.infer<typeof ProviderSlice>

/** The slice of a peer that has just been created. */
export function newProvider(): ProviderSlice {
  return {
    holdings: new Map(),
    doneFor: new Map(),
    history: {
      total_work_units_completed: 0,
      total_compute_hours: 0,
      average_result_quality: 1,
      reliability_score: 1,
    },
  }
}
