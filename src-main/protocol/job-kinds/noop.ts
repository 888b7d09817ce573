import { z } from 'zod'
import { workerMemoryGb, type JobKindRules } from './job-kind.ts'

/** `mesh.noop` has no parameters. */
export const NoopParams = z.strictObject({})
export type NoopParams = z.infer<typeof NoopParams>

/** Seconds of a unit: it computes nothing, so that only the mesh's own time is measured. */
const UNIT_SECONDS = 0.001

/** Rules of `mesh.noop`: units that do nothing, to try a mesh and to measure what it costs. */
export const noopRules: JobKindRules<NoopParams, { readonly units: number }> = {
  id: 'mesh.noop',
  version: '1.0.0',
  family: 'noop',
  Params: NoopParams,
  unitCount: (_params, { units }) => units,
  unitCost: () => UNIT_SECONDS,
  resources: () => ({ cpu_cores: 1, ram_gb: workerMemoryGb(0) }),
}
