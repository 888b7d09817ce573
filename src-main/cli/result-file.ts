import { createHash } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { extname } from 'node:path'
import type { ResultFile, ResultFormat } from '#contract'
import type { ApiCalls } from '../api/client.ts'
import { blobChunks } from '../api/transfer.ts'
import { faultOf, refuse } from '../protocol/fault.ts'
import type { JobId } from '../protocol/ids.ts'

/** A file that becomes what its name says only when it is complete. */
export interface DraftFile {
  readonly handle: FileHandle
  /** Gives it its name. */
  keep(): Promise<void>
  /** Removes what was not kept. */
  discard(): Promise<void>
}

/** The format that a file's name asks for. @throws FaultError `bad-input` for any but .png and .exr */
export function resultFormat(path: string): ResultFormat {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return 'png'
  if (extension === '.exr') return 'exr'
  return refuse('bad-input', `${path} should end in .png or .exr`)
}

/**
 * Opens a draft beside the file, so that an unwritable place is known before any work is done.
 * @throws FaultError `bad-input`
 */
export async function openResultFile(path: string): Promise<DraftFile> {
  const draft = `${path}.part`
  let handle: FileHandle
  try {
    handle = await open(draft, 'w')
  } catch (error) {
    refuse('bad-input', `cannot write ${path}: ${faultOf(error, 'bad-input').message}`, error)
  }
  let kept = false
  return {
    handle,
    async keep() {
      await handle.close()
      await rename(draft, path)
      kept = true
    },
    async discard() {
      if (kept) return
      await handle.close()
      await rm(draft, { force: true })
    },
  }
}

/** Fetches a job's picture into a draft, checks it and keeps it. @throws FaultError `blob-corrupt` and the peer's */
export async function saveResult(
  calls: ApiCalls,
  job_id: JobId,
  format: ResultFormat,
  file: DraftFile,
): Promise<ResultFile> {
  return save(calls, await calls.jobs.result({ job_id, format }), file)
}

/** The same with the result of a module's job. */
export async function saveModuleResult(calls: ApiCalls, job_id: JobId, file: DraftFile): Promise<ResultFile> {
  return save(calls, await calls.jobs.moduleResult({ job_id }), file)
}

async function save(calls: ApiCalls, result: ResultFile, file: DraftFile): Promise<ResultFile> {
  const hash = createHash('sha256')
  for await (const bytes of blobChunks(calls, result.cid)) {
    hash.update(bytes)
    await file.handle.writeFile(bytes)
  }
  if (hash.digest('hex') !== result.sha256) refuse('blob-corrupt', `the result ${result.cid} arrived damaged`)
  await file.keep()
  return result
}
