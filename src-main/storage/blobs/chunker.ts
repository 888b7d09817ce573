import { CHUNK_BYTES_MAX } from '../../ports/blob-store.ts'

/**
 * Content-defined chunking: where a file is cut depends on the bytes around the cut only, so that an edit changes
 * the chunks it touches and no others. FastCDC (Xia et al., USENIX ATC 2016) with its Gear hash, normalized
 * chunking of level 2, and the minimum skipped; here with 32 bits, which is what JavaScript adds and shifts fast.
 *
 * These constants are part of the blob format: with others the same file gets another CID.
 */

/** No chunk but a file's last is smaller. Smaller ones cost a round of bookkeeping each and save little. */
export const CHUNK_BYTES_MIN = 256 << 10
/** Up to here a cut is four times rarer than about 1 MiB would need, from here on four times more frequent. */
export const CHUNK_BYTES_NORMAL = 768 << 10
/** 22 bits: one position in 4 Mi. High bits, because those depend on all of the last 32 bytes. */
const MASK_BEFORE_NORMAL = 0xfffffc00
/** 18 bits: one position in 256 Ki, so that chunks end near the normal size; the mean is about 1 MiB. */
const MASK_AFTER_NORMAL = 0xffffc000
/** The Gear hash forgets a byte after 32 shifts; it is warmed up over that many before a cut may fall. */
const WINDOW_BYTES = 32

const GEAR = gearTable()

/**
 * Finds the end of the chunk that begins at `from`.
 *
 * @param bytes the file, or a window of it
 * @param from where the chunk begins
 * @param to where the window ends: the end of the file, or at least `CHUNK_BYTES_MAX` after `from`
 * @returns where the chunk ends, at most `to`
 */
export function nextCut(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(to, from + CHUNK_BYTES_MAX)
  const earliest = from + CHUNK_BYTES_MIN
  if (end <= earliest) return end
  const normal = Math.min(end, from + CHUNK_BYTES_NORMAL)
  let hash = 0
  let at = earliest - WINDOW_BYTES
  for (; at < earliest; at++) hash = ((hash << 1) + (GEAR[bytes[at] ?? 0] ?? 0)) | 0
  for (; at < normal; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] ?? 0] ?? 0)) | 0
    if ((hash & MASK_BEFORE_NORMAL) === 0) return at + 1
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] ?? 0] ?? 0)) | 0
    if ((hash & MASK_AFTER_NORMAL) === 0) return at + 1
  }
  return end
}

/** 256 fixed numbers without pattern: SplitMix32's output from 0 on (Weyl sequence, murmur3 finalizer). */
function gearTable(): Int32Array {
  const table = new Int32Array(256)
  for (let i = 0; i < 256; i++) {
    let mixed = Math.imul(i + 1, 0x9e3779b9)
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    table[i] = mixed ^ (mixed >>> 16)
  }
  return table
}
