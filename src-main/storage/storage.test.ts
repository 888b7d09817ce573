import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DATABASE_FILE } from './database/database.ts'
import { openStorage, type Storage } from './storage.ts'

describe('a peer’s storage', () => {
  let folder: string
  let storage: Storage
  const open = () => openStorage({ folder, quotaBytes: 1 << 30, clock: { nowMs: () => 1_000 } })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-storage-'))
    storage = await open()
  })
  afterEach(async () => {
    await storage.close()
    rmSync(folder, { recursive: true })
  })

  test('journal, blobs and settings come back together', async () => {
    storage.journal.append([{ bytes: Buffer.from('an event') }])
    const small = await storage.blobs.put(Buffer.from('a small blob'))
    const large = await storage.blobs.put(Buffer.alloc(2_000_000, 7))
    storage.settings.write('name', 'Ada')
    await storage.close()
    await storage.close()
    storage = await open()
    expect([...storage.journal.readAfter(0)].map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      'an event',
    ])
    expect(Buffer.from(await storage.blobs.read(small)).toString()).toBe('a small blob')
    expect((await storage.blobs.read(large)).byteLength).toBe(2_000_000)
    expect(storage.settings.read('name', z.string())).toBe('Ada')
    expect(storage.repairs).toEqual([])
  })

  test('a folder is open once', async () => {
    await expect(open()).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
  })

  test('a setting is replaced, removed, and absent when it is not what is asked for', async () => {
    const { settings } = storage
    expect(settings.read('port', z.int())).toBeUndefined()
    settings.write('port', 4001)
    settings.write('port', 4002)
    expect(settings.read('port', z.int())).toBe(4002)
    expect(settings.read('port', z.string())).toBeUndefined()
    settings.write('port', undefined)
    expect(settings.read('port', z.int())).toBeUndefined()
    settings.write('scores', { render: 0.5 })
    await storage.close()
    const file = new Database(join(folder, DATABASE_FILE))
    file.exec("UPDATE setting SET value = '{ half'")
    file.close()
    storage = await open()
    expect(storage.settings.read('scores', z.record(z.string(), z.number()))).toBeUndefined()
  })

  test('what opening repaired is told', async () => {
    storage.journal.append([{ bytes: Buffer.from('a') }, { bytes: Buffer.from('b') }])
    const cid = await storage.blobs.put(Buffer.alloc(100_000, 1))
    const path = storage.blobs.path(cid)!
    await storage.close()
    rmSync(path)
    const file = new Database(join(folder, DATABASE_FILE))
    file.exec("UPDATE journal SET bytes = x'00' WHERE sequence = 2")
    file.close()
    storage = await open()
    expect(storage.repairs).toEqual([
      { kind: 'tail-cut', afterSequence: 1, records: 1 },
      { kind: 'blob-lost', cid },
    ])
  })

  describe.skipIf(process.platform === 'win32')('[Y7] is closed to other users of the machine', () => {
    /** Everything in the folder, itself included, that group or others may do anything with. */
    const openToOthers = () =>
      ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].filter(
        (name) => (statSync(join(folder, name)).mode & 0o077) !== 0,
      )
    let umask = 0o022
    beforeEach(() => (umask = process.umask(0)))
    afterEach(() => void process.umask(umask))

    test('whatever the process’s umask is', async () => {
      await storage.close()
      rmSync(folder, { recursive: true })
      storage = await open()
      storage.journal.append([{ bytes: Buffer.from('an event') }])
      await storage.blobs.put(Buffer.alloc(2_000_000, 7))
      const small = await storage.blobs.put(Buffer.from('a small blob'))
      expect(storage.blobs.path(small)).toBeDefined()
      const given = join(folder, 'given')
      writeFileSync(given, Buffer.alloc(100_000, 8))
      await storage.blobs.adopt(given)
      expect(openToOthers()).toEqual([])
    })

    test('also what an older release left open', async () => {
      await storage.blobs.put(Buffer.alloc(2_000_000, 7))
      await storage.close()
      for (const name of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
        const path = join(folder, name)
        chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644)
      }
      storage = await open()
      expect(openToOthers()).toEqual([])
    })
  })
})
