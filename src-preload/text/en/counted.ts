import { plural } from '../plural.ts'

/** PCs and frames with their number, in English. */
export function pcs(count: number, written: string): string {
  return `${written} ${plural('en', count, { one: 'PC', other: 'PCs' })}`
}

/** See `pcs`. */
export function frames(count: number, written: string): string {
  return `${written} ${plural('en', count, { one: 'frame', other: 'frames' })}`
}
