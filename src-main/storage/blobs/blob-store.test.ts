import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noise } from '../../ports/blob-place.fixture.ts'
import { blobStoreContract } from '../../ports/blob-store.contract.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import type { Cid } from '../../protocol/ids.ts'
import { openBlobStore } from './blob-store.ts'
import { openDatabase, type PeerDatabase } from '../database/database.ts'
import { createGroupCommit } from '../database/group-commit.ts'

/** A store on disk, and the database it keeps its index in. */
interface Opened {
  database: PeerDatabase
  blobs: BlobStore
  repairs: readonly unknown[]
}

async function openAt(folder: string, quotaBytes: number, nowMs = () => Date.now()): Promise<Opened> {
  const database = openDatabase(folder)
  const { blobs, repairs } = await openBlobStore({
    commits: createGroupCommit(database),
    database,
    folder: join(folder, 'blobs'),
    quotaBytes,
    nowMs,
  })
  const close = async () => {
    await blobs.close()
    database.close()
  }
  return { database, blobs: { ...blobs, close }, repairs }
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'meshwork-blobs-'))
}

function flipByte(path: string, offset: number): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, offset)
  byte[0]! ^= 1
  writeSync(file, byte, 0, 1, offset)
  closeSync(file)
}

blobStoreContract('disk', () => {
  const folder = temporaryFolder()
  let opened: Opened | undefined
  let written = 0
  let nowMs = 1_700_000_000_000
  return {
    async open(quotaBytes) {
      opened = await openAt(folder, quotaBytes, () => nowMs)
      return opened.blobs
    },
    damage(cid, offset) {
      const { database, blobs } = opened!
      const row = database
        .prepare<[Cid], { blob: number; content: Buffer }>(
          'SELECT blob, content FROM blob_content JOIN blob ON blob.id = blob WHERE cid = ?',
        )
        .get(cid)
      if (!row) {
        flipByte(blobs.path(cid)!, offset)
        return
      }
      row.content[offset]! ^= 1
      database.prepare('UPDATE blob_content SET content = ? WHERE blob = ?').run(row.content, row.blob)
    },
    passTime: (ms) => void (nowMs += ms),
    holds: (bytes) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .some((path) => statSync(path).isFile() && readFileSync(path).includes(Buffer.from(bytes))),
    writeFile(bytes) {
      const path = join(folder, `output-${written++}`)
      writeFileSync(path, bytes)
      return path
    },
    dispose: () => rmSync(folder, { recursive: true }),
  }
})

describe('the blob store on disk', () => {
  let folder: string
  let opened: Opened
  beforeEach(async () => {
    folder = temporaryFolder()
    opened = await openAt(folder, 64 << 20)
  })
  afterEach(async () => {
    await opened.blobs.close()
    rmSync(folder, { recursive: true })
  })
  const reopen = async (between: () => void) => {
    await opened.blobs.close()
    between()
    opened = await openAt(folder, 64 << 20)
  }
  const filesIn = (...path: string[]) =>
    readdirSync(join(folder, 'blobs', ...path), { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, 'blobs', ...path, name)).isFile())
      .sort()

  test('what a crash left half done is swept at the next start', async () => {
    const cid = await opened.blobs.put(noise(200_000, 1))
    const path = opened.blobs.path(cid)!
    await reopen(() => {
      writeFileSync(join(folder, 'blobs', 'tmp', 'half'), 'a write that did not end')
      writeFileSync(`${path}x`, 'a blob whose transaction was lost')
    })
    expect(filesIn()).toEqual([path.slice(join(folder, 'blobs').length + 1)])
    expect(opened.repairs).toEqual([])
    expect((await opened.blobs.read(cid)).byteLength).toBe(200_000)
  })

  test('a blob whose file is gone is forgotten and reported; its pin stays', async () => {
    const cid = await opened.blobs.put(noise(200_000, 1))
    opened.blobs.pin(cid, 'job')
    const path = opened.blobs.path(cid)!
    await reopen(() => rmSync(path))
    expect(opened.repairs).toEqual([{ kind: 'blob-lost', cid }])
    expect([opened.blobs.has(cid), opened.blobs.usage().bytes]).toEqual([false, 0])
    await opened.blobs.put(noise(200_000, 1))
    expect(opened.blobs.info(cid)?.pinned).toBe(true)
  })

  test('a file that is cut short or vanishes while running is noticed', async () => {
    const [short, gone] = [
      await opened.blobs.put(noise(200_000, 1)),
      await opened.blobs.put(noise(200_000, 2)),
    ]
    writeFileSync(opened.blobs.path(short)!, 'short')
    rmSync(opened.blobs.path(gone)!)
    await expect(opened.blobs.read(short)).rejects.toMatchObject({ fault: { kind: 'blob-corrupt' } })
    await expect(opened.blobs.read(gone)).rejects.toMatchObject({ fault: { kind: 'blob-missing' } })
    expect([opened.blobs.has(short), opened.blobs.has(gone), opened.blobs.usage().bytes]).toEqual([
      false,
      false,
      0,
    ])
  })

  test('a link is not adopted: it could lead to any file of its owner', async () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'a file outside the staging folder')
    symlinkSync(secret, join(folder, 'output'))
    await expect(opened.blobs.adopt(join(folder, 'output'))).rejects.toMatchObject({
      fault: { kind: 'storage-failed' },
    })
    await expect(opened.blobs.adopt(folder)).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
    expect(opened.blobs.usage().bytes).toBe(0)
  })

  test('[A16] a smaller quota counts at once: unpinned blobs go, and nothing new comes in above it', async () => {
    const cids: Cid[] = []
    for (let i = 0; i < 5; i++) cids.push(await opened.blobs.put(noise(10_000_000, i)))
    opened.blobs.pin(cids[0]!, 'job')
    opened.blobs.setQuota(25_000_000)
    expect(opened.blobs.usage()).toMatchObject({ bytes: 20_000_000, quotaBytes: 25_000_000 })
    expect(cids.map((cid) => opened.blobs.has(cid))).toEqual([true, false, false, false, true])
    opened.blobs.setQuota(5_000_000)
    expect(opened.blobs.usage().bytes).toBe(10_000_000)
    await expect(opened.blobs.put(noise(1_000_000, 9))).rejects.toMatchObject({
      fault: { kind: 'quota-exceeded' },
    })
    opened.blobs.setQuota(25_000_000)
    await opened.blobs.put(noise(1_000_000, 9))
  })

  test('dropped blobs leave no file behind', async () => {
    const quotaBytes = 6_400_000
    opened.blobs.setQuota(quotaBytes)
    for (let i = 0; i < 10; i++) await opened.blobs.put(noise(1_000_000, i))
    await opened.blobs.close()
    opened = await openAt(folder, quotaBytes)
    const onDisk = filesIn().length
    expect(onDisk).toBeGreaterThan(0)
    expect(onDisk * 1_000_000).toBe(opened.blobs.usage().bytes)
    expect(opened.blobs.usage().bytes).toBeLessThanOrEqual(quotaBytes)
  })

  test('a put that failed leaves no file behind', async () => {
    opened.database.exec(
      "CREATE TRIGGER disk_full BEFORE INSERT ON blob BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    await expect(opened.blobs.put(noise(100, 1))).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
    await expect(opened.blobs.put(noise(100_000, 1))).rejects.toMatchObject({
      fault: { kind: 'storage-failed' },
    })
    expect(opened.blobs.usage().bytes).toBe(0)
    await reopen(() => undefined)
    expect(filesIn()).toEqual([])
  })

  test('a transfer whose end failed is still there for another attempt', async () => {
    const senderFolder = temporaryFolder()
    const { blobs: sender } = await openAt(senderFolder, 64 << 20)
    const cid = await sender.put(noise(5_000_000, 1))
    const receiver = opened.blobs.receive(cid)
    await receiver.accept(sender.layout(cid)!)
    for (const i of receiver.missing()) await receiver.chunk(i, await sender.readChunk(cid, i))
    opened.database.exec(
      "CREATE TRIGGER disk_full BEFORE INSERT ON blob BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    await expect(receiver.finish()).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
    expect(opened.blobs.usage().bytes).toBe(5_000_000)
    opened.database.exec('DROP TRIGGER disk_full')
    const again = opened.blobs.receive(cid)
    await again.accept(sender.layout(cid)!)
    expect(again.missing()).toEqual([])
    await again.finish()
    expect((await opened.blobs.read(cid)).byteLength).toBe(5_000_000)
    await sender.close()
    rmSync(senderFolder, { recursive: true })
  })

  /** Bytes that some work adds to the write-ahead log: every page that a transaction changed is written there once. */
  async function loggedBytes(work: () => Promise<unknown>): Promise<number> {
    const log = join(folder, 'meshwork.sqlite-wal')
    opened.database.pragma('wal_checkpoint(TRUNCATE)')
    await work()
    return statSync(log).size
  }

  test('[W35] small outputs that are stored in one turn change the pages of the index once, not once each', async () => {
    const outputs = Array.from({ length: 64 }, (_, i) => noise(2_048, i))
    const bytes = await loggedBytes(() => Promise.all(outputs.map((o) => opened.blobs.putUnflushed(o))))
    expect(bytes).toBeLessThan(3 * 64 * 2_048)
    expect(opened.blobs.usage().bytes).toBe(64 * 2_048)
  })

  test('[W35] so do small blobs that arrive in one answer, up to the largest that lie in the database', async () => {
    const contents = Array.from({ length: 32 }, (_, i) => noise(64 << 10, i))
    const receive = async (content: Uint8Array): Promise<void> => {
      const digest = createHash('sha256').update(content).digest()
      const receiver = opened.blobs.receive(cidOfDigest(RAW, digest))
      await receiver.accept({ kind: 'raw', bytes: content.byteLength })
      await receiver.chunk(0, content)
      await receiver.finish()
    }
    const bytes = await loggedBytes(() => Promise.all(contents.map(receive)))
    expect(bytes).toBeLessThan(1.15 * 32 * (64 << 10))
  })

  test('one that fails among many stored together fails alone', async () => {
    opened.database.exec(
      "CREATE TRIGGER one_full BEFORE INSERT ON blob WHEN NEW.bytes = 55 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    const stored = await Promise.allSettled(
      [50, 55, 60].map((length) => opened.blobs.put(noise(length, length))),
    )
    expect(stored.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(opened.blobs.usage().bytes).toBe(110)
  })
})

describe('a killed process', () => {
  test('[W35] SIGKILL in the middle of puts loses no blob that was acknowledged, and leaves no stray file', async () => {
    const folder = temporaryFolder()
    const acknowledged: Cid[] = []
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'blob-writer.fixture.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let heard = 0
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(line as Cid)
        if (++heard === 5 + round * 4) child.kill('SIGKILL')
      }
      const { blobs, repairs } = await openAt(folder, 1 << 30)
      expect(repairs).toEqual([])
      for (const cid of acknowledged) expect((await blobs.read(cid)).byteLength).toBeGreaterThan(0)
      expect(readdirSync(join(folder, 'blobs', 'tmp'))).toEqual([])
      await blobs.close()
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(65)
    rmSync(folder, { recursive: true })
  })
})
