import type { Triple } from '../matrix.ts'

/** From one colour to another: 0 is the first, 1 the second. */
export function mix(a: Triple, b: Triple, t: number): Triple {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/** 0 below `low`, 1 above `high`, and a cubic between without a corner. */
export function smooth(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)))
  return t * t * (3 - 2 * t)
}
