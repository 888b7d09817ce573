/** Where a command writes, and what it knows of who reads. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** A result that is not text; resolves when more may come. */
  outBytes(bytes: Uint8Array): Promise<void>
  /** Everything else: faults, progress. */
  err(text: string): void
  /** Whether `err` is a screen that a line can be drawn on again; then its width in columns. */
  readonly columns: number | undefined
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    outBytes: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => {
          if (error) reject(error)
          else resolve()
        })
      }),
    err: (text) => void process.stderr.write(text),
    get columns() {
      return process.stderr.isTTY ? process.stderr.columns : undefined
    },
  }
}
