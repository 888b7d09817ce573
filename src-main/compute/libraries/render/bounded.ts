import type { Triple } from './matrix.ts'

/**
 * A number out of a stranger's file, brought within bounds; `otherwise` where it is not a number at all. The
 * reader passes on what extensions hold unchecked, whatever its types say.
 */
export function bounded(value: unknown, low: number, high: number, otherwise: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return otherwise
  return Math.min(high, Math.max(low, value))
}

/** Three of them. */
export function boundedTriple(value: unknown, low: number, high: number, otherwise: number): Triple {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return [
    bounded(list[0], low, high, otherwise),
    bounded(list[1], low, high, otherwise),
    bounded(list[2], low, high, otherwise),
  ]
}
