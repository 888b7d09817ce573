import type { ModuleInput } from '#contract'
import { RAW_BYTES_MAX, type BlobStore } from '../../ports/blob-store.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { PARTS_MAX } from '../../protocol/limits.ts'
import { blobPieces } from '../../ports/blob-pieces.ts'
import { cutAfterBytes, cutAfterLines, type CutPiece } from './cut-parts.ts'

/** Small parts that are stored together: their flushes to disk are shared … */
const TOGETHER_MAX = 256
/** … and at most this many bytes of them are held in memory. */
const TOGETHER_BYTES_MAX = 16 << 20

/** How a file is cut. */
export type Split = Extract<ModuleInput, { kind: 'lines' | 'bytes' }>

/** Dependencies of a split. */
export interface SplitParts {
  readonly blobs: BlobStore
  /** Keeps parts from being dropped while the others are cut. */
  readonly keep: (parts: readonly Cid[]) => void
  readonly signal: AbortSignal
}

/**
 * Cuts a stored file into blobs, in order; in bounded memory, however large file and parts are.
 *
 * @returns no parts for an empty file
 * @throws FaultError `bad-input` for too many parts, with a split that would do, or for a line that is none;
 * `blob-missing`, `quota-exceeded`, `cancelled`
 */
export async function splitInput(split: Split, { blobs, keep, signal }: SplitParts): Promise<Cid[]> {
  const { bytes: total } = blobs.info(split.cid) ?? refuse('blob-missing', `${split.cid} is not in the store`)
  if (split.kind === 'bytes' && total / split.bytes > PARTS_MAX) refuseSplit(split, split.bytes, total)
  const content = blobPieces(blobs, split.cid, signal)
  const cut =
    split.kind === 'lines' ? cutAfterLines(content, split.lines) : cutAfterBytes(content, split.bytes)
  const parts: Cid[] = []
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let doneBytes = 0

  async function storePending(): Promise<void> {
    const stored = await Promise.all(pending.map((part) => blobs.put(part)))
    ;[pending, pendingBytes] = [[], 0]
    keep(stored)
    parts.push(...stored)
  }

  for (;;) {
    const head = await firstOfPart(cut)
    if (head.bytes.byteLength === 0) break
    if (parts.length + pending.length === PARTS_MAX) refuseSplit(split, doneBytes / PARTS_MAX, total)
    doneBytes += head.bytes.byteLength
    if (head.ends) {
      pending.push(head.bytes)
      pendingBytes += head.bytes.byteLength
      if (pending.length === TOGETHER_MAX || pendingBytes >= TOGETHER_BYTES_MAX) await storePending()
      continue
    }
    await storePending()
    const count = (bytes: number): void => {
      doneBytes += bytes
    }
    const part = await blobs.putStream(wholePart(head.bytes, cut, count), { signal })
    keep([part])
    parts.push(part)
  }
  await storePending()
  return parts
}

/** The beginning of the next part: all of it if it is small, and `ends` says so. Empty after the last part. */
async function firstOfPart(cut: AsyncGenerator<CutPiece, void, void>): Promise<CutPiece> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  while (bytes <= RAW_BYTES_MAX) {
    const next = await cut.next()
    if (next.done === true) return { bytes: joined(pieces), ends: true }
    pieces.push(next.value.bytes)
    bytes += next.value.bytes.byteLength
    if (next.value.ends) return { bytes: joined(pieces), ends: true }
  }
  return { bytes: joined(pieces), ends: false }
}

/** The rest of a part behind its beginning. The cut goes on behind it: it is not ended with the part. */
async function* wholePart(
  head: Uint8Array,
  cut: AsyncGenerator<CutPiece, void, void>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  yield head
  for (;;) {
    const next = await cut.next()
    if (next.done === true) return
    count(next.value.bytes.byteLength)
    yield next.value.bytes
    if (next.value.ends) return
  }
}

/** Pieces as one: a view where there is one, a copy where a part spans chunks. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces)
}

/** @param bytesPerPart what the parts so far have on average */
function refuseSplit(split: Split, bytesPerPart: number, total: number): never {
  const times = total / bytesPerPart / PARTS_MAX
  const now = split.kind === 'lines' ? split.lines : split.bytes
  const enough = roundUp(now * times)
  refuse(
    'bad-input',
    `the input has more than ${PARTS_MAX} parts; split it into ${split.kind}:${enough} or more`,
  )
}

/** A little more, in two digits: a number to type. */
function roundUp(value: number): number {
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1)
  return Math.ceil((value * 1.1) / digit) * digit
}
