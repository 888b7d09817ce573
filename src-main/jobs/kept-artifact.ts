import type { z } from 'zod'
import type { JobState } from '../peer/requester/slice.ts'
import type { Cid, JobId } from '../protocol/ids.ts'
import { keptPin } from '../runtime/blobs/blob-rights.ts'
import type { JobDependencies } from './dependencies.ts'

/** Something that is made once of a finished job, remembered, and kept as long as the job. */
export interface KeptArtifact<T> {
  /** The artifact, made now where it is not there. Callers at the same time share one making. */
  of(job: JobState): Promise<T>
  /** The artifact if it was made and its blobs are here. */
  known(job: JobId): T | undefined
  /** Takes over one that was made otherwise; its blobs are kept by the caller. */
  remember(job: JobId, artifact: T): void
  forget(job: JobId): void
}

/** How an artifact is made. */
export interface ArtifactOptions<T> {
  /** Names its setting, together with the job: `result:job-1`. */
  readonly name: string
  readonly schema: z.ZodType<T>
  /** Blobs that it consists of. */
  readonly blobsOf: (artifact: T) => readonly Cid[]
  /** Makes it, its blobs pinned for the job (`keptPin`). */
  readonly make: (job: JobState) => Promise<T>
}

/** Creates an artifact of jobs; what was made before a restart is remembered in the settings. */
export function createKeptArtifact<T>(
  { settings, blobs, runtime }: Pick<JobDependencies, 'settings' | 'blobs' | 'runtime'>,
  { name, schema, blobsOf, make }: ArtifactOptions<T>,
): KeptArtifact<T> {
  const atWork = new Map<JobId, Promise<T>>()

  function known(job: JobId): T | undefined {
    const artifact = settings.read(keyOf(job), schema)
    if (artifact === undefined) return undefined
    return blobsOf(artifact).every((cid) => blobs.has(cid)) ? artifact : undefined
  }

  function keyOf(job: JobId): string {
    return `${name}:${job}`
  }

  async function makeAndKeep(job: JobState): Promise<T> {
    const { job_id } = job.manifest
    const artifact = await make(job)
    // A job that was removed meanwhile has let go of its blobs already, and must not hold on to these.
    if (runtime.jobs.has(job_id)) settings.write(keyOf(job_id), artifact)
    else blobs.unpin(keptPin(job_id))
    return artifact
  }

  return {
    known,
    async of(job) {
      const { job_id } = job.manifest
      const before = known(job_id)
      if (before !== undefined) return before
      const making = atWork.get(job_id) ?? makeAndKeep(job).finally(() => atWork.delete(job_id))
      atWork.set(job_id, making)
      return making
    },
    remember: (job, artifact) => settings.write(keyOf(job), artifact),
    forget: (job) => settings.write(keyOf(job), undefined),
  }
}
