import { refuse } from '../../protocol/fault.ts'

/** Bytes that belong to one part, and whether the part ends with them. */
export interface CutPiece {
  readonly bytes: Uint8Array
  readonly ends: boolean
}

/**
 * A line without an end for so long is none: a file that is not text would become one unit that no provider can hold.
 */
export const LINE_BYTES_MAX = 64 << 20

const NEWLINE = 0x0a

/**
 * Cuts content after every so many bytes. The last part may be shorter; none is empty.
 * Pieces are views into what came in, none is copied.
 */
export async function* cutAfterBytes(
  content: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<CutPiece, void, void> {
  let room = bytes
  for await (const piece of content) {
    for (let at = 0; at < piece.byteLength;) {
      const taken = piece.subarray(at, at + room)
      at += taken.byteLength
      room -= taken.byteLength
      yield { bytes: taken, ends: room === 0 }
      if (room === 0) room = bytes
    }
  }
}

/**
 * Cuts content after every so many lines, each with the newline that ends it. The last part may have fewer, and its
 * last line no newline; none is empty.
 *
 * @throws FaultError `bad-input` for a line of more than `LINE_BYTES_MAX`
 */
export async function* cutAfterLines(
  content: AsyncIterable<Uint8Array>,
  lines: number,
): AsyncGenerator<CutPiece, void, void> {
  let whole = 0
  let left = lines
  let lineBytes = 0
  for await (const piece of content) {
    let from = 0
    for (let at = 0; at < piece.byteLength;) {
      const newline = piece.indexOf(NEWLINE, at)
      const end = newline < 0 ? piece.byteLength : newline + 1
      lineBytes += end - at
      if (lineBytes > LINE_BYTES_MAX) refuseLine(whole)
      at = end
      if (newline < 0) break
      whole++
      lineBytes = 0
      if (--left > 0) continue
      left = lines
      yield { bytes: piece.subarray(from, end), ends: true }
      from = end
    }
    if (from < piece.byteLength) yield { bytes: piece.subarray(from), ends: false }
  }
}

function refuseLine(before: number): never {
  refuse(
    'bad-input',
    `line ${before + 1} of the input has more than ${LINE_BYTES_MAX} bytes; split it by bytes instead`,
  )
}
