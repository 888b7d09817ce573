import { z } from 'zod'
import { Count, COUNT_MAX, saturated } from '../protocol/quantities.ts'
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

/**
 * Where a peer begins: good enough for work at once (the user did pair with it), low enough that two wrong outputs or
 * three broken promises, and nothing else, bring it below one half.
 */
export const STANDING_START = 0.9

/**
 * How far an outcome moves an average towards 1 (verified) or 0 (the rest). Standing is gained slowly and lost fast:
 * a wrong output may be a lie and cost others their work, a late one costs time, a failure is at least honest.
 */
export const STEP = { verified: 0.05, rejected: 0.3, expired: 0.2, failed: 0.15 } as const

/** The record of a peer of which nothing is known. */
export function newRecord(): PeerRecord {
  return {
    verified: 0,
    rejected: 0,
    failed: 0,
    expired: 0,
    quality: STANDING_START,
    reliability: STANDING_START,
  }
}

/**
 * The record with one more outcome. A verified output raises quality and reliability, a rejected one lowers both;
 * failures and missed deadlines lower reliability and say nothing of quality.
 */
export function recordOutcome(record: PeerRecord, outcome: PeerOutcome): PeerRecord {
  const counted = { ...record, [outcome]: saturated(record[outcome] + 1, COUNT_MAX) }
  switch (outcome) {
    case 'verified':
      return {
        ...counted,
        quality: towards(record.quality, 1, STEP.verified),
        reliability: towards(record.reliability, 1, STEP.verified),
      }
    case 'rejected':
      return {
        ...counted,
        quality: towards(record.quality, 0, STEP.rejected),
        reliability: towards(record.reliability, 0, STEP.rejected),
      }
    case 'expired':
    case 'failed':
      return { ...counted, reliability: towards(record.reliability, 0, STEP[outcome]) }
  }
}

/** The record without one of its missed deadlines, which was no fault of the peer's; unchanged where it has none. */
export function withoutExpired(record: PeerRecord): PeerRecord {
  if (record.expired === 0) return record
  const reliability = Math.min(1, record.reliability / (1 - STEP.expired))
  return { ...record, expired: record.expired - 1, reliability }
}

/** The record without one of its wrong outputs, which turned out not to be known to be wrong; unchanged where it has none. */
export function withoutRejected(record: PeerRecord): PeerRecord {
  if (record.rejected === 0) return record
  const raised = (average: number): number => Math.min(1, average / (1 - STEP.rejected))
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
