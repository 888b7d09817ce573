import { comparatorName, comparatorOf } from '../../protocol/comparator.ts'
import type { AlgorithmCapability } from '../../protocol/slot.ts'
import { lentLimits, PAGE_BYTES, type LimitsSet, type UnitLimits } from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { overDay } from '../requester/time-limit.ts'
import { boundsOf, type Bounding } from './unit-bounds.ts'

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
export type Asked = Bounding & Pick<JobManifest, 'runner' | 'comparator'>

/**
 * Why a peer that lends so much does not run a job's units, in one line: they need a runner or a comparator that this
 * version does not have, take longer than a day, ask for more than is lent, or may use more memory than they ask for.
 * Where the job sets no limits, what its units ask for is `boundsOf` its manifest, and only limits that the peer's user
 * has set refuse them.
 *
 * @param lent the limits that the user has set, or all that the peer publishes for the algorithm
 * @returns undefined when it runs them
 */
export function notLent(asked: Asked, lent: LimitsSet): string | undefined {
  const { runner, comparator, limits } = asked
  if (runner !== undefined && !RUNNERS.has(runner)) {
    return `the units need the runner '${runner}', which this version does not have`
  }
  if (comparatorOf(comparator) === undefined) {
    return `the outputs are compared by '${comparatorName(comparator)}', which this version does not know`
  }
  const tooLong = overDay(asked)
  if (tooLong !== undefined) return tooLong
  if (limits === undefined) return aboveLent(boundsOf(asked), lent)
  return aboveLent(limits, lentLimits(lent)) ?? aboveOwnNeed(limits, asked.required_resources.ram_gb)
}

function aboveLent(asked: LimitsSet, lent: LimitsSet): string | undefined {
  for (const [limit, counted] of Object.entries(COUNTED) as [keyof UnitLimits, string][]) {
    const { [limit]: wanted = 0 } = asked
    const { [limit]: most = Infinity } = lent
    if (wanted > most) return `a unit may use ${wanted} ${counted}, and ${most} are lent`
  }
  return undefined
}

function aboveOwnNeed({ memory_pages }: UnitLimits, ramGb: number): string | undefined {
  if (memory_pages * PAGE_BYTES <= ramGb * 2 ** 30) return undefined
  return `a unit may use ${memory_pages} pages of memory, and asks for ${ramGb} GB`
}

/** Whether an algorithm runs strangers' code: then a unit needs limits, which stand in its job's manifest alone. */
export function needsLimits(capabilities: readonly AlgorithmCapability[], algorithmId: string): boolean {
  return capabilities.some(({ algorithm_id, limits }) => algorithm_id === algorithmId && limits !== undefined)
}
