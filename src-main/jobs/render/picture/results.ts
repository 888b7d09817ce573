import { z } from 'zod'
import { PictureFormat, type ResultFile } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { refuse } from '../../../protocol/fault.ts'
import type { JobId } from '../../../protocol/ids.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { mustHaveAPart } from '../../job-phase.ts'
import { createKeptArtifact } from '../../kept-artifact.ts'
import { runLocalTask } from '../../local-task.ts'
import { unitInputs } from '../../unit-outputs.ts'
import { ASSEMBLE } from '../local-algorithms.ts'
import type { Cleanings } from '../cleaning/cleanings.ts'
import type { JobExposures } from './exposure.ts'
import { keepPicture, PictureFiles } from './picture-files.ts'
import { mustRender } from './rendered-picture.ts'

/** Putting together the largest picture, 8192², takes about a minute and holds its sums twice over. */
const ASSEMBLE_LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 6 * 2 ** 30, outputBytesMax: 2 * 2 ** 30 }

/** Both files of an ended render job, and the exposure of the PNG. One from before it was remembered is put together again. */
const Results = PictureFiles.extend({ exposure_stops: z.number() })
type Results = z.infer<typeof Results>

const AssembledInfo = z.object({ exposure_stops: z.number() })

/**
 * The pictures of ended render jobs: assembled once, remembered, kept as long as the job. Of one that was cancelled or
 * failed, what is there.
 */
export interface RenderResults {
  /** @throws FaultError `bad-input` for a job under way, without a tile or that renders nothing, and for another format */
  result(job: JobState, format?: string): Promise<ResultFile>
  /**
   * The exposure of a job's tiles, thumbnail and PNG, in stops: as it was metered when the job was submitted, else as the PNG
   * was put together with, else metered now. Undefined where it cannot be metered: then the finished picture is.
   */
  exposureStops(job: JobState): Promise<number | undefined>
  forget(job: JobId): void
}

/** Creates the results; `signal` ends assembling when the peer stops. */
export function createRenderResults(
  dependencies: JobDependencies,
  exposures: JobExposures,
  cleanings: Pick<Cleanings, 'of'>,
  signal: AbortSignal,
): RenderResults {
  const { runner } = dependencies
  const artifact = createKeptArtifact(dependencies, {
    name: 'result',
    schema: Results,
    blobsOf: ({ png, exr }) => [png.cid, exr.cid],
    make: assemble,
  })

  async function exposureStops(job: JobState): Promise<number | undefined> {
    const known = exposures.noted(job) ?? artifact.known(job.manifest.job_id)?.exposure_stops
    return known ?? exposures.metered(job)
  }

  async function assemble(job: JobState): Promise<Results> {
    const { job_id, params } = job.manifest
    const isPart = mustHaveAPart(job) === 'part'
    const given = await exposureStops(job)
    const { output, extras, info } = await runLocalTask(
      runner,
      {
        id: `assemble ${job_id}`,
        algorithmId: ASSEMBLE.id,
        algorithmVersion: ASSEMBLE.version,
        params: {
          job: params,
          ...(given === undefined ? {} : { exposure_stops: given }),
          ...(isPart ? { partial: true } : {}),
        },
        inputs: await unitInputs(dependencies, job),
        limits: ASSEMBLE_LIMITS,
      },
      signal,
    )
    const { exposure_stops } = AssembledInfo.parse(info)
    return { ...(await keepPicture(dependencies.blobs, { output, extras }, job_id)), exposure_stops }
  }

  return {
    async result(job, format = 'png') {
      mustRender(job)
      const parsed = PictureFormat.safeParse(format)
      if (!parsed.success) {
        refuse('bad-input', `a picture is a png or an exr, or a rawpng or rawexr, not a ${format}`)
      }
      mustHaveAPart(job)
      switch (parsed.data) {
        case 'rawpng':
          return (await artifact.of(job)).png
        case 'rawexr':
          return (await artifact.of(job)).exr
        case 'png':
        case 'exr':
          return ((await cleanings.of(job)) ?? (await artifact.of(job)))[parsed.data]
      }
    },
    exposureStops,
    forget(job) {
      artifact.forget(job)
      exposures.forget(job)
    },
  }
}
