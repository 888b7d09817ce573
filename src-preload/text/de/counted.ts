import { plural } from '../plural.ts'

/** PCs and frames with their number, in German. */
export function pcs(count: number, written: string): string {
  return `${written} ${plural('de', count, { one: 'PC', other: 'PCs' })}`
}

/** See `pcs`. */
export function frames(count: number, written: string): string {
  return `${written} ${plural('de', count, { one: 'Einzelbild', other: 'Einzelbilder' })}`
}
