import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ResultFile, type ResultFormat } from '#contract'
import type { JobState } from '../../../peer/state.ts'
import type { RunInput, RunOutput } from '../../../ports/runner.ts'
import { assert, refuse } from '../../../protocol/fault.ts'
import { outputSeal } from '../../../protocol/job-key.ts'
import type { Cid, JobId } from '../../../protocol/ids.ts'
import { keptPin } from '../../../runtime/blobs/blob-rights.ts'
import { openedPieces } from '../../../runtime/blobs/sealed-blobs.ts'
import { blobInput, runLocalTask, storeOutput } from '../../local-task.ts'
import type { ApiParts } from '../../../api/parts.ts'
import { ASSEMBLE } from '../local-algorithms.ts'
import { mustRender } from './rendered-picture.ts'

/** Putting together the largest picture, 8192², takes about a minute and holds its sums twice over. */
const ASSEMBLE_LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 6 * 2 ** 30, outputBytesMax: 2 * 2 ** 30 }

/** Both pictures of a finished render job. */
const Results = z.object({
  png: ResultFile,
  exr: ResultFile,
  /** Of the PNG; results from before it was remembered have none. */
  exposure_stops: z.number().exactOptional(),
})
type Results = z.infer<typeof Results>

const AssembledInfo = z.object({ exposure_stops: z.number() })

/** The pictures of finished render jobs: assembled once, remembered, kept as long as the job. */
export interface RenderResults {
  /** @throws FaultError `bad-input` for a job that is not done or renders nothing */
  result(job: JobState, format: ResultFormat): Promise<ResultFile>
  /** The exposure of a picture that was put together; undefined for others. */
  exposureStops(job: JobState): number | undefined
}

/** Creates the results; `signal` ends assembling when the peer stops. */
export function createRenderResults(parts: ApiParts, signal: AbortSignal): RenderResults {
  const { blobs, settings } = parts
  /** Those at work, so that two callers share one. */
  const assembling = new Map<JobId, Promise<Results>>()

  function remembered(job: JobId): Results | undefined {
    const known = settings.read(resultKey(job), Results)
    return known !== undefined && blobs.has(known.png.cid) && blobs.has(known.exr.cid) ? known : undefined
  }

  async function assemble(job: JobState): Promise<Results> {
    const { job_id, params } = job.manifest
    const { output, extras, info } = await runLocalTask(
      parts.runner,
      {
        id: `assemble ${job_id}`,
        algorithmId: ASSEMBLE.id,
        algorithmVersion: ASSEMBLE.version,
        params,
        inputs: await unitInputs(parts, job),
        limits: ASSEMBLE_LIMITS,
      },
      signal,
    )
    const { exr } = extras
    assert(exr !== undefined, 'render.assemble has an extra output exr')
    const { exposure_stops } = AssembledInfo.parse(info)
    const results = { png: await keep(output, job_id), exr: await keep(exr, job_id), exposure_stops }
    settings.write(resultKey(job_id), results)
    // A job that was removed meanwhile has let go of its blobs already, and must not hold on to these.
    if (!parts.runtime.state.jobs.has(job_id)) blobs.unpin(keptPin(job_id))
    return results
  }

  async function keep(output: RunOutput, job: JobId): Promise<ResultFile> {
    const { cid, bytes } = await storeOutput(blobs, output, keptPin(job))
    return { cid, bytes, sha256: await sha256Of(parts, cid) }
  }

  return {
    async result(job, format) {
      const { job_id } = job.manifest
      mustRender(job)
      mustBeDone(job)
      const known = remembered(job_id)
      if (known !== undefined) return known[format]
      const atWork = assembling.get(job_id) ?? assemble(job).finally(() => assembling.delete(job_id))
      assembling.set(job_id, atWork)
      return (await atWork)[format]
    },
    exposureStops: (job) => remembered(job.manifest.job_id)?.exposure_stops,
  }
}

/** @throws FaultError `bad-input` for a job that is not done, and says how far it is */
export function mustBeDone({ manifest: { job_id, unit_count }, status, stored }: JobState): void {
  if (status.state === 'done') return
  refuse('bad-input', `job ${job_id} is ${status.state}: ${stored} of ${unit_count} units are here`)
}

/** The setting in which a job's pictures are remembered. */
export function resultKey(job: JobId): string {
  return `result:${job}`
}

/** A verified unit's output as a blob of the store, sealed of an encrypted job; tiny ones were kept in the journal until now. */
async function unitOutput({ blobs }: ApiParts, job: JobState, index: number): Promise<Cid> {
  const verified = job.units.get(index)?.verified
  if (verified?.stored !== true)
    refuse('bad-input', `unit ${index} of ${job.manifest.job_id} is not here yet`)
  if (verified.inline !== undefined && !blobs.has(verified.cid)) {
    const cid = await blobs.put(verified.inline)
    assert(cid === verified.cid, 'an inline output has the CID of its bytes')
    blobs.pin(cid, keptPin(job.manifest.job_id))
  }
  return verified.cid
}

/** The outputs of all of a job's units, as inputs of a task. */
export async function unitInputs(parts: ApiParts, job: JobState): Promise<Record<string, RunInput>> {
  const inputs: Record<string, RunInput> = {}
  for (let index = 0; index < job.manifest.unit_count; index++) {
    inputs[`unit-${index}`] = await unitInput(parts, job, index)
  }
  return inputs
}

/** A verified unit's output as an input of a task. @throws FaultError `bad-input` for one that is not here yet */
export async function unitInput(parts: ApiParts, job: JobState, index: number): Promise<RunInput> {
  const cid = await unitOutput(parts, job, index)
  const input = blobInput(parts.blobs, cid, `the output of unit ${index}`)
  const key = parts.runtime.keyOf(job)
  return key === undefined ? input : { ...input, seal: outputSeal(key, index) }
}

/** A verified unit's output as a blob that its user can read; an encrypted one is stored once more, opened. */
export async function openOutput(parts: ApiParts, job: JobState, index: number): Promise<Cid> {
  const { blobs, runtime } = parts
  const cid = await unitOutput(parts, job, index)
  const key = runtime.keyOf(job)
  if (key === undefined) return cid
  const { job_id } = job.manifest
  const opened = await blobs.putStream(openedPieces(blobs, cid, outputSeal(key, index)), {
    keeper: { owner: keptPin(job_id) },
  })
  if (!runtime.state.jobs.has(job_id)) blobs.unpin(keptPin(job_id))
  return opened
}

async function sha256Of({ blobs }: ApiParts, cid: Cid): Promise<string> {
  const layout = blobs.layout(cid)
  assert(layout !== undefined, 'a result that was just stored has a layout')
  const hash = createHash('sha256')
  const chunks = layout.kind === 'raw' ? 1 : layout.chunks.length
  for (let chunk = 0; chunk < chunks; chunk++) hash.update(await blobs.readChunk(cid, chunk))
  return hash.digest('hex')
}
