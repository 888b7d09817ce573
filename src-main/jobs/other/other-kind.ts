import type { RequestOf } from '#contract'
import { parseAs } from '../../protocol/canonical.ts'
import { refuse } from '../../protocol/fault.ts'
import { JobManifest } from '../../protocol/work.ts'
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

/**
 * The manifest as peers will read it: one of an older version becomes one of today.
 * @throws FaultError `bad-input` for one that no peer could read
 */
function manifestOf(dependencies: JobDependencies, request: RequestOf<'other'>): JobManifest {
  const { algorithm_id, algorithm_version, params, inputs, unit_count } = request
  const manifest = newManifest(dependencies, request, {
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
  const read = parseAs(manifest, JobManifest)
  return read.ok ? read.value : refuse('bad-input', read.fault.message)
}
