import { lastWordsOf } from '../../../messages/last-words.ts'

/** Bytes of the first room for a log; most have none. */
const ROOM_BYTES_MIN = 1_024
/** A module's messages about its work, for people. Never an error, and never more than its limit. */
export interface UnitLog {
  /** Takes what fits, and counts the rest. The bytes are copied. */
  add(bytes: Uint8Array): void
  /** The log as text, with U+FFFD for what is not UTF-8, and a closing line where bytes were dropped. */
  text(): string
  /**
   * The text that a message may quote of how the program ended, in one line: the last panic that the language's library told of, with
   * what it said and where; else the last line with something in it. Empty when there is none.
   */
  lastWords(): string
}

/**
 * An empty log of at most `bytesMax` bytes, the closing line apart.
 *
 * @param said told all that is said at once, also what the log has no room for
 */
export function createUnitLog(
  bytesMax: number,
  said: (bytes: Uint8Array) => void = () => undefined,
): UnitLog {
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
      said(bytes)
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
    lastWords: () => lastWordsOf(decoded()),
  }
}
