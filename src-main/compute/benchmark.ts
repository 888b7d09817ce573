import { z } from 'zod'
import { refuse } from '../protocol/fault.ts'
import type { RunOutcome } from '../ports/runner.ts'
import type { AlgorithmDeclaration } from './library.ts'

/** Limits of a measurement. Its own budget is under a second, but on a busy machine the user's programs go first. */
export const MEASURE_LIMITS = { wallMsMax: 60_000, memoryBytesMax: 1 << 29, outputBytesMax: 0 } as const

/** The result of a library's measurement. */
const Measured = z.object({ rate: z.number().positive() })

/**
 * The performance score of this machine for an algorithm: its measured rate on one core as a share of the
 * reference machine's, 0 to 1.
 *
 * The reference machine is a fixed, imagined one: per core **four times as fast as the 2-core x86-64 cloud machine**
 * that the rates in the libraries' declarations were measured on (November 2026). No desktop core of today reaches
 * it, so that scores tell fast machines from faster ones; a usual desktop gets 0.3 to 0.6.
 *
 * @throws FaultError the measurement's own, or `unit-failed` when it reported nothing usable
 */
export function scoreOf(algorithm: AlgorithmDeclaration, outcome: RunOutcome): number {
  if (outcome.kind === 'failed') refuse(outcome.fault.kind, outcome.fault.message)
  const { referenceRate } = algorithm
  if (referenceRate === undefined)
    refuse('unknown-algorithm', `${algorithm.algorithmId} has no reference rate`)
  const measured = Measured.safeParse(outcome.info)
  if (!measured.success) refuse('unit-failed', `${algorithm.algorithmId} was not measured`)
  return Math.min(1, measured.data.rate / referenceRate)
}
