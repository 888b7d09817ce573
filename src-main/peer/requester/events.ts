import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { EngineId } from '../../protocol/engine.ts'
import { Fault } from '../../protocol/fault.ts'
import { Cid, JobId, Name, PeerId } from '../../protocol/ids.ts'
import { Likeness } from '../../protocol/likeness.ts'
import { AwardedUnit } from '../../protocol/messages.ts'
import { MomentMs } from '../../protocol/quantities.ts'
import { Attempt, ExecutionReceipt } from '../../protocol/receipt.ts'
import { Fraction } from '../../protocol/slot.ts'
import { JobManifest, Redundancy, UnitIndex } from '../../protocol/work.ts'
import { At, UnitAttempts } from '../event-fields.ts'
import { TakenUnit } from './slice.ts'

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

/** Events of own jobs: what their user asks for, awards, and what comes back. */
export const RequesterEvent = z.discriminatedUnion('kind', [
  At.extend({
    kind: z.literal('job-submitted'),
    manifest: JobManifest,
    manifest_cid: Cid,
    /** Units that are done already: the job goes on with the work of an earlier one. */
    taken: z.array(TakenUnit).exactOptional(),
  }),
  At.extend({
    kind: z.literal('job-cancelled'),
    job_id: JobId,
    /** What is there stays as the job's result. */
    keep: z.literal(true).exactOptional(),
  }),
  At.extend({ kind: z.literal('job-paused'), job_id: JobId }),
  At.extend({ kind: z.literal('job-resumed'), job_id: JobId }),
  At.extend({ kind: z.literal('job-priority-set'), job_id: JobId, priority: Fraction }),
  /** From now on so many peers compute each open unit, fewer than before. */
  At.extend({ kind: z.literal('job-redundancy-lowered'), job_id: JobId, redundancy: Redundancy }),
  At.extend({ kind: z.literal('job-removed'), job_id: JobId }),
  /** These units are in the history, where nothing about them changes any more. */
  At.extend({ kind: z.literal('units-archived'), job_id: JobId, units: z.array(UnitIndex) }),
  /** An ended job and all its units are in the history. */
  At.extend({ kind: z.literal('job-archived'), job_id: JobId }),
  At.extend({ kind: z.literal('awards-issued'), awards: z.array(IssuedAward) }),
  At.extend({ kind: z.literal('award-refused'), job_id: JobId, award_id: Name, peer: PeerId, fault: Fault }),
  At.extend({
    kind: z.literal('results-received'),
    from: PeerId,
    job_id: JobId,
    /** Of a signed batch all of them: those that are no news are passed over. */
    receipts: z.array(ExecutionReceipt),
    /** The engine that computed them, by their provider's word. Older records have none. */
    engine: EngineId.exactOptional(),
    manifest_cid: Cid.exactOptional(),
    /**
     * The signed batch as it came, of domain `meshwork/1/receipts`. The journal holds it in place of the fields that are read
     * out of it (`journal-form.ts`). Records before version 5 have none.
     */
    envelope: Bytes.exactOptional(),
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
  /** Which of a unit's outputs are alike by its job's comparator. */
  At.extend({
    kind: z.literal('outputs-compared'),
    job_id: JobId,
    unit_index: UnitIndex,
    likeness: Likeness,
    /** Why outputs are taken for unlike that could not be compared, where that is so. */
    fault: Fault.exactOptional(),
  }),
  /**
   * No peer handed over a verified output, or one that is to be compared. Unreachable peers are not to blame; peers that
   * refused are.
   */
  At.extend({
    kind: z.literal('output-unavailable'),
    job_id: JobId,
    unit_index: UnitIndex,
    cid: Cid,
    unreachable: z.array(PeerId).exactOptional(),
  }),
  /** A provider has the verdict about its outputs for an ended job. */
  At.extend({ kind: z.literal('verdict-delivered'), peer: PeerId, job_id: JobId }),
])
export type RequesterEvent = z.infer<typeof RequesterEvent>
