import { FaultError } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { BlobReceiver } from '../../ports/blob-store.ts'
import type { OpenBlob } from './blob-opener.ts'
import { createSources, type Sources } from './blob-sources.ts'
import { payloadBytes } from './blob-wire.ts'
import { isOurs, receiveChunks } from './chunk-receiving.ts'
import type { PartialBlob } from '../chunks/partial-blobs.ts'
import { faultOfSignal, throwIfAborted } from '../signal-fault.ts'
import type { OpenedLayout, TransferDependencies, TransferTask } from './transfer-task.ts'

/**
 * Brings a blob into the store: the layout first, then the chunks that are missing, from all sources at once, each
 * verified as it arrives; what has arrived is there for others meanwhile. A source that fails in passing is asked
 * again; one that sends what does not match is not. When it fails, what has arrived stays for the next attempt.
 *
 * @throws FaultError `blob-missing` (no source has it), `oversized`, `quota-exceeded`, or the last source's fault
 */
export async function transferBlob(task: TransferTask, parts: TransferDependencies): Promise<void> {
  const { cid, from, signal } = task
  const { transport, clock } = parts
  const sources = createSources({ cid, from, transport, clock, signal })
  const receiver = parts.blobs.receive(cid)
  let partial: PartialBlob | undefined
  try {
    const layout = await openAnywhere(task, parts, sources, receiver)
    await parts.directWaits.until(cid, layout.chunkCount, from, signal)
    partial = parts.partials.begin(cid, receiver, layout.chunkCount)
    await receiveChunks({ task, parts, sources, receiver, layout, partial })
    partial.finishing()
    await receiver.finish()
    partial.end('whole')
  } catch (error) {
    await receiver.suspend()
    partial?.end('broken')
    throw error
  }
}

/** Opens the blob at the first source that does. */
async function openAnywhere(
  task: TransferTask,
  { open, onReceived, download, rates }: TransferDependencies,
  sources: Sources,
  receiver: BlobReceiver,
): Promise<OpenedLayout> {
  const { cid, signal } = task
  for (;;) {
    const [source] = sources.whole()
    if (source === undefined) {
      if (await sources.more()) continue
      throw new FaultError(sources.fault())
    }
    throwIfAborted(signal)
    try {
      const how = task.leader() === undefined ? 'content' : 'layout'
      const blob = await measured(rates, source.peer, () => aborting(signal, open(source.peer, cid, how)))
      // Its layout makes its CID, so that no other source would say anything else.
      if (sizeOf(blob) > task.bytesMax()) throw new OversizedBlob(cid, sizeOf(blob), task.bytesMax())
      const layout = await accept(receiver, blob, onReceived)
      source.succeeded()
      // It is here already; what comes next waits for it.
      await download.take(payloadBytes(blob), signal)
      return layout
    } catch (error) {
      if (isOurs(error, signal) || error instanceof OversizedBlob) throw error
      await source.failed(error, signal)
    }
  }
}

/** A blob that is larger than what was asked for may be. */
class OversizedBlob extends FaultError {
  constructor(cid: Cid, bytes: number, bytesMax: number) {
    super({ kind: 'oversized', message: `${cid} has ${bytes} bytes, limit ${bytesMax}` })
  }
}

function sizeOf(blob: Awaited<ReturnType<OpenBlob>>): number {
  switch (blob.kind) {
    case 'whole':
      return blob.content.byteLength
    case 'piece':
      return blob.bytes
    case 'list':
      return blob.chunks.reduce((sum, [, bytes]) => sum + bytes, 0)
  }
}

/** Opens a blob while the time and the bytes that it takes are counted: a small blob comes whole with the answer. */
async function measured(
  rates: TransferDependencies['rates'],
  peer: PeerId,
  opening: () => ReturnType<OpenBlob>,
): ReturnType<OpenBlob> {
  let bytes = 0
  rates.begin(peer)
  try {
    const blob = await opening()
    bytes = payloadBytes(blob)
    return blob
  } finally {
    rates.end(peer, bytes)
  }
}

async function accept(
  receiver: BlobReceiver,
  blob: Awaited<ReturnType<OpenBlob>>,
  onReceived: (bytes: number) => void,
): Promise<OpenedLayout> {
  onReceived(payloadBytes(blob))
  switch (blob.kind) {
    case 'whole':
      await receiver.accept({ kind: 'raw', bytes: blob.content.byteLength })
      if (receiver.missing().length > 0) await receiver.chunk(0, blob.content)
      return { chunkCount: 1, isPiece: true }
    case 'piece':
      await receiver.accept({ kind: 'raw', bytes: blob.bytes })
      return { chunkCount: 1, isPiece: true }
    case 'list': {
      const chunks = blob.chunks.map(([cid, bytes]) => ({ cid, bytes }))
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
      await receiver.accept({ kind: 'list', node: blob.node, chunks, bytes })
      return { chunkCount: chunks.length, isPiece: false }
    }
  }
}

/** Stops waiting when the signal is aborted; the question itself is shared and goes on. */
function aborting<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new FaultError(faultOfSignal(signal)))
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
