import { z } from 'zod'
import type { JobState } from '../../../peer/requester/slice.ts'
import { FaultError } from '../../../protocol/fault.ts'
import type { JobId } from '../../../protocol/ids.ts'
import type { JobManifest } from '../../../protocol/work.ts'
import type { JobDependencies } from '../../dependencies.ts'
import type { JobNotesReader } from '../../job-notes.ts'
import { createKeptArtifact } from '../../kept-artifact.ts'
import { runLocalTask } from '../../local-task.ts'
import { METER } from '../local-algorithms.ts'
import { METER_LIMITS, MeteredInfo } from '../scene/scene-meter.ts'
import { jobInputs } from './job-inputs.ts'
import { mustRender } from './rendered-picture.ts'

const Exposure = z.object({ exposure_stops: z.number() })
type Exposure = z.infer<typeof Exposure>

/** The exposures of jobs, in stops. */
export interface JobExposures {
  /** As the scene was metered when the job was submitted; undefined for a job of an earlier version. */
  noted(job: JobState): number | undefined
  /** Meters the scene of a job from its inputs, once; undefined where that fails. */
  metered(job: JobState): Promise<number | undefined>
  forget(job: JobId): void
}

/** Creates the exposures; `stopping` ends metering when the peer stops. */
export function createJobExposures(
  dependencies: JobDependencies,
  notesOf: JobNotesReader,
  stopping: AbortSignal,
): JobExposures {
  const failed = new WeakSet<JobManifest>()
  const artifact = createKeptArtifact<Exposure>(dependencies, {
    name: 'exposure',
    schema: Exposure,
    blobsOf: () => [],
    make: meter,
  })

  async function meter(job: JobState): Promise<Exposure> {
    const asked = mustRender(job)
    const { width, height } = asked
    const { info } = await runLocalTask(
      dependencies.runner,
      {
        id: `meter ${job.manifest.job_id}`,
        algorithmId: METER.id,
        algorithmVersion: METER.version,
        params: { width, height, job: { ...asked } },
        inputs: jobInputs(dependencies, job),
        limits: METER_LIMITS,
      },
      stopping,
    )
    return { exposure_stops: MeteredInfo.parse(info).exposure_stops }
  }

  return {
    noted: (job) => notesOf(job).exposure?.stops,
    async metered(job) {
      if (failed.has(job.manifest)) return undefined
      try {
        return (await artifact.of(job)).exposure_stops
      } catch (error) {
        failed.add(job.manifest)
        if (!(error instanceof FaultError)) dependencies.report(error)
        return undefined
      }
    },
    forget: (job) => artifact.forget(job),
  }
}
