import type { Fault } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { INLINE_OUTPUT_BYTES_MAX } from '../../protocol/limits.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { BlobKeeper, BlobStore } from '../../ports/blob-store.ts'
import type { RunOutcome, RunOutput } from '../../ports/runner.ts'
import type { Seal } from '../../protocol/job-key.ts'
import { cidOfBytes } from '../content-id.ts'
import { sealOutput } from '../blobs/sealed-blobs.ts'

/** How a run ended, as its receipt says it. */
export type ReceiptOutcome = ExecutionReceipt['outcome']

/** A run's end for its receipt; the output is stored (sealed, of an encrypted job) and kept, or travels inside when it is tiny. */
export async function receiptOutcome(
  blobs: BlobStore,
  outcome: RunOutcome,
  keeper: BlobKeeper,
  seal: Seal | undefined,
): Promise<ReceiptOutcome> {
  if (outcome.kind === 'failed') return faultOutcome(outcome.fault)
  const { output } = outcome
  const { cid, inline } =
    seal === undefined ? await store(blobs, output, keeper) : await sealOutput(blobs, output, seal, keeper)
  return { kind: 'output', cid, metrics: outcome.metrics, ...(inline === undefined ? {} : { inline }) }
}

/** A run that brought nothing, for its receipt. */
export function faultOutcome(fault: Fault): ReceiptOutcome {
  return { kind: 'fault', fault }
}

async function store(
  blobs: BlobStore,
  output: RunOutput,
  keeper: BlobKeeper,
): Promise<{ cid: Cid; inline?: Uint8Array }> {
  if (output.kind === 'bytes' && output.bytes.byteLength <= INLINE_OUTPUT_BYTES_MAX) {
    return { cid: cidOfBytes(output.bytes), inline: output.bytes }
  }
  return {
    cid:
      output.kind === 'bytes'
        ? await blobs.putUnflushed(output.bytes, keeper)
        : await blobs.adopt(output.path, keeper),
  }
}
