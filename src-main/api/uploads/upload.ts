import { createHash, type Hash } from 'node:crypto'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import type { UploadId, UploadState } from '#contract'
import { FaultError, faultOf, refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'

/** One file on its way into the blob store. */
export interface Upload {
  readonly id: UploadId
  readonly path: string
  readonly bytes: number
  offset: number
  touchedAtMs: number
  /** The last operation on this upload; the next one waits for it, so that chunks never mix. */
  tail: Promise<unknown>
  phase:
    | { readonly kind: 'open'; readonly file: FileHandle; readonly digest: Hash }
    | { readonly kind: 'finished'; readonly cid: Cid }
    | { readonly kind: 'broken' }
}

/** Creates files in a folder of the uploads' own, which is emptied before the first one. */
export function createUploadFolder(folder: string): (path: string) => Promise<FileHandle> {
  let prepared: Promise<void> | undefined

  async function prepare(): Promise<void> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
  }

  return async (path) => {
    try {
      prepared ??= prepare().catch((error: unknown) => {
        prepared = undefined
        throw error
      })
      await prepared
      return await open(path, 'wx', 0o600)
    } catch (error) {
      const { message } = faultOf(error, 'storage-failed')
      return refuse('storage-failed', `no upload can begin: ${message}`, error)
    }
  }
}

/** An upload of a file that was just created. */
export function openPhaseOf(file: FileHandle): Upload['phase'] {
  return { kind: 'open', file, digest: createHash('sha256') }
}

/** Runs one operation after the upload's earlier ones. */
export function inTurn<T>(upload: Upload, operation: () => Promise<T>): Promise<T> {
  const turn = upload.tail.then(operation, operation)
  upload.tail = turn
  return turn
}

/** Adds the next bytes of an open upload. @throws FaultError `bad-input`, `storage-failed` */
export async function write(upload: Upload, offset: number, chunk: Uint8Array): Promise<UploadState> {
  const { file, digest } = openPhase(upload)
  if (offset !== upload.offset)
    refuse('bad-input', `the next chunk begins at ${upload.offset}, not ${offset}`)
  if (offset + chunk.byteLength > upload.bytes)
    refuse('bad-input', `more than the ${upload.bytes} bytes announced`)
  try {
    await file.writeFile(chunk)
    digest.update(chunk)
  } catch (error) {
    upload.phase = { kind: 'broken' }
    await file.close()
    throw new FaultError(faultOf(error, 'storage-failed'), error)
  }
  upload.offset += chunk.byteLength
  return stateOf(upload)
}

/** The open file of an upload. @throws FaultError `bad-input` for one that is finished or broken */
export function openPhase({ phase }: Upload): { file: FileHandle; digest: Hash } {
  if (phase.kind === 'open') return phase
  return refuse('bad-input', phase.kind === 'finished' ? 'this upload is finished' : 'this upload broke off')
}

/** How far an upload has come. */
export function stateOf({ id, offset, bytes }: Upload): UploadState {
  return { upload_id: id, offset, bytes }
}

/** Drops the file of an upload that is not finished. */
export async function discard(upload: Upload): Promise<void> {
  if (upload.phase.kind === 'open') await upload.phase.file.close()
  if (upload.phase.kind !== 'finished') await rm(upload.path, { force: true })
}
