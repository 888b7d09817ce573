import type { PeerId } from '../protocol/ids.ts'
import { OFFER_BLOCK_UNITS_MAX } from '../protocol/limits.ts'
import type { UnitRange, WorkUnit } from '../protocol/work.ts'
import { UNIT_DURATION_MS_MIN } from './compatibility.ts'
import { openBlocks, type OpenBlocks } from './open-blocks.ts'
import { createRendezvous } from './rendezvous.ts'
import type { Tier } from './trust.ts'

/** One job's work that a peer may offer to do. */
export interface OpenWork {
  readonly requester: PeerId
  readonly tier: Tier
  /** The weight that decides within the tier: bilateral trust in tier 1, this peer's own in tier 2. */
  readonly trust: number
  /** Any unit of the job; all are alike but for the index. */
  readonly template: WorkUnit
  /** The units that still want somebody. */
  readonly ranges: readonly UnitRange[]
  /** Units that this peer holds or has done: never offered again. */
  readonly taken: ReadonlySet<number>
  readonly deadlineMs?: number
}

/** A job's work while it is being placed. */
export interface Job {
  readonly work: OpenWork
  readonly blocks: OpenBlocks
}

/**
 * The jobs of trusted requesters in an order of their own: the nearest deadline first, then by requester and id. A
 * job that is named more than once is one job; its ranges add up.
 */
export function jobsOf(
  work: readonly OpenWork[],
  peer: PeerId,
  rivals: readonly PeerId[],
  blockMs: number,
): Job[] {
  const merged = new Map<string, OpenWork[]>()
  for (const one of work) {
    if (!(one.trust > 0)) continue
    const key = `${one.requester}/${one.template.job_id}`
    const same = merged.get(key)
    if (same === undefined) merged.set(key, [one])
    else same.push(one)
  }
  return [...merged]
    .map(([key, same]) => ({ key, work: mergedWork(same) }))
    .sort((a, b) => {
      const difference = deadlineOf(a.work) - deadlineOf(b.work)
      // Two without a deadline differ by NaN.
      return difference < 0 || difference > 0 ? difference : a.key < b.key ? -1 : 1
    })
    .map(({ work: one }) => ({
      work: one,
      blocks: openBlocks({
        ranges: one.ranges,
        taken: one.taken,
        cellUnits: cellUnitsOf(one.template, blockMs),
        redundancy: one.template.verification_redundancy,
        rendezvous: createRendezvous(peer, rivals, one.requester, one.template.job_id),
      }),
    }))
}

/** The latest moment at which units of a job may end; infinite without a deadline. */
export function deadlineOf(work: OpenWork): number {
  return work.deadlineMs ?? Number.POSITIVE_INFINITY
}

/**
 * How many units share a rank: as many as fill a block on the reference machine, rounded down to a power of two. It
 * depends on the job only, so that fast and slow peers rank the same cells.
 */
function cellUnitsOf(template: WorkUnit, blockMs: number): number {
  const unitMs = Math.max(UNIT_DURATION_MS_MIN, template.estimated_duration_seconds * 1_000)
  const units = Math.min(OFFER_BLOCK_UNITS_MAX, Math.max(1, blockMs / unitMs))
  return 2 ** Math.floor(Math.log2(units))
}

function mergedWork(same: readonly OpenWork[]): OpenWork {
  // By text, so that which one speaks for the job does not depend on the order in which they came.
  const [first, ...others] = [...same].sort((a, b) => (describe(a) < describe(b) ? -1 : 1))
  if (first === undefined) throw new Error('broken promise: a group has a member')
  const taken = others.length === 0 ? first.taken : new Set(same.flatMap((work) => [...work.taken]))
  return { ...first, taken, ranges: joined(same.flatMap((work) => work.ranges)) }
}

function describe(work: OpenWork): string {
  return JSON.stringify([work.tier, -work.trust, work.deadlineMs, work.template, work.ranges])
}

/** The same units in sorted ranges that neither overlap nor touch. */
function joined(ranges: readonly UnitRange[]): UnitRange[] {
  const result: UnitRange[] = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result[result.length - 1]
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else if (from < to) result.push([from, to])
  }
  return result
}
