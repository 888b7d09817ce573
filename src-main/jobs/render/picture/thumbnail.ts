import { z } from 'zod'
import type { JobState } from '../../../peer/requester/slice.ts'
import { Cid, type JobId } from '../../../protocol/ids.ts'
import { keptPin } from '../../../runtime/blobs/blob-rights.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { mustHaveAPart } from '../../job-phase.ts'
import { createKeptArtifact } from '../../kept-artifact.ts'
import { runLocalTask, storeOutput } from '../../local-task.ts'
import { createSerialQueue } from '../../serial-queue.ts'
import { unitInputs } from '../../unit-outputs.ts'
import { THUMBNAIL } from '../local-algorithms.ts'
import { mustRender, shrinkFactor } from './rendered-picture.ts'
import type { RenderResults } from './results.ts'

/** Pixels on the longer side. */
const SIDE_MAX = 320
/** Reading all outputs of the largest picture takes about a minute; one tile's are in memory at a time. */
const LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 2 * 2 ** 30, outputBytesMax: 4 << 20 }

const Thumbnail = z.object({ cid: Cid, width: z.int().min(1), height: z.int().min(1) })
type Thumbnail = z.infer<typeof Thumbnail>

/** Small pictures of finished render jobs: made once, remembered, kept as long as the job. */
export interface Thumbnails {
  /** @throws FaultError `bad-input` for a job under way, without a tile or that renders nothing */
  of(job: JobState): Promise<{ readonly bytes: Uint8Array; readonly width: number; readonly height: number }>
  forget(job: JobId): void
}

/** Creates the thumbnails; `signal` ends making them when the peer stops. */
export function createThumbnails(
  dependencies: JobDependencies,
  results: RenderResults,
  signal: AbortSignal,
): Thumbnails {
  const { blobs, runner } = dependencies
  /** One at a time: a gallery that is opened for the first time must not take all of the machine. */
  const queue = createSerialQueue()
  const artifact = createKeptArtifact(dependencies, {
    name: 'thumbnail',
    schema: Thumbnail,
    blobsOf: ({ cid }) => [cid],
    make: (job) => queue(() => make(job)),
  })

  async function make(job: JobState): Promise<Thumbnail> {
    const { job_id } = job.manifest
    const params = mustRender(job)
    const exposure_stops = await results.exposureStops(job)
    const result = await runLocalTask(
      runner,
      {
        id: `thumbnail ${job_id}`,
        algorithmId: THUMBNAIL.id,
        algorithmVersion: THUMBNAIL.version,
        params: {
          job: params,
          factor: shrinkFactor(params, SIDE_MAX),
          ...(exposure_stops === undefined ? {} : { exposure_stops }),
          ...(mustHaveAPart(job) === 'part' ? { partial: true } : {}),
        },
        inputs: await unitInputs(dependencies, job),
        limits: LIMITS,
      },
      signal,
    )
    const { cid } = await storeOutput(blobs, result.output, keptPin(job_id))
    return Thumbnail.parse({ ...result.info, cid })
  }

  return {
    async of(job) {
      mustRender(job)
      mustHaveAPart(job)
      const { cid, width, height } = await artifact.of(job)
      return { bytes: await blobs.read(cid), width, height }
    },
    forget: (job) => artifact.forget(job),
  }
}
