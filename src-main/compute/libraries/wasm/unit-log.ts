/** Bytes of the first room for a log; most have none. */
const ROOM_BYTES_MIN = 1_024
/** Characters of a log's last words that a fault quotes. */
const QUOTED_CHARS_MAX = 300
/** What moves a terminal's cursor or turns its text around: nobody's log may, in a message of ours. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu

/** How panics begin that the libraries of Rust and Go write, and of C where an assertion fails. */
const PANIC = /^(thread '.*' (\(\d+\) )?panicked at |panic: |fatal error: |Assertion failed: )/
/** What comes after a panic's own words: where to read more, and the calls that led to it. */
const PANIC_END = /^(note: |stack backtrace:|goroutine \d|$)/
/** Lines of a panic that are quoted: more are a text. */
const PANIC_LINES_MAX = 8

function panicOf(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => PANIC_END.test(line))
  return lines.slice(0, end < 0 ? PANIC_LINES_MAX : Math.min(end, PANIC_LINES_MAX))
}

/** Text of a module's as a message may quote it. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ')
}

/** What a module says about its work, for people. Never an error, and never more than its limit. */
export interface UnitLog {
  /** Takes what fits, and counts the rest. The bytes are copied. */
  add(bytes: Uint8Array): void
  /** The log as text, with U+FFFD for what is not UTF-8, and a closing line where bytes were dropped. */
  text(): string
  /**
   * What a message may quote of how the program ended, in one line: the last panic that the language's library told of, with
   * what it said and where; else the last line with something in it. Empty when there is none.
   */
  lastWords(): string
}

/** An empty log of at most `bytesMax` bytes, the closing line apart. */
export function createUnitLog(bytesMax: number): UnitLog {
  let room = new Uint8Array(0)
  let held = 0
  let dropped = 0

  function makeRoom(bytes: number): void {
    if (bytes <= room.byteLength) return
    const larger = new Uint8Array(Math.min(bytesMax, Math.max(bytes, 2 * room.byteLength, ROOM_BYTES_MIN)))
    larger.set(room.subarray(0, held))
    room = larger
  }

  const decoded = () => new TextDecoder().decode(room.subarray(0, held))

  return {
    add: (bytes) => {
      const taken = Math.min(bytes.byteLength, bytesMax - held)
      makeRoom(held + taken)
      room.set(bytes.subarray(0, taken), held)
      held += taken
      dropped += bytes.byteLength - taken
    },
    text: () => {
      const text = decoded()
      if (dropped === 0) return text
      const newLine = text === '' || text.endsWith('\n') ? '' : '\n'
      return `${text}${newLine}[the log is full: ${dropped} more bytes were dropped]\n`
    },
    lastWords: () => {
      const lines = decoded()
        .split('\n')
        .map((line) => printable(line).trim())
      const panic = lines.findLastIndex((line) => PANIC.test(line))
      const words = panic < 0 ? [lines.findLast((line) => line !== '') ?? ''] : panicOf(lines.slice(panic))
      return words.join(' ').slice(0, QUOTED_CHARS_MAX)
    },
  }
}
