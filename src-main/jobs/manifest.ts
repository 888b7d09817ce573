import { toTimestamp } from '../protocol/time.ts'
import type { Fraction } from '../protocol/slot.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { JobManifest, ResultRule } from '../protocol/work.ts'
import type { JobDependencies } from './dependencies.ts'
import { placementOf, type AskedPlacement } from './placement.ts'

/** Fields that requests of every kind have. */
interface CommonRequest extends AskedPlacement {
  readonly redundancy: number
  readonly priority: Fraction
}

/** The fields of a manifest that its kind alone knows. */
export interface KindManifest extends Pick<
  JobManifest,
  | 'job_id'
  | 'description'
  | 'algorithm_id'
  | 'algorithm_version'
  | 'params'
  | 'inputs'
  | 'unit_count'
  | 'estimated_duration_seconds'
> {
  readonly parts?: JobManifest['parts']
  readonly unit_grid?: JobManifest['unit_grid']
  readonly limits?: JobManifest['limits']
  readonly comparator?: JobManifest['comparator']
  readonly result: ResultRule
  /** Resources that each unit needs at least; the request may ask for more. */
  readonly resources: ComputeResource
}

/** The manifest of a job that is submitted now. */
export function newManifest(
  { runtime, clock }: Pick<JobDependencies, 'runtime' | 'clock'>,
  request: CommonRequest,
  { resources, parts, unit_grid, limits, comparator, ...fields }: KindManifest,
): JobManifest {
  return {
    ...fields,
    ...(parts === undefined ? {} : { parts }),
    ...(unit_grid === undefined ? {} : { unit_grid }),
    ...(limits === undefined ? {} : { limits }),
    ...(comparator === undefined ? {} : { comparator }),
    ...placementOf(request, resources),
    requester_id: runtime.state.me,
    priority: request.priority,
    verification_redundancy: request.redundancy,
    created_at: toTimestamp(clock.nowMs()),
  }
}
