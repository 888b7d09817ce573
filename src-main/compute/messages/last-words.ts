import type { Fault } from '../../protocol/fault.ts'

/** The longest line of a fault. */
const FAULT_CHARS_MAX = 2_000
/** Characters of a log's last words that a fault quotes. */
const QUOTED_CHARS_MAX = 300
/** Characters that move a terminal's cursor or reverse its text; quotes of logs in our messages are freed of them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu

/** How panics begin that the libraries of Rust and Go write, and of C where an assertion fails. */
const PANIC = /^(thread '.*' (\(\d+\) )?panicked at |panic: |fatal error: |Assertion failed: )/
/** Lines after a panic's own words: where to read more, and the calls that led to it. */
const PANIC_END = /^(note: |stack backtrace:|goroutine \d|$)/
/** Lines of a panic that are quoted: more are a text. */
const PANIC_LINES_MAX = 8

function panicOf(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => PANIC_END.test(line))
  return lines.slice(0, end < 0 ? PANIC_LINES_MAX : Math.min(end, PANIC_LINES_MAX))
}

/** The beginning of a text, whole characters only. */
function beginning(text: string, charsMax: number): string {
  const isWithin = /[\uD800-\uDBFF]$/.test(text.slice(0, charsMax)) && text.length > charsMax
  return text.slice(0, isWithin ? charsMax - 1 : charsMax)
}

/** Text of a module's as a message may quote it. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ')
}

/**
 * The text that a message may quote of how a program ended, in one line: the last panic that the language's library told of, with
 * what it said and where; else the last line with something in it. Empty when there is none.
 */
export function lastWordsOf(text: string): string {
  const lines = text.split('\n').map((line) => printable(line).trim())
  const panic = lines.findLastIndex((line) => PANIC.test(line))
  const words = panic < 0 ? [lines.findLast((line) => line !== '') ?? ''] : panicOf(lines.slice(panic))
  return beginning(words.join(' '), QUOTED_CHARS_MAX)
}

/** The fault, its one line ending with what the program said last. */
export function withLastWords(fault: Fault, words: string): Fault {
  if (words === '' || fault.message.includes(words)) return fault
  return { ...fault, message: beginning(`${fault.message}: ${words}`, FAULT_CHARS_MAX) }
}
