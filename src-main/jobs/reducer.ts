import { DESCRIPTION_LENGTH_MAX, type FollowingJob } from '#contract'
import type { JobState } from '../peer/requester/slice.ts'
import { faultOf, refuse, type Fault } from '../protocol/fault.ts'
import type { JobId } from '../protocol/ids.ts'
import { toTimestamp } from '../protocol/time.ts'
import { INPUT_ROLE, MODULE_ROLE, ModuleParams } from '../protocol/job-kinds/module.ts'
import type { JobManifest } from '../protocol/work.ts'
import { newJobKey } from '../runtime/requesting/job-sealer.ts'
import { followingJob } from './following-job.ts'
import type { JoinedResults } from './joined-results.ts'
import type { JobDependencies } from './dependencies.ts'
import { phaseOf } from './job-phase.ts'

/** Submits the job that combines the outputs of a map job when that is done. */
export interface Reducer {
  /** The job that follows another, and where it stands; undefined for all but map jobs. */
  follower(job: JobState): FollowingJob | undefined
  stop(): void
}

/** Creates the reducer. Pending reduce jobs are submitted after a restart. */
export function createReducer(
  { runtime, clock }: Pick<JobDependencies, 'runtime' | 'clock'>,
  results: JoinedResults,
): Reducer {
  const { state, jobs } = runtime
  const atWork = new Set<JobId>()
  const failures = new Map<JobId, Fault>()
  let started = false

  const stop = runtime.onNotices((notices) => {
    // The first turn after a start: what was done before it may still have to be followed.
    if (!started) for (const job of state.requester.jobs.values()) consider(job)
    started = true
    for (const notice of notices) {
      const job = notice.kind === 'job-ended' ? state.requester.jobs.get(notice.job) : undefined
      if (job !== undefined) consider(job)
    }
  })

  // A map job stays in the state until the job that follows it is submitted, also over restarts.
  runtime.keepWhile(({ manifest, status }) => {
    const id = followingJob(manifest)
    return id !== undefined && status.state === 'done' && !jobs.has(id)
  })

  function consider(job: JobState): void {
    const { job_id } = job.manifest
    if (job.status.state !== 'done') return
    const id = followingJob(job.manifest)
    if (id === undefined || jobs.has(id) || atWork.has(job_id)) return
    atWork.add(job_id)
    follow(job, id)
      .catch((error: unknown) => failures.set(job_id, faultOf(error, 'unit-failed')))
      .finally(() => atWork.delete(job_id))
  }

  async function follow(job: JobState, id: JobId): Promise<void> {
    const { reduce } = ModuleParams.parse(job.manifest.params)
    if (reduce === undefined)
      refuse('malformed', 'the job does not name the module that combines its outputs')
    const { cid } = await results.joined(job)
    // It may have been removed meanwhile, and then its outputs need not be combined.
    if (!jobs.has(job.manifest.job_id)) return
    const manifest = reduceManifest(job.manifest, id, { [MODULE_ROLE]: reduce, [INPUT_ROLE]: cid })
    await runtime.submit(manifest, [], runtime.keyOf(job) === undefined ? undefined : newJobKey())
  }

  function reduceManifest(map: JobManifest, job_id: JobId, inputs: JobManifest['inputs']): JobManifest {
    const { seed } = ModuleParams.parse(map.params)
    const { parts: _parts, required_dataset: _dataset, encryption: _encryption, ...common } = map
    return {
      ...common,
      job_id,
      description: `${map.description} (reduce)`.slice(0, DESCRIPTION_LENGTH_MAX),
      params: { seed },
      result: 'joined',
      inputs,
      unit_count: 1,
      created_at: toTimestamp(clock.nowMs()),
    }
  }

  return {
    follower({ manifest }) {
      const job_id = followingJob(manifest)
      if (job_id === undefined) return undefined
      const job = jobs.find(job_id)
      const failure = failures.get(manifest.job_id)
      if (job !== undefined) return { job_id, state: phaseOf(job.status) }
      return {
        job_id,
        state: failure === undefined ? { kind: 'waiting' } : { kind: 'failed', fault: failure },
      }
    },
    stop,
  }
}
