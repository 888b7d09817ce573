import { open, type FileHandle } from 'node:fs/promises'
import { NODE_BYTES_MAX } from '../../ports/blob-store.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { cidOfDigest, cidParts, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { openPartial, readFully, writeFully } from './blob-files.ts'
import type { BlobDependencies } from './blob-ingest.ts'
import { decodeNode, type ChunkPlace } from './blob-node.ts'
import type { Reservation } from './blob-space.ts'
import { isMissing } from '../database/private-files.ts'
import { sha256 } from '../digest.ts'
import { settleAll } from '../settle-all.ts'

/** An unfinished file begins as zeros; a chunk whose first bytes are zeros has most likely not been written yet. */
const PROBE_BYTES = 4_096

/** One blob of chunks on its way in: its unfinished file, and the chunks still to come. */
export interface ListTransfer {
  readonly cid: Cid
  readonly file: FileHandle
  readonly node: Uint8Array
  readonly bytes: number
  readonly chunks: readonly ChunkPlace[]
  /** By the first place of each different chunk: every place where the same bytes go. */
  readonly places: ReadonlyMap<number, readonly ChunkPlace[]>
  /** First places of chunks still to come. */
  readonly missing: Set<number>
  readonly room: Reservation
}

/**
 * Opens the unfinished file of a blob that is cut into chunks, with all chunks that an earlier transfer or another blob
 * left here. @throws FaultError `blob-corrupt` for a list that does not match, `quota-exceeded`
 */
export async function openListTransfer(
  { index, files, space }: BlobDependencies,
  cid: Cid,
  node: Uint8Array,
): Promise<ListTransfer> {
  const { chunks, bytes } = await verifyNode(cid, node)
  space.resume(cid)
  const path = files.partialPath(cid)
  let room: Reservation
  try {
    room = space.reserve(bytes, index.guests.has(cid) ? 'others' : 'own')
  } catch (error) {
    files.discard(path)
    throw error
  }
  let file: FileHandle | undefined
  try {
    const opened = await openPartial(path, bytes)
    file = opened.file
    const places = groupEqual(chunks)
    const transfer: ListTransfer = {
      cid,
      file,
      node,
      bytes,
      chunks,
      places,
      missing: new Set(places.keys()),
      room,
    }
    if (!opened.fresh) await findWritten(transfer)
    await copyShared(transfer, { index, files })
    return transfer
  } catch (error) {
    await file?.close()
    files.discard(path)
    room.release()
    throw error
  }
}

/**
 * Verifies a chunk and writes it to all its places. A chunk that is here already is left out.
 *
 * @param isOpen whether the transfer goes on: asked when the digest is known, before anything is written
 * @throws FaultError `blob-corrupt`
 */
export async function writeChunk(
  transfer: ListTransfer,
  position: number,
  bytes: Uint8Array,
  isOpen: () => boolean,
): Promise<void> {
  const { cid, chunks, file, places, missing } = transfer
  const expected = chunks[position]
  if (!expected) refuse('blob-corrupt', `${cid} has no chunk ${position}`)
  // A repeated chunk counts for the first of its places, whichever of them the sender names.
  const first = firstPlace(transfer, position, expected)
  if (!missing.has(first)) return
  const matches = bytes.byteLength === expected.bytes && equalBytes(await sha256(bytes), expected.sha256)
  if (!matches) refuse('blob-corrupt', `chunk ${position} of ${cid} does not match its digest`)
  if (!isOpen()) return
  await settleAll((places.get(first) ?? []).map(({ offset }) => writeFully(file, bytes, offset)))
  missing.delete(first)
}

/** Reads a chunk that has arrived. @throws FaultError `blob-missing`, `blob-corrupt` where the disk damaged it */
export async function readArrived(transfer: ListTransfer, position: number): Promise<Uint8Array> {
  const { cid, chunks, file, missing } = transfer
  const expected = chunks[position]
  if (!expected || missing.has(firstPlace(transfer, position, expected))) {
    refuse('blob-missing', `chunk ${position} of ${cid} has not arrived`)
  }
  const content = new Uint8Array(Buffer.allocUnsafeSlow(expected.bytes).buffer)
  const isWhole = await readFully(file, content, expected.offset)
  if (!isWhole || !equalBytes(await sha256(content), expected.sha256)) {
    refuse('blob-corrupt', `chunk ${position} of ${cid} was damaged on disk`)
  }
  return content
}

/** Looks for chunks that an earlier transfer left. Each is verified by its digest. */
async function findWritten({ file, chunks, places, missing }: ListTransfer): Promise<void> {
  const probe = new Uint8Array(PROBE_BYTES)
  for (const position of [...missing]) {
    const chunk = chunks[position]
    if (!chunk) continue
    const head = probe.subarray(0, Math.min(PROBE_BYTES, chunk.bytes))
    if (!(await readFully(file, head, chunk.offset)) || head.every((byte) => byte === 0)) continue
    const content = new Uint8Array(chunk.bytes)
    if (!(await readFully(file, content, chunk.offset))) continue
    if (!equalBytes(await sha256(content), chunk.sha256)) continue
    for (const { offset } of places.get(position)?.slice(1) ?? []) await writeFully(file, content, offset)
    missing.delete(position)
  }
}

/** Copies chunks that other blobs have. A source that is damaged or gone is left out. */
async function copyShared(
  { file, chunks, places, missing }: ListTransfer,
  store: Pick<BlobDependencies, 'index' | 'files'>,
): Promise<void> {
  for (const position of [...missing]) {
    const chunk = chunks[position]
    const source = chunk && store.index.chunkSource(chunk.sha256, cidOfDigest(RAW, chunk.sha256))
    if (!source) continue
    const content = await readSource(store, source, chunk.bytes)
    if (!content || !equalBytes(await sha256(content), chunk.sha256)) continue
    for (const { offset } of places.get(position) ?? []) await writeFully(file, content, offset)
    missing.delete(position)
  }
}

/** A chunk's bytes where they lie in another blob, not verified; undefined where that is gone or too short. */
async function readSource(
  { index, files }: Pick<BlobDependencies, 'index' | 'files'>,
  { cid, offset }: { cid: Cid; offset: number },
  bytes: number,
): Promise<Uint8Array | undefined> {
  const row = index.find(cid)
  if (row?.inline) return index.content(row.id)
  let file: FileHandle
  try {
    file = await open(files.path(cid), 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const content = new Uint8Array(bytes)
    return (await readFully(file, content, offset)) ? content : undefined
  } finally {
    await file.close()
  }
}

async function verifyNode(cid: Cid, node: Uint8Array): Promise<{ chunks: ChunkPlace[]; bytes: number }> {
  if (node.byteLength > NODE_BYTES_MAX) refuse('blob-corrupt', `the list of ${cid} is too long`)
  const { codec, sha256: digest } = cidParts(cid)
  if (codec !== DAG_CBOR || !equalBytes(await sha256(node), digest)) {
    refuse('blob-corrupt', `the list of chunks does not match ${cid}`)
  }
  const decoded = decodeNode(node)
  if (!decoded.ok) refuse('blob-corrupt', `${cid} is no list of chunks: ${decoded.fault.message}`)
  return decoded.value
}

/** The places of equal chunks, by the first of them. */
function groupEqual(chunks: readonly ChunkPlace[]): Map<number, ChunkPlace[]> {
  const firsts = new Map<string, number>()
  const places = new Map<number, ChunkPlace[]>()
  for (const [position, chunk] of chunks.entries()) {
    const key = Buffer.from(chunk.sha256).toString('latin1')
    const first = firsts.get(key) ?? position
    firsts.set(key, first)
    const group = places.get(first)
    if (group) group.push(chunk)
    else places.set(first, [chunk])
  }
  return places
}

function firstPlace({ places, chunks }: ListTransfer, position: number, chunk: ChunkPlace): number {
  if (places.has(position)) return position
  return chunks.findIndex(({ sha256 }) => equalBytes(sha256, chunk.sha256))
}
