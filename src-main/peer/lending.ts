import { z } from 'zod'
import { ModuleLimits, WASM_MODULE } from '../protocol/wasm-job.ts'
import type { JobManifest } from '../protocol/work.ts'

/** The part of a module's parameters that says what a unit may use. */
const AskedLimits = z.object({ limits: ModuleLimits.prefault({}) })

/** What each limit counts. */
const COUNTED: Readonly<Record<keyof ModuleLimits, string>> = {
  fuel: 'units of fuel',
  memory_pages: 'pages of memory',
  table_elements: 'table entries',
  output_bytes: 'bytes of output',
  log_bytes: 'bytes of log',
  wall_ms: 'ms of time',
}

/**
 * What a job's units ask for above what a peer lends to strangers' modules, in one line.
 * @returns undefined when it is within, or when the job runs no module
 */
export function askedAboveLent(
  { algorithm_id, params }: Pick<JobManifest, 'algorithm_id' | 'params'>,
  lent: ModuleLimits,
): string | undefined {
  if (algorithm_id !== WASM_MODULE.id) return undefined
  const asked = AskedLimits.safeParse(params)
  if (!asked.success) return 'what a unit may use cannot be read'
  for (const [limit, counted] of Object.entries(COUNTED) as [keyof ModuleLimits, string][]) {
    const { [limit]: wanted } = asked.data.limits
    if (wanted > lent[limit]) return `a unit may use ${wanted} ${counted}, and ${lent[limit]} are lent`
  }
  return undefined
}
