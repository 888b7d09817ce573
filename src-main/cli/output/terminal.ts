import { printable, printableLine } from '../../protocol/printable-text.ts'
import { systemWords } from '../../protocol/system-error.ts'

/** Returns to the line's start and clears it (ECMA-48 EL). */
const CLEAR_LINE = '\r\u001b[2K'

/** Where a program's text goes. */
export interface Output {
  /** Results. */
  out(text: string): void
  /** A result that is not text; resolves when more may come. */
  outBytes(bytes: Uint8Array): Promise<void>
  /** Everything else: faults, progress. */
  err(text: string): void
  /** Whether `err` is a screen that a line can be drawn on again; then its width in columns. */
  readonly columns: number | undefined
}

/**
 * Where a command writes. Text is made safe on its way: names, descriptions and faults are written by others, and none
 * of them can act on the terminal, even where a command forgets to clean it.
 */
export interface Terminal extends Output {
  /** Draws the one line that is drawn again and again; clears it when absent. Only where there are columns. */
  status(line?: string): void
}

/** A terminal over some output; every command is given this one. */
export function safeTerminal(output: Output): Terminal {
  return {
    out: (text) => output.out(printable(text)),
    outBytes: (bytes) => output.outBytes(bytes),
    err: (text) => output.err(printable(text)),
    status: (line = '') => output.err(CLEAR_LINE + printableLine(line)),
    get columns() {
      return output.columns
    },
  }
}

/**
 * The process's own output. A reader may close its pipe early: then no more is written, and nothing fails. Where it
 * cannot be written, as to a full disk, the process ends with code 1 and one line.
 */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) stream.on('error', onUnwritable)
  }
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

function onUnwritable(error: NodeJS.ErrnoException): void {
  // Said once; the other stream may be the same full disk.
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeListener('error', onUnwritable).on('error', () => undefined)
  }
  if (error.code === 'EPIPE') return
  process.stderr.write(`meshctl: cannot write the output: ${systemWords(error)}\n`)
  process.once('exit', () => (process.exitCode = 1))
}
