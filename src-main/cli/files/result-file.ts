import { createHash } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import type { ResultFile, ResultFormat } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import { blobChunks } from '../../api/transport/transfer.ts'
import { onlyFault, refuse } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import { isSystemError, systemWords } from '../../protocol/system-error.ts'

/** A file that becomes what its name says only when it is complete. */
export interface DraftFile {
  /** Appends bytes. @throws FaultError `storage-failed` or `disk-full`, naming the file */
  write(bytes: Uint8Array): Promise<void>
  /** Gives it its name. @throws as `write` */
  keep(): Promise<void>
  /** Removes what was not kept. */
  discard(): Promise<void>
}

/**
 * Looks whether a result could be written to a place, without leaving anything there.
 * @throws FaultError `bad-input`
 */
export async function checkResultPlace(path: string): Promise<void> {
  await (await openResultFile(path)).discard()
}

/**
 * Opens a draft beside the file, so that an unwritable place is known before any work is done. A device is written to as it
 * is: nothing may take its place.
 * @throws FaultError `bad-input`
 */
export async function openResultFile(path: string): Promise<DraftFile> {
  const found = await stat(path).catch(() => undefined)
  if (path === '') refuse('bad-input', 'cannot write a file without a name')
  if (found?.isDirectory() === true || path.endsWith(sep)) {
    refuse('bad-input', `cannot write ${path}: it is a folder; --out names a file`)
  }
  if (found !== undefined && !found.isFile() && !found.isCharacterDevice()) {
    refuse('bad-input', `cannot write ${path}: it is neither a file nor a device`)
  }
  const draft = found?.isCharacterDevice() === true ? path : `${path}.${process.pid}.part`
  const handle = await open(draft, 'w').catch((error: unknown) =>
    refuse(
      'bad-input',
      `cannot write ${path}: ${isMissing(error) ? 'its folder does not exist' : systemWords(error)}`,
      error,
    ),
  )
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await handle.close()
  }
  return {
    write: (bytes) => handle.writeFile(bytes).catch((error: unknown) => refuseToWrite(path, error)),
    async keep() {
      try {
        await handle.datasync().catch(ignoreUnsyncable)
        await close()
        if (draft !== path) await rename(draft, path)
      } catch (error) {
        refuseToWrite(path, error)
      }
    },
    async discard() {
      await close()
      if (draft !== path) await rm(draft, { force: true })
    },
  }
}

function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT'
}

/** Devices and pipes keep nothing that could be flushed. */
function ignoreUnsyncable(error: unknown): void {
  if (!isSystemError(error) || !['EINVAL', 'ENOTSUP', 'EROFS'].includes(error.code)) throw error
}

function refuseToWrite(path: string, error: unknown): never {
  const isFull = isSystemError(error) && ['ENOSPC', 'EDQUOT'].includes(error.code)
  refuse(isFull ? 'disk-full' : 'storage-failed', `cannot write ${path}: ${systemWords(error)}`, error)
}

/**
 * Fetches a job's result into a draft, checks it and keeps it.
 * @param format for kinds that have several
 * @throws FaultError `blob-corrupt` and the peer's
 */
export async function saveResult(
  calls: ApiCalls,
  job_id: JobId,
  format: ResultFormat | undefined,
  file: DraftFile,
): Promise<ResultFile> {
  const result = await calls.jobs.result({ job_id, ...(format === undefined ? {} : { format }) })
  const hash = createHash('sha256')
  for await (const bytes of blobChunks(calls, result.cid)) {
    hash.update(bytes)
    await keptAt(job_id, file.write(bytes))
  }
  if (hash.digest('hex') !== result.sha256) refuse('blob-corrupt', `the result ${result.cid} arrived damaged`)
  await keptAt(job_id, file.keep())
  return result
}

/** Tells, with the fault of a file that could not be written, how to get the result, which is not lost. */
async function keptAt(job_id: JobId, writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (error) {
    const { kind, message } = onlyFault(error)
    refuse(
      kind,
      `${message}. The job is done and keeps its result: meshctl job-result ${job_id} --out FILE`,
      error,
    )
  }
}
