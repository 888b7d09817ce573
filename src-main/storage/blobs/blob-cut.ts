import { CHUNK_BYTES_MAX, CHUNKS_MAX, RAW_BYTES_MAX } from '../../ports/blob-store.ts'
import { refuse } from '../../protocol/fault.ts'
import type { ChunkPlace } from './blob-node.ts'
import { nextCut } from './chunker.ts'
import { sha256 } from '../digest.ts'
import { settleAll } from '../settle-all.ts'

/** How a content over `RAW_BYTES_MAX` is cut. */
export interface CutList {
  readonly kind: 'list'
  readonly bytes: number
  readonly chunks: readonly ChunkPlace[]
}

/** How some content is named and sent: as one piece, or as chunks. */
export type CutContent =
  { readonly kind: 'raw'; readonly bytes: Uint8Array; readonly sha256: Uint8Array } | CutList

/** A stream is looked at through a window of this many bytes: a few chunks, hashed and written at the same time. */
const WINDOW_BYTES = 4 * CHUNK_BYTES_MAX
/** Chunks of content in memory that are hashed and written at the same time; the thread pool has four threads. */
const PIECES_AT_ONCE = 4

/**
 * Cuts content that is in memory and longer than `RAW_BYTES_MAX`; it must not change meanwhile.
 *
 * @param keep stores a piece at its offset, while the next are hashed
 * @throws FaultError `quota-exceeded`; whatever `keep` throws
 */
export async function cutBytes(
  bytes: Uint8Array,
  keep: (piece: Uint8Array, offset: number) => Promise<void>,
): Promise<CutList> {
  const chunks: ChunkPlace[] = []
  for (let from = 0; from < bytes.byteLength;) {
    const pieces: Promise<ChunkPlace>[] = []
    while (pieces.length < PIECES_AT_ONCE && from < bytes.byteLength) {
      const cut = nextCut(bytes, from, bytes.byteLength)
      pieces.push(storePiece(bytes.subarray(from, cut), from, keep))
      from = cut
    }
    chunks.push(...(await settleAll(pieces)))
    refuseTooMany(chunks.length)
  }
  return { kind: 'list', bytes: bytes.byteLength, chunks }
}

/**
 * Cuts content of any length as it comes.
 *
 * @param fill puts the next bytes into the buffer and tells how many; 0 at the end
 * @param keep stores a piece at its offset; it is not called when the content turns out to be `raw`
 * @throws FaultError `quota-exceeded`; whatever `fill` and `keep` throw
 */
export async function cutStream(
  fill: (into: Uint8Array) => Promise<number>,
  keep: (piece: Uint8Array, offset: number) => Promise<void>,
): Promise<CutContent> {
  const window = new Uint8Array(WINDOW_BYTES)
  const chunks: ChunkPlace[] = []
  let base = 0
  let filled = 0
  for (let ended = false; !ended;) {
    while (filled < window.byteLength && !ended) {
      const count = await fill(window.subarray(filled))
      filled += count
      ended = count === 0
    }
    if (ended && base + filled <= RAW_BYTES_MAX) {
      const bytes = window.slice(0, filled)
      return { kind: 'raw', bytes, sha256: await sha256(bytes) }
    }
    const { cuts, rest } = cutWindow(window, filled, ended)
    const pieces = cuts.map(({ from, to }) => storePiece(window.subarray(from, to), base + from, keep))
    chunks.push(...(await settleAll(pieces)))
    refuseTooMany(chunks.length)
    window.copyWithin(0, rest, filled)
    base += rest
    filled -= rest
  }
  return { kind: 'list', bytes: base, chunks }
}

/** The chunks that are whole inside a window; the rest waits for more bytes, unless there are none. */
function cutWindow(window: Uint8Array, filled: number, ended: boolean) {
  const cuts: { from: number; to: number }[] = []
  let rest = 0
  while (filled - rest >= CHUNK_BYTES_MAX || (ended && rest < filled)) {
    const to = nextCut(window, rest, filled)
    cuts.push({ from: rest, to })
    rest = to
  }
  return { cuts, rest }
}

async function storePiece(
  piece: Uint8Array,
  offset: number,
  keep: (piece: Uint8Array, offset: number) => Promise<void>,
): Promise<ChunkPlace> {
  const digest = sha256(piece)
  await settleAll<unknown>([digest, keep(piece, offset)])
  return { offset, bytes: piece.byteLength, sha256: await digest }
}

function refuseTooMany(chunks: number): void {
  if (chunks > CHUNKS_MAX) refuse('quota-exceeded', `a blob has at most ${CHUNKS_MAX} chunks (about 19 GiB)`)
}
