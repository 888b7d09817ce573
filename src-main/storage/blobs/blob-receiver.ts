import type { BlobLayout, BlobReceiver } from '../../ports/blob-store.ts'
import { RAW_BYTES_MAX } from '../../ports/blob-store.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { cidParts, DAG_CBOR } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobDependencies, BlobIngest } from './blob-ingest.ts'
import { looksLikeNode } from './blob-node.ts'
import { openListTransfer, readArrived, writeChunk, type ListTransfer } from './list-transfer.ts'
import { isDiskFull } from '../database/database.ts'
import { sha256 } from '../digest.ts'

type State =
  | { readonly state: 'fresh' }
  | { readonly state: 'stored' }
  | { readonly state: 'raw'; readonly bytes: number; content?: Uint8Array }
  | { readonly state: 'list'; readonly transfer: ListTransfer }
  | { readonly state: 'ended' }

/** The transfers coming in. */
export interface BlobReceivers {
  receive(cid: Cid): BlobReceiver
  /** Whether any of a blob is on its way at this moment. */
  isReceiving(cid: Cid): boolean
  /** Breaks all of them off; what was verified stays for another attempt. */
  close(): Promise<void>
}

/** State that all receivers of one store share. */
interface Receiving extends BlobDependencies {
  readonly ingest: BlobIngest
  /** Transfers of blobs in chunks, each with the call that breaks it off. */
  readonly lists: Map<Cid, () => Promise<void>>
  /** Blobs of one piece on their way, and how many times each. */
  readonly pieces: ReturnType<typeof createPieceCount>
}

/** Builds the receiving side. */
export function createBlobReceivers(store: BlobDependencies, ingest: BlobIngest): BlobReceivers {
  const receiving: Receiving = { ...store, ingest, lists: new Map(), pieces: createPieceCount() }
  const { lists, pieces } = receiving
  return {
    receive: (cid) => createReceiver(cid, receiving),
    isReceiving: (cid) => lists.has(cid) || pieces.has(cid),
    async close() {
      await Promise.all([...lists.values()].map((suspend) => suspend()))
    },
  }
}

function createReceiver(cid: Cid, receiving: Receiving): BlobReceiver {
  const { index, files, ingest, lists, pieces } = receiving
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
      pieces.begin(cid)
      return
    }
    if (lists.has(cid)) refuse('too-busy', `${cid} is being received already`)
    lists.set(cid, suspend)
    try {
      current = { state: 'list', transfer: await openListTransfer(receiving, cid, layout.node) }
    } catch (error) {
      lists.delete(cid)
      throw error
    }
  }

  async function chunk(position: number, bytes: Uint8Array): Promise<void> {
    if (current.state === 'raw') {
      await verifyRaw(cid, current.bytes, position, bytes)
      current.content = bytes
    } else if (current.state === 'list') {
      await writeChunk(current.transfer, position, bytes, () => current.state === 'list')
    }
  }

  async function finish(): Promise<void> {
    const finished = current
    if (finished.state === 'raw') {
      if (!finished.content) refuse('blob-missing', `${cid} has not arrived`)
      current = { state: 'ended' }
      await ingest.enterBytes(cid, finished.content, 'unflushed', 'received').finally(() => pieces.end(cid))
    } else if (finished.state === 'list') {
      const { missing } = finished.transfer
      if (missing.size > 0) refuse('blob-missing', `${missing.size} chunks of ${cid} have not arrived`)
      current = { state: 'ended' }
      await enterList(receiving, finished.transfer)
    } else if (finished.state !== 'stored') {
      refuse('blob-missing', `nothing of ${cid} has arrived`)
    }
  }

  async function suspend(): Promise<void> {
    const broken = current
    current = { state: 'ended' }
    if (broken.state === 'raw') pieces.end(cid)
    if (broken.state !== 'list') return
    const { file, bytes, places, missing, room } = broken.transfer
    await file.close()
    room.release()
    if (missing.size < places.size) keepBrokenOff(receiving, cid, bytes)
    else files.discard(files.partialPath(cid))
    lists.delete(cid)
  }

  return {
    accept,
    missing() {
      if (current.state === 'list') return [...current.transfer.missing]
      return current.state === 'raw' && !current.content ? [0] : []
    },
    chunk,
    async read(position) {
      if (current.state !== 'list') refuse('blob-missing', `${cid} is not being received`)
      return readArrived(current.transfer, position)
    },
    finish,
    suspend,
  }
}

/** Enters a transfer that has all its chunks; keeps its file for another attempt where that fails. */
async function enterList(
  { index, files, space, ingest, lists }: Receiving,
  { cid, file, node, chunks, bytes, room }: ListTransfer,
): Promise<void> {
  let entered = false
  try {
    await file.sync().finally(() => file.close())
    await ingest.enterFile(files.partialPath(cid), { cid, bytes, list: { node, chunks } }, room, 'received')
    entered = true
  } finally {
    room.release()
    if (!entered) keepBrokenOff({ index, space }, cid, bytes)
    lists.delete(cid)
  }
}

/** Keeps the chunks that have arrived for another attempt, and not for ever where nothing needs them. */
function keepBrokenOff(
  { index, space }: Pick<BlobDependencies, 'index' | 'space'>,
  cid: Cid,
  bytes: number,
): void {
  space.suspend(cid, bytes)
  try {
    index.unflushed(() => index.guests.arrived(cid))
  } catch (error) {
    // The next start notes it.
    if (!isDiskFull(error)) throw error
  }
}

/** Counts the transfers under way of each blob of one piece. */
function createPieceCount() {
  const counts = new Map<Cid, number>()
  return {
    has: (cid: Cid) => counts.has(cid),
    begin(cid: Cid): void {
      counts.set(cid, (counts.get(cid) ?? 0) + 1)
    },
    end(cid: Cid): void {
      const left = (counts.get(cid) ?? 1) - 1
      if (left > 0) counts.set(cid, left)
      else counts.delete(cid)
    },
  }
}

async function verifyRaw(cid: Cid, expected: number, position: number, bytes: Uint8Array): Promise<void> {
  const { codec, sha256: digest } = cidParts(cid)
  const matches = position === 0 && bytes.byteLength === expected && equalBytes(await sha256(bytes), digest)
  if (!matches) refuse('blob-corrupt', `what arrived is not ${cid}`)
  if (codec === DAG_CBOR && looksLikeNode(bytes)) refuse('blob-corrupt', `${cid} is a list, sent as content`)
}
