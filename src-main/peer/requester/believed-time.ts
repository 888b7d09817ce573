import type { RunMetrics } from '../../protocol/receipt.ts'
import type { AttemptState } from './slice.ts'

/** A unit has one thread; beside it the engine's own compile code and collect garbage. */
const THREADS_MAX = 2

/** The duration of a run, by its provider's word, and no longer than since the award: that much is known here. */
export function ranMs(
  { metrics }: { readonly metrics: RunMetrics },
  { awardedAtMs }: Pick<AttemptState, 'awardedAtMs'>,
  atMs: number,
): number {
  return Math.min(metrics.wall_ms, Math.max(0, atMs - awardedAtMs))
}

/** The processor time of a run, by its provider's word, and no more than its threads can have used since the award. */
export function cpuRanMs(
  { metrics }: { readonly metrics: RunMetrics },
  { awardedAtMs }: Pick<AttemptState, 'awardedAtMs'>,
  atMs: number,
): number {
  return Math.min(metrics.cpu_ms, THREADS_MAX * Math.max(0, atMs - awardedAtMs))
}
