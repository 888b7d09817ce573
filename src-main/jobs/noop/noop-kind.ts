import { refuse } from '../../protocol/fault.ts'
import { noopRules } from '../../protocol/job-kinds/noop.ts'
import { newJobId } from '../job-id.ts'
import type { JobKind, JobKindOptions } from '../job-kind.ts'
import { newManifest } from '../manifest.ts'
import { keptDataset, keyFor } from '../placement.ts'

/** Jobs of units that do nothing. Their result is each unit's index, as 8 bytes. */
export function createNoopKind({ dependencies, joined }: JobKindOptions): JobKind<'noop'> {
  const { runtime, blobs, random } = dependencies
  return {
    algorithmId: noopRules.id,
    async submit(request) {
      const given = { units: request.units }
      const manifest = newManifest(dependencies, request, {
        job_id: newJobId(random, 'noop'),
        description: request.description ?? noopRules.id,
        algorithm_id: noopRules.id,
        algorithm_version: noopRules.version,
        params: {},
        inputs: {},
        unit_count: noopRules.unitCount({}, given),
        result: 'joined',
        estimated_duration_seconds: noopRules.unitCost({}, given),
        resources: noopRules.resources({}, given),
      })
      await runtime.submit(manifest, keptDataset(request, blobs), keyFor(request))
      return { kind: 'noop', job_id: manifest.job_id, units: manifest.unit_count }
    },
    facts: () => ({ kind: 'noop' }),
    async result(job, format) {
      if (format !== undefined) refuse('bad-input', 'the result of a noop has no formats')
      return joined.result(job)
    },
  }
}
