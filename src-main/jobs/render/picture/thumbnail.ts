import { z } from 'zod'
import type { JobState } from '../../../peer/state.ts'
import type { BlobStore } from '../../../ports/blob-store.ts'
import { Cid, type JobId } from '../../../protocol/ids.ts'
import { keptPin } from '../../../runtime/blobs/blob-rights.ts'
import { runLocalTask, storeOutput } from '../../local-task.ts'
import type { ApiParts } from '../../../api/parts.ts'
import { THUMBNAIL } from '../local-algorithms.ts'
import { mustRender, shrinkFactor } from './rendered-picture.ts'
import { createTurns } from '../../serial-queue.ts'
import { mustBeDone, unitInputs, type RenderResults } from './results.ts'

/** Pixels on the longer side. */
const SIDE_MAX = 320
/** Reading all outputs of the largest picture takes about a minute; one tile's are in memory at a time. */
const LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 2 * 2 ** 30, outputBytesMax: 4 << 20 }

const Thumbnail = z.object({ cid: Cid, width: z.int().min(1), height: z.int().min(1) })
type Thumbnail = z.infer<typeof Thumbnail>

/** Small pictures of finished render jobs: made once, remembered, kept as long as the job. */
export interface Thumbnails {
  /** @throws FaultError `bad-input` for a job that is not done or renders nothing */
  of(job: JobState): Promise<{ readonly bytes: Uint8Array; readonly width: number; readonly height: number }>
}

/** Creates the thumbnails; `signal` ends making them when the peer stops. */
export function createThumbnails(parts: ApiParts, results: RenderResults, signal: AbortSignal): Thumbnails {
  const { blobs, settings } = parts
  /** Those at work, so that two callers share one. */
  const atWork = new Map<JobId, Promise<Thumbnail>>()
  /** One at a time: a gallery that is opened for the first time must not take all of the machine. */
  const turns = createTurns()

  async function make(job: JobState): Promise<Thumbnail> {
    const { job_id } = job.manifest
    const params = mustRender(job)
    const exposure_stops = results.exposureStops(job)
    const result = await runLocalTask(
      parts.runner,
      {
        id: `thumbnail ${job_id}`,
        algorithmId: THUMBNAIL.id,
        algorithmVersion: THUMBNAIL.version,
        params: {
          job: params,
          factor: shrinkFactor(params, SIDE_MAX),
          ...(exposure_stops === undefined ? {} : { exposure_stops }),
        },
        inputs: await unitInputs(parts, job),
        limits: LIMITS,
      },
      signal,
    )
    const { cid } = await storeOutput(blobs, result.output, keptPin(job_id))
    const thumbnail = Thumbnail.parse({ ...result.info, cid })
    settings.write(thumbnailKey(job_id), thumbnail)
    // A job that was removed meanwhile has let go of its blobs already, and must not hold on to this one.
    if (!parts.runtime.state.jobs.has(job_id)) blobs.unpin(keptPin(job_id))
    return thumbnail
  }

  return {
    async of(job) {
      const { job_id } = job.manifest
      mustRender(job)
      mustBeDone(job)
      const known = remembered(parts, job_id, blobs)
      const made = known ?? atWork.get(job_id) ?? turns(() => make(job)).finally(() => atWork.delete(job_id))
      if (known === undefined && made instanceof Promise) atWork.set(job_id, made)
      const { cid, width, height } = await made
      return { bytes: await blobs.read(cid), width, height }
    },
  }
}

function remembered({ settings }: ApiParts, job: JobId, blobs: BlobStore): Thumbnail | undefined {
  const known = settings.read(thumbnailKey(job), Thumbnail)
  return known !== undefined && blobs.has(known.cid) ? known : undefined
}

/** The setting in which a job's thumbnail is remembered. */
export function thumbnailKey(job: JobId): string {
  return `thumbnail:${job}`
}
