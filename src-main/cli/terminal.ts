/** Where a command writes, and what it knows of who reads. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Everything else: faults, progress. */
  err(text: string): void
  /** Whether `err` is a screen that a line can be drawn on again; then its width in columns. */
  readonly columns: number | undefined
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    get columns() {
      return process.stderr.isTTY ? process.stderr.columns : undefined
    },
  }
}
