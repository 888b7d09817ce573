import type { NodeInfo } from '#contract'
import { measuredKind } from '../../job-kinds/table.ts'

/** How a core compares with those of other PCs. */
export type SpeedGrade = 'slow' | 'usual' | 'fast'

/** The result of the short benchmark. */
export type Speed =
  | { readonly state: 'running' }
  /** It ran, and this PC cannot compute the measured kind for others. */
  | { readonly state: 'unable' }
  | { readonly state: 'measured'; readonly grade: SpeedGrade; readonly millionsPerSecond: number }

/** A usual desktop's core gets 0.3 to 0.6 of the reference machine's (src-main/compute/benchmark.ts). */
const USUAL_FROM = 0.28
const FAST_FROM = 0.6

/** The speed of this PC with so many cores, from its measured score; `algorithms` is empty until it is measured. */
export function speedOf(algorithms: NodeInfo['algorithms'], cores: number): Speed {
  if (algorithms.length === 0) return { state: 'running' }
  const measured = measuredKind()
  const scores = algorithms
    .filter(({ algorithm_id, supported }) => supported && measured.algorithms.includes(algorithm_id))
    .map(({ performance_score }) => performance_score)
  const score = Math.max(0, ...scores)
  if (score === 0) return { state: 'unable' }
  return {
    state: 'measured',
    grade: score < USUAL_FROM ? 'slow' : score < FAST_FROM ? 'usual' : 'fast',
    millionsPerSecond: measured.speed.millionsPerSecond(score) * cores,
  }
}
