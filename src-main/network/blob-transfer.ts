import { encodeCanonical } from '../protocol/canonical.ts'
import { FaultError, faultOf, type Fault } from '../protocol/fault.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import type { BlobReceiver, BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Transport } from '../ports/transport.ts'
import type { OpenBlob } from './blob-opener.ts'
import type { ChunkMemory } from './chunk-memory.ts'
import { createBlobSource, reach, type BlobSource } from './blob-source.ts'
import { CHUNK, payloadBytes, type OpenedBlob } from './blob-wire.ts'
import {
  CHUNK_MS_MAX,
  CHUNKS_AT_ONCE_MAX,
  CHUNKS_PER_SOURCE_MAX,
  PROVIDERS_MS_MAX,
  SOURCES_MAX,
} from './limits.ts'
import type { RateLimit } from './rate-limit.ts'
import { faultOfSignal, signalAfter, throwIfAborted } from './signal-fault.ts'

/** How far a transfer is. */
export interface TransferProgress {
  readonly chunksDone: number
  readonly chunksTotal: number
}

/** What transfers are made of. */
export interface TransferParts {
  readonly transport: Transport
  readonly blobs: Pick<BlobStore, 'receive'>
  readonly clock: Clock
  readonly open: OpenBlob
  /** Where chunks arrive before the store has taken them. */
  readonly memory: ChunkMemory
  readonly onReceived: (bytes: number) => void
  /** Bounds what comes in. */
  readonly download: RateLimit
}

/** One blob on its way here. */
export interface TransferTask {
  readonly cid: Cid
  /** Peers to ask, best first; more may be added while it runs. */
  readonly from: ReadonlySet<PeerId>
  readonly signal: AbortSignal
  readonly progress: (progress: TransferProgress) => void
}

/**
 * Brings a blob into the store: the layout first, then the chunks that are missing, from all sources at once, each
 * verified as it arrives. A source that fails in passing is asked again; one that sends what does not match is not.
 * When it fails, what has arrived stays for the next attempt.
 *
 * @throws FaultError `blob-missing` (nobody has it), `quota-exceeded`, or the last source's fault
 */
export async function transferBlob(task: TransferTask, parts: TransferParts): Promise<void> {
  const sources = createSources(task, parts)
  const receiver = parts.blobs.receive(task.cid)
  try {
    const queue = await openAnywhere(task, parts, sources, receiver)
    await receiveChunks({ task, parts, sources, receiver, queue })
    await receiver.finish()
  } catch (error) {
    await receiver.suspend()
    throw error
  }
}

/** The sources of one transfer: those named, then those that the network knows. */
interface Sources {
  /** Those not given up. */
  usable(): BlobSource[]
  /** Asks the network for more; whether there are any. */
  more(): Promise<boolean>
  /** Why there are none left. */
  fault(): Fault
}

function createSources({ cid, from, signal }: TransferTask, { transport, clock }: TransferParts): Sources {
  const known = new Map<PeerId, BlobSource>()
  let searched = false
  const add = (peer: PeerId) => {
    if (peer === transport.peer || known.has(peer) || known.size >= SOURCES_MAX) return
    known.set(peer, createBlobSource(peer, transport, clock))
  }
  const usable = () => {
    for (const peer of from) add(peer)
    return [...known.values()].filter((source) => source.lost() === undefined)
  }
  return {
    usable,
    async more() {
      if (searched) return false
      searched = true
      const deadline = signalAfter(clock, PROVIDERS_MS_MAX)
      const both = AbortSignal.any([signal, deadline.signal])
      try {
        for await (const peer of transport.findProviders(cid, { signal: both })) {
          if (known.has(peer)) continue
          await reach(peer, transport, clock)
          add(peer)
        }
      } catch {
        // Found or not: what counts is whether there are sources now. The caller's signal is looked at next.
      } finally {
        deadline.cancel()
      }
      throwIfAborted(signal)
      return usable().length > 0
    },
    fault() {
      const faults = [...known.values()].flatMap((source) => source.lost() ?? [])
      const telling = faults.find(({ kind }) => kind !== 'blob-missing' && kind !== 'not-trusted')
      return telling ?? { kind: 'blob-missing', message: `nobody has ${cid}` }
    },
  }
}

/** Opens the blob at the first source that does; returns the chunks still to come. */
async function openAnywhere(
  { cid, signal }: TransferTask,
  { open, onReceived, download }: TransferParts,
  sources: Sources,
  receiver: BlobReceiver,
): Promise<number[]> {
  for (;;) {
    const [source] = sources.usable()
    if (source === undefined) {
      if (await sources.more()) continue
      throw new FaultError(sources.fault())
    }
    throwIfAborted(signal)
    try {
      const blob = await aborting(signal, open(source.peer, cid))
      await accept(receiver, blob, onReceived)
      source.succeeded()
      // It is here already; what comes next waits for it.
      await download.take(payloadBytes(blob), signal)
      return [...receiver.missing()]
    } catch (error) {
      if (isOurs(error, signal)) throw error
      await source.failed(error, signal)
    }
  }
}

async function accept(
  receiver: BlobReceiver,
  blob: Awaited<ReturnType<OpenBlob>>,
  onReceived: (bytes: number) => void,
): Promise<void> {
  onReceived(payloadBytes(blob))
  if (blob.kind === 'whole') {
    await receiver.accept({ kind: 'raw', bytes: blob.content.byteLength })
    if (receiver.missing().length > 0) await receiver.chunk(0, blob.content)
    return
  }
  await receiver.accept(layoutOf(blob))
}

function layoutOf({ node, chunks }: Extract<OpenedBlob, { kind: 'list' }>) {
  return {
    kind: 'list' as const,
    node,
    chunks: chunks.map(([cid, bytes]) => ({ cid, bytes })),
    bytes: chunks.reduce((sum, [, bytes]) => sum + bytes, 0),
  }
}

interface Receiving {
  readonly task: TransferTask
  readonly parts: TransferParts
  readonly sources: Sources
  readonly receiver: BlobReceiver
  /** Indices nobody has been asked for, or that must be asked for again. */
  readonly queue: number[]
}

async function receiveChunks(receiving: Receiving): Promise<void> {
  const { task, sources, queue } = receiving
  const chunksTotal = queue.length
  let chunksDone = 0
  const onChunk = () => {
    chunksDone += 1
    task.progress({ chunksDone, chunksTotal })
  }
  while (queue.length > 0) {
    const usable = sources.usable()
    if (usable.length === 0) {
      if (await sources.more()) continue
      throw new FaultError(sources.fault())
    }
    const perSource = Math.min(
      CHUNKS_PER_SOURCE_MAX,
      Math.max(1, Math.floor(CHUNKS_AT_ONCE_MAX / usable.length)),
    )
    const workers = usable.flatMap((source) =>
      Array.from({ length: perSource }, () => receiveFrom(source, receiving, onChunk)),
    )
    const results = await Promise.allSettled(workers)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}

/** Takes chunks off the queue and fetches them, one after the other, until none is left or the source is given up. */
async function receiveFrom(source: BlobSource, receiving: Receiving, onChunk: () => void): Promise<void> {
  const { task, parts, receiver, queue } = receiving
  const memory = parts.memory.take()
  try {
    while (source.lost() === undefined) {
      const index = queue.shift()
      if (index === undefined) return
      try {
        const bytes = await requestChunk(source.peer, index, memory, task, parts)
        await receiver.chunk(index, bytes)
        source.succeeded()
        onChunk()
      } catch (error) {
        queue.push(index)
        if (isOurs(error, task.signal)) throw error
        await source.failed(error, task.signal)
      }
    }
  } finally {
    parts.memory.give(memory)
  }
}

async function requestChunk(
  peer: PeerId,
  index: number,
  into: Uint8Array,
  { cid, signal }: TransferTask,
  { transport, clock, onReceived, download }: TransferParts,
): Promise<Uint8Array> {
  throwIfAborted(signal)
  // How long a chunk is shows when it is here: room for the longest is taken, and what was too much given back.
  const room = into.byteLength
  await download.take(room, signal)
  let received = 0
  const deadline = signalAfter(clock, CHUNK_MS_MAX)
  try {
    const question = encodeCanonical({ cid, index })
    const both = AbortSignal.any([signal, deadline.signal])
    const bytes = await transport.request(peer, CHUNK, question, { signal: both, into })
    received = bytes.byteLength
    onReceived(received)
    return bytes
  } finally {
    download.giveBack(room - received)
    deadline.cancel()
  }
}

/** Whether a failure is this side's own, so that no other source would help. */
function isOurs(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || !(error instanceof FaultError)) return true
  const { kind } = faultOf(error, 'unreachable')
  return kind === 'quota-exceeded' || kind === 'storage-failed'
}

/** Stops waiting when the signal is aborted; the question itself is shared and goes on. */
function aborting<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new FaultError(faultOfSignal(signal)))
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
