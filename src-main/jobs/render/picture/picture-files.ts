import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ResultFile } from '#contract'
import type { BlobStore } from '../../../ports/blob-store.ts'
import type { RunOutput } from '../../../ports/runner.ts'
import { assert } from '../../../protocol/fault.ts'
import type { Cid, JobId } from '../../../protocol/ids.ts'
import { keptPin } from '../../../runtime/blobs/blob-rights.ts'
import { type LocalResult, storeOutput } from '../../local-task.ts'

/** A picture's files in the store. */
export const PictureFiles = z.object({ png: ResultFile, exr: ResultFile })
export type PictureFiles = z.infer<typeof PictureFiles>

/** Takes the files of a task that made a picture (a PNG, and the extra `exr`) into the store, kept as long as the job. */
export async function keepPicture(
  blobs: BlobStore,
  { output, extras }: Pick<LocalResult, 'output' | 'extras'>,
  job: JobId,
): Promise<PictureFiles> {
  const { exr } = extras
  assert(exr !== undefined, 'a task that makes a picture has an extra output exr')
  return { png: await keep(blobs, output, job), exr: await keep(blobs, exr, job) }
}

async function keep(blobs: BlobStore, output: RunOutput, job: JobId): Promise<ResultFile> {
  const { cid, bytes } = await storeOutput(blobs, output, keptPin(job))
  return { cid, bytes, sha256: await sha256Of(blobs, cid) }
}

async function sha256Of(blobs: BlobStore, cid: Cid): Promise<string> {
  const layout = blobs.layout(cid)
  assert(layout !== undefined, 'a result that was just stored has a layout')
  const hash = createHash('sha256')
  const chunks = layout.kind === 'raw' ? 1 : layout.chunks.length
  for (let chunk = 0; chunk < chunks; chunk++) hash.update(await blobs.readChunk(cid, chunk))
  return hash.digest('hex')
}
