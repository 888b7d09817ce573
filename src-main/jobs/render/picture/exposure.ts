import { z } from 'zod'
import type { JobState } from '../../../peer/requester/slice.ts'
import type { RunInput } from '../../../ports/runner.ts'
import { FaultError } from '../../../protocol/fault.ts'
import { inputSeal } from '../../../protocol/job-key.ts'
import type { JobManifest, Params } from '../../../protocol/work.ts'
import { runLocalTask } from '../../local-task.ts'
import { runFile } from '../../../ports/run-inputs.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { SCENE_PREVIEW } from '../local-algorithms.ts'
import { mustRender } from './rendered-picture.ts'
import type { RenderResults } from './results.ts'

/** Pixels on the longer side of the little picture that tells how bright a scene is. */
const PROBE_SIDE = 96
/** Enough that its bright parts are those of the finished picture, nearly always to the same whole stop. */
const PROBE_SAMPLES = 8
/** The tree over a scene of millions of triangles takes seconds. */
const PROBE_LIMITS = { wallMsMax: 120_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 4 << 20 }

const ProbeInfo = z.object({ exposure_stops: z.number() })

/**
 * The exposure of pictures in progress, in stops: that of the finished picture where it was put together, else what a
 * small one of a few samples has. So the tiles of a picture match each other from the first one on.
 */
export function createExposures(
  dependencies: JobDependencies,
  results: RenderResults,
  stopping: AbortSignal,
): (job: JobState) => Promise<number> {
  const probed = new WeakMap<JobManifest, Promise<number>>()

  /** The job's inputs by role, opened where they are sealed. */
  function inputsOf(job: JobState): Record<string, RunInput> {
    const key = dependencies.runtime.keyOf(job)
    return Object.fromEntries(
      Object.entries(job.manifest.inputs).map(([role, cid]) => {
        const input = runFile(dependencies.blobs, cid, `the input ${role}`)
        return [role, key === undefined ? input : { ...input, seal: inputSeal(key, role) }]
      }),
    )
  }

  async function probe(job: JobState): Promise<number> {
    try {
      const asked = mustRender(job)
      const { width, height, bounces, clamp } = asked
      const scale = Math.min(1, PROBE_SIDE / Math.max(width, height))
      const params: Params = {
        width: Math.max(1, Math.round(width * scale)),
        height: Math.max(1, Math.round(height * scale)),
        spp: PROBE_SAMPLES,
        bounces,
        ...(clamp === undefined ? {} : { clamp }),
        job: { ...asked },
      }
      const result = await runLocalTask(
        dependencies.runner,
        {
          id: `expose ${job.manifest.job_id}`,
          algorithmId: SCENE_PREVIEW.id,
          algorithmVersion: SCENE_PREVIEW.version,
          params,
          inputs: inputsOf(job),
          limits: PROBE_LIMITS,
        },
        stopping,
      )
      return ProbeInfo.parse(result.info).exposure_stops
    } catch (error) {
      // As the scene says is what most pictures have anyway.
      if (!(error instanceof FaultError)) dependencies.report(error)
      return 0
    }
  }

  return (job) => {
    const known = results.exposureStops(job)
    if (known !== undefined) return Promise.resolve(known)
    const found = probed.get(job.manifest) ?? probe(job)
    probed.set(job.manifest, found)
    return found
  }
}
