import { comparatorName, EXACT_HASH } from '../protocol/comparator.ts'
import type { AlgorithmCapability } from '../protocol/slot.ts'
import { PAGE_BYTES, type LentLimits, type UnitLimits } from '../protocol/unit-limits.ts'
import type { JobManifest } from '../protocol/work.ts'

/** The kinds of runner that this version has. */
const RUNNERS: ReadonlySet<string> = new Set(['cpu'])

/** The words for the units of each limit. */
const COUNTED: Readonly<Record<keyof UnitLimits, string>> = {
  fuel: 'units of fuel',
  memory_pages: 'pages of memory',
  table_elements: 'table entries',
  input_bytes: 'bytes of input',
  output_bytes: 'bytes of output',
  log_bytes: 'bytes of log',
  wall_ms: 'ms of time',
}

/** The part of a manifest that decides whether its units are lent a machine at all. */
export type Asked = Pick<JobManifest, 'limits' | 'runner' | 'comparator' | 'required_resources'>

/**
 * Why a peer that lends so much does not run a job's units, in one line: they need a runner or a comparator that this
 * version does not have, ask for more than is lent, or may use more memory than they ask for.
 * @returns undefined when it runs them
 */
export function notLent(asked: Asked, lent: LentLimits): string | undefined {
  const { runner, comparator, limits } = asked
  if (runner !== undefined && !RUNNERS.has(runner)) {
    return `the units need the runner '${runner}', which this version does not have`
  }
  if (comparatorName(comparator) !== EXACT_HASH) {
    return `the outputs are compared by '${comparatorName(comparator)}', which this version does not know`
  }
  return limits === undefined ? undefined : aboveLent(limits, asked.required_resources.ram_gb, lent)
}

function aboveLent(limits: UnitLimits, ramGb: number, lent: LentLimits): string | undefined {
  for (const [limit, counted] of Object.entries(COUNTED) as [keyof UnitLimits, string][]) {
    const { [limit]: wanted } = limits
    if (wanted > lent[limit]) return `a unit may use ${wanted} ${counted}, and ${lent[limit]} are lent`
  }
  const { memory_pages } = limits
  if (memory_pages * PAGE_BYTES > ramGb * 2 ** 30) {
    return `a unit may use ${memory_pages} pages of memory, and asks for ${ramGb} GB`
  }
  return undefined
}

/** Whether an algorithm runs strangers' code: then a unit needs limits, which stand in its job's manifest alone. */
export function needsLimits(capabilities: readonly AlgorithmCapability[], algorithmId: string): boolean {
  return capabilities.some(({ algorithm_id, limits }) => algorithm_id === algorithmId && limits !== undefined)
}
