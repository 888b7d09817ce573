import { join } from 'node:path'
import { UploadId, type UploadState } from '#contract'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { createKnownUploads } from './known-uploads.ts'
import { createUploadTable, UPLOAD_PIN } from './upload-table.ts'
import { createUploadFolder, inTurn, openPhase, openPhaseOf, stateOf, write, type Upload } from './upload.ts'

/** Bytes of an upload's id: enough that it cannot be guessed. */
const ID_BYTES = 16

/** Files on their way into the blob store, in chunks. */
export interface Uploads {
  /**
   * Announces a file. One whose SHA-256 is that of content here is complete at once.
   * @throws FaultError `quota-exceeded`, `too-busy`
   */
  begin(bytes: number, sha256?: string): Promise<UploadState>
  /** Adds the next bytes. @throws FaultError `bad-input` */
  append(id: UploadId, offset: number, chunk: Uint8Array): Promise<UploadState>
  /** @throws FaultError `bad-input` for an upload that is not there */
  state(id: UploadId): UploadState
  /** Turns a complete file into a blob; a finished one answers the same again. @throws FaultError `bad-input` */
  finish(id: UploadId): Promise<{ cid: Cid; bytes: number }>
  abort(id: UploadId): Promise<void>
  /** Drops everything that is unfinished. */
  stop(): Promise<void>
}

/** The dependencies of uploads. */
export interface UploadParts {
  readonly blobs: Pick<BlobStore, 'adopt' | 'has' | 'info' | 'pin' | 'unpin' | 'usage'>
  readonly settings: Settings
  readonly clock: Clock
  readonly random: Random
  /** A folder of their own on the blob store's disk; emptied at the first upload of a run. */
  readonly folder: string
}

/** Creates the uploads of one run of a peer. */
export function createUploads({ blobs, settings, clock, random, folder }: UploadParts): Uploads {
  const files = createKnownUploads(blobs, settings)
  const create = createUploadFolder(folder)
  const table = createUploadTable({ blobs, clock })
  let stopped = false

  async function adopt(upload: Upload): Promise<{ cid: Cid; bytes: number }> {
    if (upload.phase.kind === 'finished') return { cid: upload.phase.cid, bytes: upload.bytes }
    const { file, digest } = openPhase(upload)
    if (upload.offset < upload.bytes) {
      refuse('bad-input', `only ${upload.offset} of ${upload.bytes} bytes are here`)
    }
    await file.close()
    upload.phase = { kind: 'broken' }
    const cid = await blobs.adopt(upload.path)
    blobs.pin(cid, UPLOAD_PIN)
    files.remember(digest.digest('hex'), cid)
    upload.phase = { kind: 'finished', cid }
    return { cid, bytes: upload.bytes }
  }

  return {
    async begin(bytes, sha256) {
      if (stopped) refuse('cancelled', 'the peer is stopping')
      table.makeRoom(bytes)
      const cid = sha256 === undefined ? undefined : files.find(sha256, bytes)
      const id = UploadId.parse(Buffer.from(random.bytes(ID_BYTES)).toString('base64url'))
      const path = join(folder, id)
      if (cid !== undefined) blobs.pin(cid, UPLOAD_PIN)
      const phase: Upload['phase'] =
        cid === undefined ? openPhaseOf(await create(path)) : { kind: 'finished', cid }
      const upload: Upload = {
        id,
        path,
        bytes,
        offset: cid === undefined ? 0 : bytes,
        touchedAtMs: clock.nowMs(),
        tail: Promise.resolve(),
        phase,
      }
      table.add(upload)
      return stateOf(upload)
    },
    append(id, offset, chunk) {
      const upload = table.find(id)
      return inTurn(upload, () => write(upload, offset, chunk))
    },
    state: (id) => stateOf(table.find(id)),
    finish(id) {
      const upload = table.find(id)
      return inTurn(upload, () => adopt(upload))
    },
    async abort(id) {
      await table.drop(table.find(id))
    },
    async stop() {
      stopped = true
      await table.stop()
    },
  }
}
