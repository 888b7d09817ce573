import type { RequestOf } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { JobDependencies } from '../dependencies.ts'
import { newJobId } from '../job-id.ts'
import type { JobKind, JobKindOptions } from '../job-kind.ts'
import { newManifest } from '../manifest.ts'
import { keptDataset, keyFor } from '../placement.ts'

/** Jobs of any other algorithm. Their outputs are joined, unless the manifest says that a newer version assembles them. */
export function createOtherKind({ dependencies, joined }: JobKindOptions): JobKind<'other'> {
  return {
    async submit(request) {
      const manifest = manifestOf(dependencies, request)
      const dataset = keptDataset(request, dependencies.blobs)
      await dependencies.runtime.submit(manifest, dataset, keyFor(request))
      return { kind: 'other', job_id: manifest.job_id, units: manifest.unit_count }
    },
    facts: () => ({ kind: 'other' }),
    async result(job, format) {
      if (format !== undefined) refuse('bad-input', `job ${job.manifest.job_id} has no result in formats`)
      return joined.result(job)
    },
  }
}

function manifestOf(dependencies: JobDependencies, request: RequestOf<'other'>): JobManifest {
  const { algorithm_id, algorithm_version, params, inputs, unit_count } = request
  return newManifest(dependencies, request, {
    job_id: newJobId(dependencies.random, algorithm_id),
    description: request.description ?? algorithm_id,
    algorithm_id,
    algorithm_version,
    params,
    inputs,
    unit_count,
    result: 'joined',
    estimated_duration_seconds: request.estimated_duration_seconds,
    resources: request.resources,
  })
}
