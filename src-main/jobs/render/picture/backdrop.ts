import { z } from 'zod'
import { PREVIEW_SIDE_MAX } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { FaultError } from '../../../protocol/fault.ts'
import { Cid, type JobId } from '../../../protocol/ids.ts'
import { RenderParams } from '../../../protocol/job-kinds/render-tasks.ts'
import type { JobManifest } from '../../../protocol/work.ts'
import { keptPin } from '../../../runtime/blobs/blob-rights.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { createKeptArtifact } from '../../kept-artifact.ts'
import { runLocalTask, storeOutput } from '../../local-task.ts'
import { SCENE_PREVIEW } from '../local-algorithms.ts'
import { jobInputs } from './job-inputs.ts'
import { mustRender } from './rendered-picture.ts'

/** As for the preview of the form: the tree over a scene of millions of triangles takes seconds. */
const BACKDROP_LIMITS = { wallMsMax: 120_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 8 << 20 }

const Backdrop = z.object({ cid: Cid })
type Backdrop = z.infer<typeof Backdrop>

/** Waits for a backdrop. */
type Waiter = PromiseWithResolvers<unknown>

/**
 * Quick previews of whole pictures, to stand behind their tiles: one sample a pixel, with the exposure of the tiles. A job
 * that was previewed before it was sent has the same picture.
 */
export interface Backdrops {
  /** A JPEG in base64, once there is one: somebody else has to ask for it. Undefined where it cannot be had. */
  known(job: JobState): Promise<string | undefined>
  /** The same, made now where there is none. */
  of(job: JobState): Promise<string | undefined>
  /** Takes over what was previewed for a job that is about to be submitted; its blob is kept with the job. */
  remember(job: JobId, cid: Cid): void
  forget(job: JobId): void
}

/** Creates the backdrops; `stopping` ends making one when the peer stops. */
export function createBackdrops(
  dependencies: JobDependencies,
  exposureStops: (job: JobState) => Promise<number | undefined>,
  stopping: AbortSignal,
): Backdrops {
  const { blobs, runner, report } = dependencies
  const failed = new WeakSet<JobManifest>()
  /** Those who wait for one that is not made yet. */
  const waiting = new WeakMap<JobManifest, Waiter>()
  const artifact = createKeptArtifact<Backdrop>(dependencies, {
    name: 'backdrop',
    schema: Backdrop,
    blobsOf: ({ cid }) => [cid],
    make,
  })

  async function make(job: JobState): Promise<Backdrop> {
    const { job_id } = job.manifest
    const asked = mustRender(job)
    const exposure_stops = await exposureStops(job)
    const { width, height } = asked
    const scale = Math.min(1, PREVIEW_SIDE_MAX / Math.max(width, height))
    const { output } = await runLocalTask(
      runner,
      {
        id: `backdrop ${job_id}`,
        algorithmId: SCENE_PREVIEW.id,
        algorithmVersion: SCENE_PREVIEW.version,
        params: {
          width: Math.max(1, Math.round(width * scale)),
          height: Math.max(1, Math.round(height * scale)),
          spp: 1,
          bounces: RenderParams.parse({}).bounces,
          picture: { width, height },
          job: { ...asked },
          ...(exposure_stops === undefined ? {} : { exposure_stops }),
        },
        inputs: jobInputs(dependencies, job),
        limits: BACKDROP_LIMITS,
      },
      stopping,
    )
    return { cid: (await storeOutput(blobs, output, keptPin(job_id))).cid }
  }

  /** What stands behind a picture is nice to have: without it the tiles come all the same. */
  async function unlessFailed(
    job: JobState,
    find: () => Promise<Backdrop | undefined>,
  ): Promise<string | undefined> {
    if (failed.has(job.manifest)) return undefined
    try {
      const found = await find()
      return found && Buffer.from(await blobs.read(found.cid)).toString('base64')
    } catch (error) {
      failed.add(job.manifest)
      if (!(error instanceof FaultError) && !stopping.aborted) report(error)
      return undefined
    }
  }

  function waiterOf({ manifest }: JobState): Waiter {
    const waiter = waiting.get(manifest) ?? Promise.withResolvers()
    waiting.set(manifest, waiter)
    return waiter
  }

  return {
    async known(job) {
      const { job_id } = job.manifest
      if (artifact.known(job_id) === undefined) await waiterOf(job).promise
      return unlessFailed(job, () => Promise.resolve(artifact.known(job_id)))
    },
    async of(job) {
      const made = await unlessFailed(job, () => artifact.of(job))
      waiterOf(job).resolve(undefined)
      return made
    },
    remember: (job, cid) => artifact.remember(job, { cid }),
    forget: (job) => artifact.forget(job),
  }
}
