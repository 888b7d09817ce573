import { open, type FileHandle } from 'node:fs/promises'
import { equalBytes } from '../../protocol/canonical.ts'
import { cidParts } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import { readFully } from './blob-files.ts'
import type { BlobDependencies } from './blob-ingest.ts'
import type { BlobRow } from './blob-index.ts'
import type { ChunkPlace } from './blob-node.ts'
import { isMissing } from '../database/private-files.ts'
import { sha256 } from '../digest.ts'
import { settleAll } from '../settle-all.ts'

/** Chunks of one blob that are read and hashed at the same time; the thread pool has four threads. */
const READ_AT_ONCE = 4
/** Reads stored copies and compares their digests. A copy that is damaged or whose file is gone is dropped. */
export function createBlobCopies({
  index,
  files,
  space,
}: Pick<BlobDependencies, 'index' | 'files' | 'space'>) {
  /** Drops this copy, unless another has taken its place since. */
  function drop(row: BlobRow): void {
    if (index.find(row.cid)?.id !== row.id) return
    index.remove([row.id])
    files.discard(files.path(row.cid))
    space.stored(-row.bytes)
  }

  function dropCorrupt(row: BlobRow): never {
    drop(row)
    refuse('blob-corrupt', `${row.cid} was damaged on disk and has been dropped`)
  }

  async function withFile<T>(row: BlobRow, work: (file: FileHandle) => Promise<T>): Promise<T> {
    let file: FileHandle
    try {
      file = await open(files.path(row.cid), 'r')
    } catch (error) {
      if (!isMissing(error)) throw error
      drop(row)
      refuse('blob-missing', `the file of ${row.cid} is gone`)
    }
    try {
      return await work(file)
    } finally {
      await file.close()
    }
  }

  /** Reads a piece of the file and compares its digest. */
  async function readPiece(
    row: BlobRow,
    file: FileHandle,
    into: Uint8Array,
    offset: number,
    digest: Uint8Array,
  ) {
    const isWhole = await readFully(file, into, offset)
    if (!isWhole || !equalBytes(await sha256(into), digest)) dropCorrupt(row)
  }

  return {
    async whole(row: BlobRow): Promise<Uint8Array> {
      const digest = cidParts(row.cid).sha256
      if (row.inline) {
        const content = index.content(row.id)
        if (!content || !equalBytes(await sha256(content), digest)) dropCorrupt(row)
        return content
      }
      return withFile(row, async (file) => {
        const content = new Uint8Array(Buffer.allocUnsafeSlow(row.bytes).buffer)
        await readPiece(row, file, content, 0, digest)
        return content
      })
    },
    async cut(row: BlobRow): Promise<Uint8Array> {
      const chunks = index.chunks(row.id)
      return withFile(row, async (file) => {
        const content = new Uint8Array(Buffer.allocUnsafeSlow(row.bytes).buffer)
        for (let next = 0; next < chunks.length; next += READ_AT_ONCE) {
          const group = chunks.slice(next, next + READ_AT_ONCE)
          await settleAll(
            group.map(({ offset, bytes, sha256: digest }) =>
              readPiece(row, file, content.subarray(offset, offset + bytes), offset, digest),
            ),
          )
        }
        return content
      })
    },
    chunk(row: BlobRow, { bytes, offset, sha256: digest }: ChunkPlace): Promise<Uint8Array> {
      return withFile(row, async (file) => {
        const content = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer)
        await readPiece(row, file, content, offset, digest)
        return content
      })
    },
  }
}
