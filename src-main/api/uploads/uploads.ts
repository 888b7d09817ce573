import { createHash, type Hash } from 'node:crypto'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { UploadId, type UploadState } from '#contract'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import { FaultError, faultOf, onlyFault, refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { createKnownUploads } from './known-uploads.ts'

/** Uploads that are remembered at once, finished ones included: the files of a scene or two with all textures. */
const UPLOADS_MAX = 2_048
/** Uploads that are open at once: each holds a file open, of which a process may have about a thousand. */
const UPLOADS_OPEN_MAX = 64
/** An upload that nobody has touched for so long is forgotten. */
const IDLE_MS_MAX = 60 * 60_000
/** How often forgotten uploads are looked for. */
const SWEEP_EVERY_MS = 5 * 60_000
/** Bytes of an upload's id: enough that it cannot be guessed. */
const ID_BYTES = 16
/** Finished uploads stay in the store under this pin, until they are swept or a job has its own pin on them. */
const UPLOAD_PIN = 'api:uploads'

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

/** What uploads are made of. */
export interface UploadParts {
  readonly blobs: Pick<BlobStore, 'adopt' | 'has' | 'info' | 'pin' | 'unpin' | 'usage'>
  readonly settings: Settings
  readonly clock: Clock
  readonly random: Random
  /** A folder of their own on the blob store's disk; emptied at the first upload of a run. */
  readonly folder: string
}

interface Upload {
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

/** Creates the uploads of one run of a peer. */
export function createUploads({ blobs, settings, clock, random, folder }: UploadParts): Uploads {
  const files = createKnownUploads(blobs, settings)
  const known = new Map<UploadId, Upload>()
  let prepared: Promise<void> | undefined
  let stopped = false
  // Pins survive a restart, uploads do not.
  blobs.unpin(UPLOAD_PIN)
  let cancelSweep = clock.after(SWEEP_EVERY_MS, sweep)

  function sweep(): void {
    const oldestMs = clock.nowMs() - IDLE_MS_MAX
    const idle = [...known.values()].filter((upload) => upload.touchedAtMs < oldestMs)
    for (const upload of idle) void drop(upload)
    if (idle.some(({ phase }) => phase.kind === 'finished')) repin()
    cancelSweep = clock.after(SWEEP_EVERY_MS, sweep)
  }

  /** The pin of the uploads that are left; one owner for all, so that a restart knows what to let go of. */
  function repin(): void {
    blobs.unpin(UPLOAD_PIN)
    const phases = [...known.values()].map(({ phase }) => phase)
    blobs.pin(
      phases.flatMap((phase) => (phase.kind === 'finished' ? [phase.cid] : [])),
      UPLOAD_PIN,
    )
  }

  async function drop(upload: Upload): Promise<void> {
    known.delete(upload.id)
    await upload.tail.catch(onlyFault)
    await discard(upload)
  }

  async function prepare(): Promise<void> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
  }

  async function create(path: string): Promise<FileHandle> {
    try {
      prepared ??= prepare().catch((error: unknown) => {
        prepared = undefined
        throw error
      })
      await prepared
      return await open(path, 'wx', 0o600)
    } catch (error) {
      return refuse(
        'storage-failed',
        `no upload can begin: ${faultOf(error, 'storage-failed').message}`,
        error,
      )
    }
  }

  function find(id: UploadId): Upload {
    const upload = known.get(id)
    if (upload === undefined) refuse('bad-input', 'this upload is not known (any more); begin it again')
    upload.touchedAtMs = clock.nowMs()
    return upload
  }

  /** Runs one operation after the upload's earlier ones. */
  function inTurn<T>(upload: Upload, operation: () => Promise<T>): Promise<T> {
    const turn = upload.tail.then(operation, operation)
    upload.tail = turn
    return turn
  }

  function checkRoom(bytes: number): void {
    if (stopped) refuse('cancelled', 'the peer is stopping')
    const open = [...known.values()].filter(({ phase }) => phase.kind === 'open')
    if (open.length >= UPLOADS_OPEN_MAX) refuse('too-busy', `${UPLOADS_OPEN_MAX} uploads are open already`)
    const oldest = known.size >= UPLOADS_MAX ? [...known.values()].find((u) => !open.includes(u)) : undefined
    if (oldest !== undefined) {
      known.delete(oldest.id)
      repin()
    }
    const { quotaBytes } = blobs.usage()
    const announced = open.reduce((sum, upload) => sum + upload.bytes, 0)
    if (announced + bytes > quotaBytes) {
      refuse('quota-exceeded', `${bytes} bytes more than fit into the ${quotaBytes} bytes for blobs`)
    }
  }

  async function write(upload: Upload, offset: number, chunk: Uint8Array): Promise<UploadState> {
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
      checkRoom(bytes)
      const cid = sha256 === undefined ? undefined : files.find(sha256, bytes)
      const id = UploadId.parse(Buffer.from(random.bytes(ID_BYTES)).toString('base64url'))
      const path = join(folder, id)
      if (cid !== undefined) blobs.pin(cid, UPLOAD_PIN)
      const phase: Upload['phase'] =
        cid === undefined
          ? { kind: 'open', file: await create(path), digest: createHash('sha256') }
          : { kind: 'finished', cid }
      const upload: Upload = {
        id,
        path,
        bytes,
        offset: cid === undefined ? 0 : bytes,
        touchedAtMs: clock.nowMs(),
        tail: Promise.resolve(),
        phase,
      }
      known.set(id, upload)
      return stateOf(upload)
    },
    append(id, offset, chunk) {
      const upload = find(id)
      return inTurn(upload, () => write(upload, offset, chunk))
    },
    state: (id) => stateOf(find(id)),
    finish(id) {
      const upload = find(id)
      return inTurn(upload, () => adopt(upload))
    },
    async abort(id) {
      const upload = find(id)
      await drop(upload)
      if (upload.phase.kind === 'finished') repin()
    },
    async stop() {
      stopped = true
      cancelSweep()
      await Promise.all([...known.values()].map(drop))
    },
  }
}

function openPhase({ phase }: Upload): { file: FileHandle; digest: Hash } {
  if (phase.kind === 'open') return phase
  return refuse('bad-input', phase.kind === 'finished' ? 'this upload is finished' : 'this upload broke off')
}

function stateOf({ id, offset, bytes }: Upload): UploadState {
  return { upload_id: id, offset, bytes }
}

async function discard(upload: Upload): Promise<void> {
  if (upload.phase.kind === 'open') await upload.phase.file.close()
  if (upload.phase.kind !== 'finished') await rm(upload.path, { force: true })
}
