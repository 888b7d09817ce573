import { z } from 'zod'
import type { JobState, PeerState } from '../peer/state.ts'
import { Cid, JobId } from '../protocol/ids.ts'
import { WASM_MODULE } from '../protocol/job-kinds/module.ts'
import type { JobManifest } from '../protocol/work.ts'

/** What the id of a job's follower ends with. Ids of submitted jobs leave room for it. */
const SUFFIX = '-reduce'

/** The part of a module's parameters that asks for a follower. */
const AskedReduce = z.object({ reduce: Cid })

/** The module that combines the outputs of a job's units; undefined for all but map jobs. */
export function reduceModule({ algorithm_id, params }: JobManifest): Cid | undefined {
  if (algorithm_id !== WASM_MODULE.id) return undefined
  const asked = AskedReduce.safeParse(params)
  return asked.success ? asked.data.reduce : undefined
}

/**
 * The id of the job that combines the outputs of a map job. It is made of the map job's, so that it is submitted once
 * however often that is tried: a job whose id is known already is not submitted again.
 */
export function followingJob(manifest: JobManifest): JobId | undefined {
  return reduceModule(manifest) === undefined ? undefined : JobId.parse(`${manifest.job_id}${SUFFIX}`)
}

/** The map job whose outputs a job combines, while that is there. */
export function leadingJob({ jobs }: Readonly<PeerState>, id: JobId): JobState | undefined {
  if (!id.endsWith(SUFFIX)) return undefined
  const leading = JobId.safeParse(id.slice(0, -SUFFIX.length))
  const job = leading.success ? jobs.get(leading.data) : undefined
  return job !== undefined && followingJob(job.manifest) === id ? job : undefined
}
