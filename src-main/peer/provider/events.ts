import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { Cid, JobId, Name, PeerId } from '../../protocol/ids.ts'
import { Award } from '../../protocol/messages.ts'
import { Count } from '../../protocol/quantities.ts'
import { ExecutionReceipt } from '../../protocol/receipt.ts'
import { UnitBits } from '../../protocol/unit-bits.ts'
import { UnitIndex } from '../../protocol/work.ts'
import { At, UnitAttempts } from '../event-fields.ts'

/** Events of the units of others. */
export const ProviderEvent = z.discriminatedUnion('kind', [
  At.extend({ kind: z.literal('award-received'), from: PeerId, award: Award }),
  At.extend({
    kind: z.literal('units-ran'),
    requester: PeerId,
    job_id: JobId,
    receipts: z.array(ExecutionReceipt),
    /** The engine that computed them, where one did; the receipts say so whenever they are sent. */
    engine: Name.exactOptional(),
    /** Of a record before version 5: the runs counted as completed at once, also those of own jobs. */
    counted: z.literal(true).exactOptional(),
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
  /** A requester's signed verdict about what this peer returned for a job. The journal holds the envelope alone. */
  At.extend({
    kind: z.literal('verdict-received'),
    from: PeerId,
    job_id: JobId,
    manifest_cid: Cid,
    won: UnitBits,
    lost: UnitBits,
    /** As it came, of domain `meshwork/1/verdict`. */
    envelope: Bytes,
  }),
])
export type ProviderEvent = z.infer<typeof ProviderEvent>
