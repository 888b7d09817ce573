import type { InputFile, LibraryInput } from '../../library.ts'
import type { UnitInput } from '../wasm/unit/unit-host.ts'

/** Bytes of the first output's length, a little-endian u64. */
const LENGTH_BYTES = 8

/**
 * Two outputs as the input of one run: the length of the first as a u64, the first, the second. Nothing is copied: they
 * are read into the module's memory.
 */
export function pairInput(one: LibraryInput, other: LibraryInput): UnitInput {
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setBigUint64(0, BigInt(one.bytes), true)
  const otherAt = LENGTH_BYTES + one.bytes
  return {
    bytes: otherAt + other.bytes,
    readInto: (target) => {
      target.set(length)
      one.readInto(target.subarray(LENGTH_BYTES, otherAt))
      other.readInto(target.subarray(otherAt))
    },
    open: () => {
      const first = one.open()
      try {
        return joinedFile(length, { file: first, bytes: one.bytes }, other.open())
      } catch (error) {
        first.close()
        throw error
      }
    },
  }
}

function joinedFile(
  length: Uint8Array,
  { file: first, bytes }: { readonly file: InputFile; readonly bytes: number },
  second: InputFile,
): InputFile {
  const readPiece = (target: Uint8Array, at: number): number => {
    if (at < LENGTH_BYTES) {
      const piece = length.subarray(at, at + target.byteLength)
      target.set(piece)
      return piece.byteLength
    }
    const place = at - LENGTH_BYTES
    return place < bytes ? first.readAt(target, place) : second.readAt(target, place - bytes)
  }
  return {
    // Over the borders of its parts too: a program may take a short read for the end.
    readAt: (target, at) => {
      let done = 0
      for (let count = 1; count > 0 && done < target.byteLength; done += count) {
        count = readPiece(target.subarray(done), at + done)
      }
      return done
    },
    close: () => {
      first.close()
      second.close()
    },
  }
}
