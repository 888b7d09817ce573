import type { BlobStore } from './blob-store.ts'
import type { RunFile, RunInput } from './runner.ts'
import { refuse } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'

/** A blob as a file that a task reads. @param what names it in the fault @throws FaultError `blob-missing` */
export function runFile(blobs: Pick<BlobStore, 'path' | 'layout'>, cid: Cid, what: string = cid): RunFile {
  const path = blobs.path(cid)
  const layout = blobs.layout(cid)
  if (path === undefined || layout === undefined) refuse('blob-missing', `${what} is not in the store`)
  return { cid, path, layout }
}

/** A blob as an input of a task: its bytes where the store has them at hand, else as `runFile`. */
export function runInput(blobs: Pick<BlobStore, 'content' | 'path' | 'layout'>, cid: Cid): RunInput {
  const content = blobs.content(cid)
  if (content === undefined) return runFile(blobs, cid)
  return { cid, content, layout: { kind: 'raw', bytes: content.byteLength } }
}
