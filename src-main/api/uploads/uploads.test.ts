import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UploadId } from '#contract'
import type { Clock } from '../../ports/clock.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import { machineRandom } from '../../runtime/machine.ts'
import { openStorage, type Storage } from '../../storage/storage.ts'
import { createUploads, type Uploads } from './uploads.ts'

/** A clock that moves when it is told to. */
function manualClock(): Clock & { advance(ms: number): void } {
  let nowMs = 1_800_000_000_000
  const timers = new Map<() => void, number>()
  return {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const timer = () => callback()
      timers.set(timer, nowMs + delayMs)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const endMs = nowMs + ms
      for (;;) {
        const due = [...timers].filter(([, at]) => at <= endMs).sort((a, b) => a[1] - b[1])[0]
        if (due === undefined) break
        timers.delete(due[0])
        nowMs = Math.max(nowMs, due[1])
        due[0]()
      }
      nowMs = endMs
    },
  }
}

const QUOTA_BYTES = 64 << 20
let folder: string
let storage: Storage
let clock: ReturnType<typeof manualClock>
let uploads: Uploads

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-uploads-'))
  clock = manualClock()
  storage = await openStorage({ folder, quotaBytes: QUOTA_BYTES, clock })
  uploads = createUploads({ ...parts(), folder: join(folder, 'uploads') })
})

function parts() {
  return { blobs: storage.blobs, settings: storage.settings, clock, random: machineRandom }
}

afterEach(async () => {
  await uploads.stop()
  await storage.close()
  await rm(folder, { recursive: true, force: true })
})

async function faultKind(promise: Promise<unknown>): Promise<Fault['kind'] | 'none'> {
  try {
    await promise
    return 'none'
  } catch (error) {
    if (error instanceof FaultError) return error.fault.kind
    throw error
  }
}

const bytesOf = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (i * 7) % 251)

describe('an upload', () => {
  it('becomes a blob of exactly its bytes, and stays in the store', async () => {
    const bytes = bytesOf(3_000_000)
    const { upload_id } = await uploads.begin(bytes.byteLength)
    await uploads.append(upload_id, 0, bytes.subarray(0, 1_000_000))
    const state = await uploads.append(upload_id, 1_000_000, bytes.subarray(1_000_000))
    expect(state).toEqual({ upload_id, offset: 3_000_000, bytes: 3_000_000 })
    const { cid } = await uploads.finish(upload_id)
    expect(Buffer.from(await storage.blobs.read(cid)).equals(bytes)).toBe(true)
    expect(storage.blobs.info(cid)?.pinned).toBe(true)
    expect(await uploads.finish(upload_id)).toEqual({ cid, bytes: 3_000_000 })
  })

  it('[G7] of what is here already is complete before anything is sent, after a restart too', async () => {
    for (const count of [1_000, 3_000_000]) {
      const bytes = bytesOf(count)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const first = await uploads.begin(count, sha256)
      expect(first.offset).toBe(0)
      await uploads.append(first.upload_id, 0, bytes)
      const { cid } = await uploads.finish(first.upload_id)
      await uploads.stop()
      uploads = createUploads({ ...parts(), folder: join(folder, `uploads-${count}`) })
      const again = await uploads.begin(count, sha256)
      expect(again.offset).toBe(count)
      expect(await uploads.finish(again.upload_id)).toEqual({ cid, bytes: count })
      expect(storage.blobs.info(cid)?.pinned).toBe(true)
      expect((await uploads.begin(count + 1, sha256)).offset).toBe(0)
    }
  })

  it('of an empty file is a blob too', async () => {
    const { upload_id } = await uploads.begin(0)
    const { cid, bytes } = await uploads.finish(upload_id)
    expect(bytes).toBe(0)
    expect((await storage.blobs.read(cid)).byteLength).toBe(0)
  })

  it('goes on where it broke off', async () => {
    const { upload_id } = await uploads.begin(10)
    await uploads.append(upload_id, 0, bytesOf(4))
    expect(await faultKind(uploads.append(upload_id, 0, bytesOf(4)))).toBe('bad-input')
    expect(uploads.state(upload_id).offset).toBe(4)
    await uploads.append(upload_id, 4, bytesOf(10).subarray(4))
    const { cid } = await uploads.finish(upload_id)
    expect(Buffer.from(await storage.blobs.read(cid)).equals(bytesOf(10))).toBe(true)
  })

  it('takes no more bytes than were announced, and no fewer', async () => {
    const { upload_id } = await uploads.begin(5)
    expect(await faultKind(uploads.append(upload_id, 0, bytesOf(6)))).toBe('bad-input')
    await uploads.append(upload_id, 0, bytesOf(4))
    expect(await faultKind(uploads.finish(upload_id))).toBe('bad-input')
  })

  it('keeps its chunks in order when they are sent at once', async () => {
    const bytes = bytesOf(500)
    const { upload_id } = await uploads.begin(500)
    const offsets = Array.from({ length: 50 }, (_, i) => i * 10)
    await Promise.all(offsets.map((at) => uploads.append(upload_id, at, bytes.subarray(at, at + 10))))
    const { cid } = await uploads.finish(upload_id)
    expect(Buffer.from(await storage.blobs.read(cid)).equals(bytes)).toBe(true)
  })

  it('that does not fit is refused when it is announced', async () => {
    expect(await faultKind(uploads.begin(QUOTA_BYTES + 1))).toBe('quota-exceeded')
    await uploads.begin(QUOTA_BYTES - 10)
    expect(await faultKind(uploads.begin(11))).toBe('quota-exceeded')
  })

  it('is one of a bounded number', async () => {
    const begun = await Promise.all(Array.from({ length: 64 }, () => uploads.begin(1)))
    expect(await faultKind(uploads.begin(1))).toBe('too-busy')
    await uploads.abort(begun[0]!.upload_id)
    expect(await faultKind(uploads.begin(1))).toBe('none')
  })

  it('that is unused for an hour is forgotten with its bytes', async () => {
    const idle = await uploads.begin(10)
    const finished = await uploads.begin(2)
    await uploads.append(finished.upload_id, 0, bytesOf(2))
    const { cid } = await uploads.finish(finished.upload_id)
    clock.advance(40 * 60_000)
    const busy = await uploads.begin(10)
    clock.advance(30 * 60_000)
    expect(() => uploads.state(idle.upload_id)).toThrow(FaultError)
    expect(uploads.state(busy.upload_id).offset).toBe(0)
    expect(storage.blobs.info(cid)?.pinned).toBe(false)
    await uploads.abort(busy.upload_id)
    expect(await readdir(join(folder, 'uploads'))).toEqual([])
  })

  it('that is not known is a fault', async () => {
    const unknown = 'A'.repeat(22) as UploadId
    expect(await faultKind(Promise.resolve().then(() => uploads.finish(unknown)))).toBe('bad-input')
  })
})
