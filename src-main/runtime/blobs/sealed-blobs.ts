import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { BlobKeeper, BlobStore } from '../../ports/blob-store.ts'
import { RAW_BYTES_MAX } from '../../ports/blob-store.ts'
import type { RunOutput } from '../../ports/runner.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { Seal } from '../../protocol/job-key.ts'
import { INLINE_OUTPUT_BYTES_MAX } from '../../protocol/limits.ts'
import { openBytes, openStream, sealBytes, sealStream } from '../../sealing/seal.ts'
import { blobPieces } from '../../ports/blob-pieces.ts'
import { cidOfBytes } from '../content-id.ts'

/** Bytes of a file that are read at a time. */
const PIECE_BYTES = 1 << 20

/** Stores a blob of the store once more, sealed. @throws FaultError `blob-missing`, `blob-corrupt`, `quota-exceeded` */
export async function sealBlob(blobs: BlobStore, cid: Cid, seal: Seal, keeper: BlobKeeper): Promise<Cid> {
  const { bytes } = blobs.info(cid) ?? refuse('blob-missing', `input ${cid} is not in the store`)
  if (bytes > RAW_BYTES_MAX)
    return blobs.putStream(
      sealStream(seal, () => blobPieces(blobs, cid)),
      { keeper },
    )
  return blobs.putUnflushed(sealBytes(seal, await blobs.read(cid)), keeper)
}

/**
 * A sealed blob's content in order, a piece in memory at a time.
 * @throws FaultError `not-opened`, and as `blobPieces`
 */
export function openedPieces(
  blobs: BlobStore,
  cid: Cid,
  seal: Seal,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  const { bytes } = blobs.layout(cid) ?? refuse('blob-missing', `${cid} is not in the store`)
  return openStream(seal, blobPieces(blobs, cid, signal), bytes)
}

/** Reads a sealed blob to its end. @throws FaultError `not-opened` where it does not open, and as `blobPieces` */
export async function checkOpens(blobs: BlobStore, cid: Cid, seal: Seal): Promise<void> {
  for await (const _ of openedPieces(blobs, cid, seal));
}

/** The content of a sealed blob of at most so many bytes. @throws FaultError `oversized`, `not-opened`, and as `BlobStore.read` */
export async function readOpened(
  blobs: BlobStore,
  cid: Cid,
  seal: Seal,
  sealedBytesMax: number,
): Promise<Uint8Array> {
  const { bytes } = blobs.info(cid) ?? refuse('blob-missing', `${cid} is not in the store`)
  if (bytes > sealedBytesMax) refuse('oversized', `${cid} has ${bytes} bytes, limit ${sealedBytesMax}`)
  return openBytes(seal, await blobs.read(cid))
}

/** Stores a unit's output sealed; one that is tiny even so comes back as bytes. What lay in a file is gone then, also where it fails. */
export async function sealOutput(
  blobs: BlobStore,
  output: RunOutput,
  seal: Seal,
  keeper: BlobKeeper,
): Promise<{ cid: Cid; inline?: Uint8Array }> {
  if (output.kind === 'bytes') {
    const sealed = sealBytes(seal, output.bytes)
    if (sealed.byteLength <= INLINE_OUTPUT_BYTES_MAX) return { cid: cidOfBytes(sealed), inline: sealed }
    return { cid: await blobs.putUnflushed(sealed, keeper) }
  }
  const { path } = output
  const read = (): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: PIECE_BYTES })
  try {
    return { cid: await blobs.putStream(sealStream(seal, read), { keeper }) }
  } finally {
    // Of one that cannot be kept the unit fails, and the file would lie there in the open.
    await rm(path, { force: true })
  }
}
