import { FaultError, refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobReceiver, BlobStore } from '../../ports/blob-store.ts'
import { allChunksBut, noChunks, type ChunkSet } from './chunk-set.ts'

/** A blob that is being received. */
export interface PartialBlob {
  /** The chunks that are here. */
  held(): ChunkSet
  /** All chunks are here and the store is about to take the blob: who asks meanwhile waits for that. */
  finishing(): void
  end(how: 'whole' | 'broken'): void
}

/** The chunks of stored blobs and of those on their way, for others. */
export interface PartialBlobs {
  begin(cid: Cid, receiver: Pick<BlobReceiver, 'missing' | 'read'>, chunkCount: number): PartialBlob
  /** How many chunks the blob has, if it is here or on its way. */
  chunkCount(cid: Cid): number | undefined
  /** @throws FaultError `blob-missing`, `blob-corrupt` */
  readChunk(cid: Cid, index: number): Promise<Uint8Array>
}

interface Entry {
  readonly receiver: Pick<BlobReceiver, 'missing' | 'read'>
  readonly chunkCount: number
  readonly ended: Promise<void>
  isFinishing: boolean
}

/** Creates it over a store. */
export function createPartialBlobs(blobs: Pick<BlobStore, 'layout' | 'readChunk'>): PartialBlobs {
  const entries = new Map<Cid, Entry>()
  return {
    begin(cid, receiver, chunkCount) {
      const { promise: ended, resolve } = Promise.withResolvers<undefined>()
      const entry: Entry = { receiver, chunkCount, ended: ended.then(() => undefined), isFinishing: false }
      let how: 'whole' | 'broken' | undefined
      entries.set(cid, entry)
      return {
        held() {
          if (how === 'broken') return noChunks(chunkCount)
          return allChunksBut(chunkCount, how === 'whole' || entry.isFinishing ? [] : receiver.missing())
        },
        finishing: () => void (entry.isFinishing = true),
        end(now) {
          how = now
          if (entries.get(cid) === entry) entries.delete(cid)
          resolve(undefined)
        },
      }
    },
    chunkCount(cid) {
      const layout = blobs.layout(cid)
      if (layout === undefined) return entries.get(cid)?.chunkCount
      return layout.kind === 'raw' ? 1 : layout.chunks.length
    },
    async readChunk(cid, index) {
      const entry = entries.get(cid)
      if (entry === undefined) return blobs.readChunk(cid, index)
      if (!entry.isFinishing) {
        try {
          return await entry.receiver.read(index)
        } catch (error) {
          // It may have begun to finish while this was read.
          if (!(error instanceof FaultError) || !hasBegunToFinish(entry)) throw error
        }
      }
      await entry.ended
      if (blobs.layout(cid) === undefined) refuse('blob-missing', `${cid} is not here`)
      return blobs.readChunk(cid, index)
    },
  }
}

/** Hides from the compiler's narrowing that the transfer has gone on meanwhile. */
function hasBegunToFinish(entry: Entry): boolean {
  return entry.isFinishing
}
