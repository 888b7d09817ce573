import { CHUNK_BYTES_MAX } from '../../ports/blob-store.ts'
import { CHUNKS_AT_ONCE_MAX } from '../limits.ts'

/** Pieces of memory that chunks arrive in, used again and again: fresh memory costs more than the copy into it. */
export interface ChunkMemory {
  /** A piece for one chunk and the byte before it, with anything in it. */
  take(): Uint8Array
  give(piece: Uint8Array): void
}

/** Keeps the pieces of one blob's transfer for the next; more are given to the garbage collector. */
export function createChunkMemory(): ChunkMemory {
  const free: Uint8Array[] = []
  const fresh = () => {
    const { buffer } = Buffer.allocUnsafeSlow(CHUNK_BYTES_MAX + 2)
    // A plain array: a Buffer's `slice` would share memory that is about to be used again.
    return new Uint8Array(buffer)
  }
  return {
    take: () => free.pop() ?? fresh(),
    give(piece) {
      if (free.length < CHUNKS_AT_ONCE_MAX) free.push(piece)
    },
  }
}
