import type { Terminal } from './terminal.ts'

/** Columns of the bar itself. */
const BAR_COLUMNS = 24

/** One line that says how far something has come, drawn again and again; silent where that is no use. */
export interface ProgressLine {
  /** @param fraction 0 to 1 @param note what there is to say beside the bar */
  draw(fraction: number, note: string): void
  /** Clears the line, so that something else can be written. */
  clear(): void
}

/** A progress line on a terminal. */
export function createProgressLine(terminal: Terminal, label: string): ProgressLine {
  const { columns } = terminal
  if (columns === undefined) return { draw: () => undefined, clear: () => undefined }
  return {
    draw: (fraction, note) => terminal.status(progressText(label, fraction, note, columns)),
    clear: () => terminal.status(),
  }
}

/** The line as text, no wider than the screen. */
export function progressText(label: string, fraction: number, note: string, columns: number): string {
  const done = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_COLUMNS)
  const bar = '█'.repeat(done) + '░'.repeat(BAR_COLUMNS - done)
  const percent = `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)}`.padStart(3)
  return `${label} ${bar} ${percent} %  ${note}`.slice(0, Math.max(0, columns - 1))
}
