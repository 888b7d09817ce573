import { z } from 'zod'
import type { JobState } from '../../../peer/requester/slice.ts'
import { Cid, type JobId } from '../../../protocol/ids.ts'
import { THANKS_PICTURE_SIDE_MAX, ThanksPicture } from '../../../protocol/thanks.ts'
import { keptPin } from '../../../runtime/blobs/blob-rights.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { mustHaveAPart } from '../../job-phase.ts'
import { createKeptArtifact } from '../../kept-artifact.ts'
import { outputBytes, runLocalTask, storeOutput, type LocalResult } from '../../local-task.ts'
import { createSerialQueue } from '../../serial-queue.ts'
import { unitInputs } from '../../unit-outputs.ts'
import { THUMBNAIL } from '../local-algorithms.ts'
import { mustRender, shrinkFactor } from './rendered-picture.ts'
import type { RenderResults } from './results.ts'

/** Pixels on the longer side. */
const SIDE_MAX = 320
/** The same of pictures that others are shown, the largest first: a picture full of noise needs many bytes. */
const SHOWN_SIDES = [THANKS_PICTURE_SIDE_MAX, 128, 80]
/** Reading all outputs of the largest picture takes about a minute; one tile's are in memory at a time. */
const LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 2 * 2 ** 30, outputBytesMax: 4 << 20 }

const Thumbnail = z.object({ cid: Cid, width: z.int().min(1), height: z.int().min(1) })
type Thumbnail = z.infer<typeof Thumbnail>

/** Small pictures of finished render jobs: made once, remembered, kept as long as the job. */
export interface Thumbnails {
  /** @throws FaultError `bad-input` for a job under way, without a tile or that renders nothing */
  of(job: JobState): Promise<{ readonly bytes: Uint8Array; readonly width: number; readonly height: number }>
  /** A picture as small as `ThanksPicture` is, made anew each time. @throws FaultError as `of` */
  small(job: JobState): Promise<Uint8Array | undefined>
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

  async function shrink(job: JobState, sideMax: number): Promise<LocalResult> {
    const { job_id } = job.manifest
    const params = mustRender(job)
    const exposure_stops = await results.exposureStops(job)
    return runLocalTask(
      runner,
      {
        id: `thumbnail ${job_id}`,
        algorithmId: THUMBNAIL.id,
        algorithmVersion: THUMBNAIL.version,
        params: {
          job: params,
          factor: shrinkFactor(params, sideMax),
          ...(exposure_stops === undefined ? {} : { exposure_stops }),
          ...(mustHaveAPart(job) === 'part' ? { partial: true } : {}),
        },
        inputs: await unitInputs(dependencies, job),
        limits: LIMITS,
      },
      signal,
    )
  }

  async function make(job: JobState): Promise<Thumbnail> {
    const { job_id } = job.manifest
    const result = await shrink(job, SIDE_MAX)
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
    small: (job) =>
      queue(async () => {
        for (const side of SHOWN_SIDES) {
          const { output } = await shrink(job, side)
          const picture = ThanksPicture.safeParse(await outputBytes(blobs, output))
          if (picture.success) return picture.data
        }
        return undefined
      }),
    forget: (job) => artifact.forget(job),
  }
}
