import { z } from 'zod'
import { Count, COUNT_MAX, saturated } from '../protocol/quantities.ts'
import type { ReputationPolicy } from '../protocol/policy.ts'
import { Fraction } from '../protocol/slot.ts'

/**
 * One peer's own experience with another. `quality` is how often its outputs were right, `reliability` how often it
 * delivered; both are averages in which the past fades with every outcome.
 */
export const PeerRecord = z.object({
  verified: Count,
  rejected: Count,
  failed: Count,
  expired: Count,
  quality: Fraction,
  reliability: Fraction,
})
export type PeerRecord = z.infer<typeof PeerRecord>

/** The end of a unit that a peer was given: right, wrong, not computable there, or too late. */
export type PeerOutcome = 'verified' | 'rejected' | 'failed' | 'expired'

/** The record of a peer of which nothing is known. */
export function newRecord({ start }: ReputationPolicy): PeerRecord {
  return {
    verified: 0,
    rejected: 0,
    failed: 0,
    expired: 0,
    quality: start,
    reliability: start,
  }
}

/**
 * The record with one more outcome. A verified output raises quality and reliability, a rejected one lowers both;
 * failures and missed deadlines lower reliability and say nothing of quality.
 */
export function recordOutcome(record: PeerRecord, outcome: PeerOutcome, steps: ReputationPolicy): PeerRecord {
  const counted = { ...record, [outcome]: saturated(record[outcome] + 1, COUNT_MAX) }
  switch (outcome) {
    case 'verified':
      return {
        ...counted,
        quality: towards(record.quality, 1, steps.verified),
        reliability: towards(record.reliability, 1, steps.verified),
      }
    case 'rejected':
      return {
        ...counted,
        quality: towards(record.quality, 0, steps.rejected),
        reliability: towards(record.reliability, 0, steps.rejected),
      }
    case 'expired':
    case 'failed':
      return { ...counted, reliability: towards(record.reliability, 0, steps[outcome]) }
  }
}

/** The record without one of its missed deadlines, which was no fault of the peer's; unchanged where it has none. */
export function withoutExpired(record: PeerRecord, { expired }: ReputationPolicy): PeerRecord {
  if (record.expired === 0) return record
  const reliability = Math.min(1, record.reliability / (1 - expired))
  return { ...record, expired: record.expired - 1, reliability }
}

/** The record without one of its wrong outputs, which turned out not to be known to be wrong; unchanged where it has none. */
export function withoutRejected(record: PeerRecord, { rejected }: ReputationPolicy): PeerRecord {
  if (record.rejected === 0) return record
  const raised = (average: number): number => Math.min(1, average / (1 - rejected))
  return {
    ...record,
    rejected: record.rejected - 1,
    quality: raised(record.quality),
    reliability: raised(record.reliability),
  }
}

/** An exponentially weighted average, kept within 0 and 1 in spite of rounding. */
function towards(average: number, value: 0 | 1, step: number): number {
  return Math.min(1, Math.max(0, average + (value - average) * step))
}
