import type { ComputeResource } from '../../protocol/resource.ts'
import { PAGE_BYTES, REFERENCE_FUEL_PER_SECOND, type ModuleLimits } from '../../protocol/job-kinds/module.ts'

/** The local task that says whether the sandbox takes a module. */
export const CHECK = { id: 'wasm.check', version: '1.0.0' } as const

/** Memory of a worker before it has a module's: the heap, the module's code. */
const WORKER_BYTES = 192 << 20

/** Seconds that one unit may take on one core of the reference machine: its fuel's, and not more than its time. */
export function unitSeconds({ fuel, wall_ms }: ModuleLimits): number {
  return Math.min(fuel / REFERENCE_FUEL_PER_SECOND, wall_ms / 1_000)
}

/** What one unit needs while it runs. */
export function unitResources({ memory_pages }: ModuleLimits): ComputeResource {
  const bytes = WORKER_BYTES + memory_pages * PAGE_BYTES
  return { cpu_cores: 1, ram_gb: Math.ceil((bytes / 2 ** 30) * 100) / 100 }
}
