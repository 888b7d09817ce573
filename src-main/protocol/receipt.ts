import { z } from 'zod'
import { Cid, JobId, Name, PeerId } from './ids.ts'
import { Fault } from './fault.ts'
import { Fuel } from './fuel.ts'
import { Bytes } from './bytes.ts'
import { INLINE_OUTPUT_BYTES_MAX, RECEIPTS_MAX } from './limits.ts'
import { ByteCount, CpuMs, DurationMs } from './quantities.ts'
import { Timestamp } from './time.ts'
import { UnitIndex } from './work.ts'

/** Counts up with every award of one unit; replies quote it, and replies to an older one are dropped. */
export const Attempt = z.int().min(1).max(1_000_000)
export type Attempt = z.infer<typeof Attempt>

/**
 * The cost of a run, as measured where it ran (document 003, Execution Summary). `fuel`, `peak_pages` (of 64 KiB) and
 * `copied_bytes` (by our own code, between the blob's file and the module's memory and back) are there for metered
 * code. Fuel is a property of the unit: every peer that runs the same code on the same input uses the same, to the last
 * unit.
 */
export const RunMetrics = z.object({
  wall_ms: DurationMs,
  cpu_ms: CpuMs,
  peak_memory_bytes: ByteCount,
  input_bytes: ByteCount,
  output_bytes: ByteCount,
  fuel: Fuel.exactOptional(),
  peak_pages: z.int().min(0).max(65_536).exactOptional(),
  copied_bytes: ByteCount.exactOptional(),
})
export type RunMetrics = z.infer<typeof RunMetrics>

/** One unit's run by one peer: its output, or the fault that ended it (document 003, ExecutionReceipt). */
export const ExecutionReceipt = z.object({
  unit_index: UnitIndex,
  attempt: Attempt,
  outcome: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('output'),
      cid: Cid,
      metrics: RunMetrics,
      /** The output itself when it is tiny: a blob of its own would cost more than the unit. */
      inline: Bytes.refine(
        (b) => b.byteLength <= INLINE_OUTPUT_BYTES_MAX,
        'too large for inline',
      ).exactOptional(),
    }),
    z.object({ kind: z.literal('fault'), fault: Fault }),
  ]),
})
export type ExecutionReceipt = z.infer<typeof ExecutionReceipt>

/**
 * Receipts of one provider for one job, signed together: a signature costs more than a small unit's run. `engine` names
 * the code that computed (algorithm, version, digest), `numeric_class` where floats may be compared by hash; from both
 * follows the engine as its provider's capabilities name it.
 */
export const ReceiptBatch = z.object({
  batch_id: Name,
  job_id: JobId,
  requester_id: PeerId,
  provider_id: PeerId,
  manifest_cid: Cid,
  engine: Name,
  numeric_class: Name,
  receipts: z.array(ExecutionReceipt).min(1).max(RECEIPTS_MAX),
  timestamp: Timestamp,
})
export type ReceiptBatch = z.infer<typeof ReceiptBatch>
