import type { JobState } from '../peer/requester/slice.ts'
import { JobId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { JobRecords } from '../runtime/requesting/job-records.ts'

/** The end of the id of a job's follower. Ids of submitted jobs leave room for it. */
const SUFFIX = '-reduce'

/**
 * The id of the job that combines the outputs of a map job. It is made of the map job's, so that it is submitted once
 * however often that is tried: a job whose id is known already is not submitted again.
 */
export function followingJob(manifest: JobManifest): JobId | undefined {
  return manifest.result === 'reduced' ? JobId.parse(`${manifest.job_id}${SUFFIX}`) : undefined
}

/** The map job whose outputs a job combines, while that is there. */
export function leadingJob(jobs: Pick<JobRecords, 'find'>, id: JobId): JobState | undefined {
  if (!id.endsWith(SUFFIX)) return undefined
  const leading = JobId.safeParse(id.slice(0, -SUFFIX.length))
  const job = leading.success ? jobs.find(leading.data) : undefined
  return job !== undefined && followingJob(job.manifest) === id ? job : undefined
}
