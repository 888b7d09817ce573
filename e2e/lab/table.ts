import type { Row, Scenario } from './scenario.ts'

/** The head of the table. */
export const TABLE_HEAD: readonly string[] = [
  '| scenario | wanted | measured | | took, load |',
  '|---|---|---|---|---|',
]

/** Whether a run with this row has failed: it is missed, though nothing is known to be missing. */
export function hasFailed({ outcome, lacks }: Row): boolean {
  return !outcome.met && lacks === undefined
}

/** A row of the table. */
export function tableRow(row: Row): string {
  const { name, wanted, outcome, took_s, load } = row
  return `| ${[name, wanted, outcome.measured, verdict(row), `${took_s.toFixed(0)} s, ${load.toFixed(1)}`].join(' | ')} |`
}

/** The row of a scenario that this machine cannot play. */
export function skippedRow({ name, wanted }: Scenario, missing: string): string {
  return `| ${[name, wanted, `SKIPPED, ${missing}`, '', ''].join(' | ')} |`
}

function verdict({ outcome, lacks }: Row): string {
  if (outcome.met) return lacks === undefined ? '✓' : `✓, though it was to lack ${lacks}: take the mark away`
  return lacks === undefined ? '✗ missed' : `✗ missed: lacks ${lacks}`
}
