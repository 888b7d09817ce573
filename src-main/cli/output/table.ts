import { printableLine } from '../../protocol/printable-text.ts'

/** Rows under headings, in columns as wide as their widest cell; the last one runs free. */
export function tableText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows].map((row) => row.map(printableLine))
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** A fact under its name. */
export type Fact = readonly [name: string, value: string]

/** Facts with their names, one a line. */
export function factsText(facts: readonly Fact[]): string {
  const width = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${printableLine(value)}\n`).join('')
}
