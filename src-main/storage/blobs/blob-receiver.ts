import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import type { BlobLayout, BlobReceiver } from '../../ports/blob-store.ts'
import { NODE_BYTES_MAX, RAW_BYTES_MAX } from '../../ports/blob-store.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { cidOfDigest, cidParts, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobDoor, BlobParts } from './blob-door.ts'
import { isMissing, openPartial, readFully, writeFully } from './blob-files.ts'
import { decodeNode, looksLikeNode, type ChunkPlace } from './blob-node.ts'
import type { Reservation } from './blob-space.ts'
import { isDiskFull } from '../database/database.ts'
import { sha256 } from '../digest.ts'
import { settleAll } from '../settle-all.ts'

/** An unfinished file begins as zeros; a chunk whose first bytes are zeros has most likely not been written yet. */
const PROBE_BYTES = 4_096

/** One blob on its way in. */
interface Transfer {
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

type State =
  | { readonly state: 'fresh' }
  | { readonly state: 'stored' }
  | { readonly state: 'raw'; readonly bytes: number; content?: Uint8Array }
  | { readonly state: 'list'; readonly transfer: Transfer }
  | { readonly state: 'ended' }

/** The transfers coming in. */
export interface BlobReceivers {
  receive(cid: Cid): BlobReceiver
  /** Whether any of a blob is on its way at this moment. */
  isReceiving(cid: Cid): boolean
  /** Breaks all of them off; what was verified stays for another attempt. */
  close(): Promise<void>
}

/** Builds the receiving side. */
export function createBlobReceivers(parts: BlobParts, door: BlobDoor): BlobReceivers {
  const { index, files, space } = parts
  const active = new Map<Cid, () => Promise<void>>()
  /** Blobs of one piece on their way, and how many times each. */
  const pieces = new Map<Cid, number>()

  async function begin(cid: Cid, layout: Extract<BlobLayout, { kind: 'list' }>): Promise<Transfer> {
    const { chunks, bytes } = await verifyNode(cid, layout.node)
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
      const { node } = layout
      const places = groupEqual(chunks)
      const transfer = { file, node, bytes, chunks, places, missing: new Set(places.keys()), room }
      if (!opened.fresh) await findWritten(transfer)
      await copyShared(transfer)
      return transfer
    } catch (error) {
      await file?.close()
      files.discard(path)
      room.release()
      throw error
    }
  }

  /** Looks for chunks that an earlier transfer left. Nothing is believed without its digest. */
  async function findWritten({ file, chunks, places, missing }: Transfer): Promise<void> {
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

  /** Copies chunks that other blobs have. A source that turns out damaged or gone just does not help. */
  async function copyShared({ file, chunks, places, missing }: Transfer): Promise<void> {
    for (const position of [...missing]) {
      const chunk = chunks[position]
      const source = chunk && index.chunkSource(chunk.sha256, cidOfDigest(RAW, chunk.sha256))
      if (!source) continue
      const content = await readSource(source, chunk.bytes)
      if (!content || !equalBytes(await sha256(content), chunk.sha256)) continue
      for (const { offset } of places.get(position) ?? []) await writeFully(file, content, offset)
      missing.delete(position)
    }
  }

  /** What has arrived stays for another attempt, and not for ever where nothing needs it. */
  function keepBrokenOff(cid: Cid, bytes: number): void {
    space.suspend(cid, bytes)
    try {
      index.unflushed(() => index.guests.arrived(cid))
    } catch (error) {
      // The next start notes it.
      if (!isDiskFull(error)) throw error
    }
  }

  async function readSource(
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

  function receive(cid: Cid): BlobReceiver {
    let current: State = { state: 'fresh' }

    async function accept(layout: BlobLayout): Promise<void> {
      if (current.state !== 'fresh') refuse('blob-corrupt', `a second layout for ${cid}`)
      if (index.find(cid)) {
        current = { state: 'stored' }
        return
      }
      if (layout.kind === 'raw') {
        if (layout.bytes > RAW_BYTES_MAX) refuse('blob-corrupt', `${cid}: one piece of ${layout.bytes} bytes`)
        current = { state: 'raw', bytes: layout.bytes }
        pieces.set(cid, (pieces.get(cid) ?? 0) + 1)
        return
      }
      if (active.has(cid)) refuse('too-busy', `${cid} is being received already`)
      active.set(cid, suspend)
      try {
        current = { state: 'list', transfer: await begin(cid, layout) }
      } catch (error) {
        active.delete(cid)
        throw error
      }
    }

    async function chunk(position: number, bytes: Uint8Array): Promise<void> {
      if (current.state === 'raw') {
        await verifyRaw(cid, current.bytes, position, bytes)
        current.content = bytes
      } else if (current.state === 'list') {
        const { chunks, file, places, missing } = current.transfer
        const expected = chunks[position]
        if (!expected) refuse('blob-corrupt', `${cid} has no chunk ${position}`)
        // A repeated chunk counts for the first of its places, whichever of them the sender names.
        const first = firstPlace(current.transfer, position, expected)
        if (!missing.has(first)) return
        const matches =
          bytes.byteLength === expected.bytes && equalBytes(await sha256(bytes), expected.sha256)
        if (!matches) refuse('blob-corrupt', `chunk ${position} of ${cid} does not match its digest`)
        if (!isReceiving()) return
        await settleAll((places.get(first) ?? []).map(({ offset }) => writeFully(file, bytes, offset)))
        missing.delete(first)
      }
    }

    async function read(position: number): Promise<Uint8Array> {
      if (current.state !== 'list') refuse('blob-missing', `${cid} is not being received`)
      const { chunks, file, missing } = current.transfer
      const expected = chunks[position]
      if (!expected || missing.has(firstPlace(current.transfer, position, expected))) {
        refuse('blob-missing', `chunk ${position} of ${cid} has not arrived`)
      }
      const content = new Uint8Array(Buffer.allocUnsafeSlow(expected.bytes).buffer)
      const isWhole = await readFully(file, content, expected.offset)
      if (!isWhole || !equalBytes(await sha256(content), expected.sha256)) {
        refuse('blob-corrupt', `chunk ${position} of ${cid} was damaged on disk`)
      }
      return content
    }

    function isReceiving(): boolean {
      return current.state === 'list'
    }

    function endPiece(): void {
      const left = (pieces.get(cid) ?? 1) - 1
      if (left > 0) pieces.set(cid, left)
      else pieces.delete(cid)
    }

    async function finish(): Promise<void> {
      const finished = current
      if (finished.state === 'raw') {
        if (!finished.content) refuse('blob-missing', `${cid} has not arrived`)
        current = { state: 'ended' }
        await door.enterBytes(cid, finished.content, 'unflushed', 'received').finally(endPiece)
      } else if (finished.state === 'list') {
        const { file, node, chunks, bytes, missing, room } = finished.transfer
        if (missing.size > 0) refuse('blob-missing', `${missing.size} chunks of ${cid} have not arrived`)
        current = { state: 'ended' }
        let entered = false
        try {
          await file.sync().finally(() => file.close())
          await door.enterFile(
            files.partialPath(cid),
            { cid, bytes, list: { node, chunks } },
            room,
            'received',
          )
          entered = true
        } finally {
          room.release()
          if (!entered) keepBrokenOff(cid, bytes)
          active.delete(cid)
        }
      } else if (finished.state !== 'stored') {
        refuse('blob-missing', `nothing of ${cid} has arrived`)
      }
    }

    async function suspend(): Promise<void> {
      const broken = current
      current = { state: 'ended' }
      if (broken.state === 'raw') endPiece()
      if (broken.state !== 'list') return
      const { file, bytes, places, missing, room } = broken.transfer
      await file.close()
      room.release()
      if (missing.size < places.size) keepBrokenOff(cid, bytes)
      else files.discard(files.partialPath(cid))
      active.delete(cid)
    }

    return {
      accept,
      missing() {
        if (current.state === 'list') return [...current.transfer.missing]
        return current.state === 'raw' && !current.content ? [0] : []
      },
      chunk,
      read,
      finish,
      suspend,
    }
  }

  return {
    receive,
    isReceiving: (cid) => active.has(cid) || pieces.has(cid),
    async close() {
      await Promise.all([...active.values()].map((suspend) => suspend()))
    },
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

async function verifyRaw(cid: Cid, expected: number, position: number, bytes: Uint8Array): Promise<void> {
  const { codec, sha256: digest } = cidParts(cid)
  const matches = position === 0 && bytes.byteLength === expected && equalBytes(await sha256(bytes), digest)
  if (!matches) refuse('blob-corrupt', `what arrived is not ${cid}`)
  if (codec === DAG_CBOR && looksLikeNode(bytes)) refuse('blob-corrupt', `${cid} is a list, sent as content`)
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

function firstPlace({ places, chunks }: Transfer, position: number, chunk: ChunkPlace): number {
  if (places.has(position)) return position
  return chunks.findIndex(({ sha256 }) => equalBytes(sha256, chunk.sha256))
}
