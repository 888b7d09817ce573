import { z } from 'zod'
import { ModuleLimits, PAGE_BYTES, type LentLimits, WASM_MODULE } from '../protocol/job-kinds/module.ts'
import type { JobManifest } from '../protocol/work.ts'

/** The part of a module's parameters that says what a unit may use. */
const AskedLimits = z.object({ limits: ModuleLimits.prefault({}) })

/** What each limit counts. */
const COUNTED: Readonly<Record<keyof ModuleLimits, string>> = {
  fuel: 'units of fuel',
  memory_pages: 'pages of memory',
  table_elements: 'table entries',
  input_bytes: 'bytes of input',
  output_bytes: 'bytes of output',
  log_bytes: 'bytes of log',
  wall_ms: 'ms of time',
}

/**
 * What a job's units ask for above what a peer lends to strangers' modules, or may use above what they ask for, in one
 * line.
 * @returns undefined when it is within, or when the job runs no module
 */
export function askedAboveLent(
  {
    algorithm_id,
    params,
    required_resources,
  }: Pick<JobManifest, 'algorithm_id' | 'params' | 'required_resources'>,
  lent: LentLimits,
): string | undefined {
  if (algorithm_id !== WASM_MODULE.id) return undefined
  const asked = AskedLimits.safeParse(params)
  if (!asked.success) return 'what a unit may use cannot be read'
  for (const [limit, counted] of Object.entries(COUNTED) as [keyof ModuleLimits, string][]) {
    const { [limit]: wanted } = asked.data.limits
    if (wanted > lent[limit]) return `a unit may use ${wanted} ${counted}, and ${lent[limit]} are lent`
  }
  const { memory_pages } = asked.data.limits
  if (memory_pages * PAGE_BYTES > required_resources.ram_gb * 2 ** 30) {
    return `a unit may use ${memory_pages} pages of memory, and asks for ${required_resources.ram_gb} GB`
  }
  return undefined
}
