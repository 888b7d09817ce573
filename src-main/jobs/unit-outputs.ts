import type { JobState } from '../peer/requester/slice.ts'
import type { RunInput } from '../ports/runner.ts'
import { assert, refuse } from '../protocol/fault.ts'
import { outputSeal } from '../protocol/job-key.ts'
import type { Cid } from '../protocol/ids.ts'
import { keptPin } from '../runtime/blobs/blob-rights.ts'
import { openedPieces } from '../runtime/blobs/sealed-blobs.ts'
import type { JobDependencies } from './dependencies.ts'
import { runFile } from '../ports/run-inputs.ts'

type OutputDependencies = Pick<JobDependencies, 'blobs' | 'runtime'>

/** A verified unit's output as a blob of the store, sealed of an encrypted job; tiny ones were kept in the journal until now. */
async function unitOutput(
  { blobs, runtime }: OutputDependencies,
  job: JobState,
  index: number,
): Promise<Cid> {
  const verified = runtime.jobs.unit(job, index)?.verified
  if (verified?.stored !== true)
    refuse('bad-input', `unit ${index} of ${job.manifest.job_id} is not here yet`)
  if (verified.inline !== undefined && !blobs.has(verified.cid)) {
    const cid = await blobs.put(verified.inline)
    assert(cid === verified.cid, 'an inline output has the CID of its bytes')
    blobs.pin(cid, keptPin(job.manifest.job_id))
  }
  return verified.cid
}

/** The outputs of all of a job's units, as inputs of a task; of a job that ended before, of those that are here. */
export async function unitInputs(
  dependencies: OutputDependencies,
  job: JobState,
): Promise<Record<string, RunInput>> {
  const inputs: Record<string, RunInput> = {}
  const { jobs } = dependencies.runtime
  for (let index = 0; index < job.manifest.unit_count; index++) {
    if (job.status.state !== 'done' && jobs.unit(job, index)?.verified?.stored !== true) continue
    inputs[`unit-${index}`] = await unitInput(dependencies, job, index)
  }
  return inputs
}

/** A verified unit's output as an input of a task. @throws FaultError `bad-input` for one that is not here yet */
export async function unitInput(
  dependencies: OutputDependencies,
  job: JobState,
  index: number,
): Promise<RunInput> {
  const cid = await unitOutput(dependencies, job, index)
  const input = runFile(dependencies.blobs, cid, `the output of unit ${index}`)
  const key = dependencies.runtime.keyOf(job)
  return key === undefined ? input : { ...input, seal: outputSeal(key, index) }
}

/** A verified unit's output as a blob that its user can read; an encrypted one is stored once more, opened. */
export async function openOutput(
  dependencies: OutputDependencies,
  job: JobState,
  index: number,
): Promise<Cid> {
  const { blobs, runtime } = dependencies
  const cid = await unitOutput(dependencies, job, index)
  const key = runtime.keyOf(job)
  if (key === undefined) return cid
  const { job_id } = job.manifest
  const opened = await blobs.putStream(openedPieces(blobs, cid, outputSeal(key, index)), {
    keeper: { owner: keptPin(job_id) },
  })
  if (!runtime.jobs.has(job_id)) blobs.unpin(keptPin(job_id))
  return opened
}
