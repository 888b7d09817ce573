import { createHash } from 'node:crypto'
import { ResultFile } from '#contract'
import type { JobState } from '../peer/state.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import { refuse } from '../protocol/fault.ts'
import { outputSeal, type JobKey } from '../protocol/job-key.ts'
import type { JobId } from '../protocol/ids.ts'
import { keptPin } from '../runtime/blobs/blob-rights.ts'
import { blobPieces } from '../ports/blob-pieces.ts'
import { openedPieces } from '../runtime/blobs/sealed-blobs.ts'
import { openBytes } from '../sealing/seal.ts'
import { followingJob } from './following-job.ts'
import type { ApiParts } from '../api/parts.ts'

/** The results of modules' jobs: put together once, remembered, kept as long as the job. */
export interface ModuleResults {
  /** What a job as a whole brought. @throws FaultError `bad-input` for a job that is not done or runs no module */
  result(job: JobState): Promise<ResultFile>
  /** The outputs of a job's own units, one after the other. @throws FaultError as `result` */
  joined(job: JobState): Promise<ResultFile>
}

/** Creates the results; `signal` ends putting together when the peer stops. */
export function createModuleResults(parts: ApiParts, signal: AbortSignal): ModuleResults {
  const { blobs, settings, runtime } = parts
  /** Those at work, so that two callers share one. */
  const joining = new Map<JobId, Promise<ResultFile>>()

  function remembered(job: JobId): ResultFile | undefined {
    const known = settings.read(resultKey(job), ResultFile)
    return known !== undefined && blobs.has(known.cid) ? known : undefined
  }

  async function join(job: JobState): Promise<ResultFile> {
    const { job_id } = job.manifest
    const hash = createHash('sha256')
    let bytes = 0
    const hashed = async function* () {
      for await (const piece of outputPieces(blobs, job, runtime.keyOf(job), signal)) {
        hash.update(piece)
        bytes += piece.byteLength
        yield piece
      }
    }
    const cid = await blobs.putStream(hashed(), { signal })
    blobs.pin(cid, keptPin(job_id))
    const result = { cid, bytes, sha256: hash.digest('hex') }
    settings.write(resultKey(job_id), result)
    // A job that was removed meanwhile has let go of its blobs already, and must not hold on to this one.
    if (!runtime.state.jobs.has(job_id)) blobs.unpin(keptPin(job_id))
    return result
  }

  async function joined(job: JobState): Promise<ResultFile> {
    const { job_id, result, unit_count } = job.manifest
    if (result !== 'joined' && result !== 'reduced') {
      refuse('bad-input', `the outputs of job ${job_id} are not joined`)
    }
    if (job.status.state !== 'done') {
      refuse(
        'bad-input',
        `job ${job_id} is ${job.status.state}: ${job.stored} of ${unit_count} units are here`,
      )
    }
    const known = remembered(job_id)
    if (known !== undefined) return known
    const atWork = joining.get(job_id) ?? join(job).finally(() => joining.delete(job_id))
    joining.set(job_id, atWork)
    return atWork
  }

  return {
    joined,
    async result(job) {
      const following = followingJob(job.manifest)
      if (following === undefined) return joined(job)
      const reduced = runtime.state.jobs.get(following)
      if (reduced !== undefined) return joined(reduced)
      return refuse('bad-input', `job ${following}, which combines the outputs, has not begun`)
    },
  }
}

function resultKey(job: JobId): string {
  return `result:${job}`
}

/** The verified outputs of all units, in order, opened where they are sealed. */
async function* outputPieces(
  blobs: BlobStore,
  { units, manifest: { job_id, unit_count } }: JobState,
  key: JobKey | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for (let index = 0; index < unit_count; index++) {
    const verified = units.get(index)?.verified
    if (verified?.stored !== true) refuse('blob-missing', `unit ${index} of ${job_id} is not here`)
    const { inline, cid } = verified
    if (key === undefined) {
      if (inline !== undefined) yield inline
      else yield* blobPieces(blobs, cid, signal)
    } else {
      const seal = outputSeal(key, index)
      if (inline !== undefined) yield openBytes(seal, inline)
      else yield* openedPieces(blobs, cid, seal, signal)
    }
  }
}
