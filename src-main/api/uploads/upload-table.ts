import type { UploadId } from '#contract'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import { onlyFault, refuse } from '../../protocol/fault.ts'
import { discard, type Upload } from './upload.ts'

/** Uploads that are remembered at once, finished ones included: the files of a scene or two with all textures. */
const UPLOADS_MAX = 2_048
/** Uploads that are open at once: each holds a file open, of which a process may have about a thousand. */
const UPLOADS_OPEN_MAX = 64
/** An upload unused for this long is forgotten. */
const IDLE_MS_MAX = 60 * 60_000
/** How often forgotten uploads are looked for. */
const SWEEP_EVERY_MS = 5 * 60_000
/** Finished uploads stay in the store under this pin, until they are swept or a job has its own pin on them. */
export const UPLOAD_PIN = 'api:uploads'

/** The uploads that are remembered, within bounds. */
export interface UploadTable {
  add(upload: Upload): void
  /** @throws FaultError `bad-input` for an upload that is not there */
  find(id: UploadId): Upload
  /** Makes sure that one more upload fits. @throws FaultError `too-busy`, `quota-exceeded` */
  makeRoom(bytes: number): void
  /** Forgets an upload after its last operation, and deletes what is unfinished. */
  drop(upload: Upload): Promise<void>
  /** Drops everything. */
  stop(): Promise<void>
}

/** Creates an empty table. Pins of an earlier run are let go, since uploads do not survive a restart. */
export function createUploadTable({
  blobs,
  clock,
}: {
  readonly blobs: Pick<BlobStore, 'pin' | 'unpin' | 'usage'>
  readonly clock: Clock
}): UploadTable {
  const known = new Map<UploadId, Upload>()
  blobs.unpin(UPLOAD_PIN)
  let cancelSweep = clock.after(SWEEP_EVERY_MS, sweep)

  function sweep(): void {
    const oldestMs = clock.nowMs() - IDLE_MS_MAX
    const idle = [...known.values()].filter((upload) => upload.touchedAtMs < oldestMs)
    for (const upload of idle) void forget(upload)
    if (idle.some(({ phase }) => phase.kind === 'finished')) repin()
    cancelSweep = clock.after(SWEEP_EVERY_MS, sweep)
  }

  /** Renews the pin for the uploads that are left. One owner for all, so that a restart lets go of them. */
  function repin(): void {
    blobs.unpin(UPLOAD_PIN)
    const phases = [...known.values()].map(({ phase }) => phase)
    blobs.pin(
      phases.flatMap((phase) => (phase.kind === 'finished' ? [phase.cid] : [])),
      UPLOAD_PIN,
    )
  }

  async function forget(upload: Upload): Promise<void> {
    known.delete(upload.id)
    await upload.tail.catch(onlyFault)
    await discard(upload)
  }

  return {
    add: (upload) => void known.set(upload.id, upload),
    find(id) {
      const upload = known.get(id)
      if (upload === undefined) refuse('bad-input', 'this upload is not known (any more); begin it again')
      upload.touchedAtMs = clock.nowMs()
      return upload
    },
    makeRoom(bytes) {
      const open = [...known.values()].filter(({ phase }) => phase.kind === 'open')
      if (open.length >= UPLOADS_OPEN_MAX) refuse('too-busy', `${UPLOADS_OPEN_MAX} uploads are open already`)
      const oldest =
        known.size >= UPLOADS_MAX ? [...known.values()].find((u) => !open.includes(u)) : undefined
      if (oldest !== undefined) {
        known.delete(oldest.id)
        repin()
      }
      const { quotaBytes } = blobs.usage()
      const announced = open.reduce((sum, upload) => sum + upload.bytes, 0)
      if (announced + bytes > quotaBytes) {
        refuse('quota-exceeded', `${bytes} bytes more than fit into the ${quotaBytes} bytes for blobs`)
      }
    },
    async drop(upload) {
      await forget(upload)
      if (upload.phase.kind === 'finished') repin()
    },
    async stop() {
      cancelSweep()
      await Promise.all([...known.values()].map(forget))
    },
  }
}
