/** The figures of one benchmark, as they stand in the document. */
export interface FiguresSection {
  /** The benchmark's name, which is the section's heading. */
  readonly name: string
  /** When and where it was measured, in one line. */
  readonly measured: string
  /** The lines of a Markdown table, its head included. */
  readonly table: readonly string[]
}

/**
 * The document of figures with the section replaced. The line and the table under the heading are replaced; text after
 * the table stays, since a person wrote it. A benchmark without a section gets one at the end.
 */
export function mergeFigures(document: string, section: FiguresSection): string {
  const [opening = '', ...others] = document.trimEnd().split(/\n+(?=## )/)
  const isOwn = (text: string): boolean => headingOf(text) === section.name
  const old = others.find(isOwn)
  const written = sectionText(section, old === undefined ? '' : textAfterTable(old))
  const sections = old === undefined ? [...others, written] : others.map((o) => (isOwn(o) ? written : o))
  return `${[opening, ...sections].join('\n\n')}\n`
}

function headingOf(section: string): string | undefined {
  return /^## (.+)$/m.exec(section)?.[1]?.trim()
}

/** The text that follows the section's first table; the whole section without its heading where it has no table. */
function textAfterTable(section: string): string {
  const lines = section.split('\n').slice(1)
  const first = lines.findIndex((line) => line.startsWith('|'))
  const end = lines.findIndex((line, i) => i > first && !line.startsWith('|'))
  if (first === -1) return lines.join('\n').trim()
  return end === -1 ? '' : lines.slice(end).join('\n').trim()
}

function sectionText({ name, measured, table }: FiguresSection, after: string): string {
  const parts = [`## ${name}`, measured, table.join('\n'), after]
  return parts.filter((part) => part !== '').join('\n\n')
}
