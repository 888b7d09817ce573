import type { BlobStore } from '../ports/blob-store.ts'
import type { RunInput, RunLimits, RunOutcome, RunOutput, Runner } from '../ports/runner.ts'
import { refuse } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'
import type { Params } from '../protocol/work.ts'

/** A task that this peer runs for itself: no provider is asked, and the result is not verified. */
export interface LocalTask {
  readonly id: string
  readonly algorithmId: string
  readonly algorithmVersion: string
  readonly params: Params
  readonly inputs: Readonly<Record<string, RunInput>>
  readonly limits: RunLimits
}

/** The outcome of a task that succeeded. */
export type LocalResult = Extract<RunOutcome, { kind: 'done' }>

/** Runs one local task; `progress` hears of a long one's share that is done, 0 to 1. @throws FaultError the fault that it ended with */
export async function runLocalTask(
  runner: Runner,
  task: LocalTask,
  signal: AbortSignal,
  progress: (share: number) => void = () => undefined,
): Promise<LocalResult> {
  let outcome: RunOutcome | undefined
  await runner.run([task], {
    signal,
    progress: (_, share) => progress(share),
    finished: (_, result) => {
      outcome = result
    },
  })
  if (outcome === undefined) throw new Error(`broken promise: ${task.id} ended without an outcome`)
  if (outcome.kind === 'failed') refuse(outcome.fault.kind, outcome.fault.message)
  return outcome
}

/** A task's output as bytes; one that came as a file is taken into the store, where nothing keeps it. */
export async function outputBytes(blobs: BlobStore, output: RunOutput): Promise<Uint8Array> {
  return output.kind === 'bytes' ? output.bytes : blobs.read(await blobs.adopt(output.path))
}

/** Puts a task's output into the store and keeps it there for `owner`. */
export async function storeOutput(
  blobs: BlobStore,
  output: RunOutput,
  owner: string,
): Promise<{ cid: Cid; bytes: number }> {
  const cid = output.kind === 'bytes' ? await blobs.put(output.bytes) : await blobs.adopt(output.path)
  blobs.pin(cid, owner)
  return { cid, bytes: output.kind === 'bytes' ? output.bytes.byteLength : output.bytes }
}
