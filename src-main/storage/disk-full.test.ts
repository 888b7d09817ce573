import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cidOfDigest, RAW } from '../protocol/cid.ts'
import { openBlobStore } from './blobs/blob-store.ts'
import { openDatabase, type PeerDatabase } from './database/database.ts'
import { createGroupCommit, type GroupCommit } from './database/group-commit.ts'
import { openJournal } from './journal/journal.ts'
import { openSettings } from './database/settings.ts'

const LARGE = Buffer.alloc(200_000, 7)
const diskFull = { fault: expect.objectContaining({ kind: 'disk-full' }) as unknown }

describe('[Y11] a disk without room', () => {
  let folder: string
  let database: PeerDatabase
  let commits: GroupCommit
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-full-'))
    database = openDatabase(folder)
    commits = createGroupCommit(database)
    database.exec('CREATE TABLE other (bytes BLOB)')
  })
  afterEach(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  const fill = () =>
    database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`)
  const makeRoom = () => database.pragma('max_page_count = 1000000')
  const others = () => database.prepare('SELECT count(*) FROM other').pluck().get()
  const insertOther = () => database.prepare('INSERT INTO other VALUES (?)').run(LARGE)
  const records = (journal: ReturnType<typeof openJournal>['journal']) =>
    [...journal.readAfter(0)].map(({ bytes }) => Buffer.from(bytes).toString('latin1', 0, 1))

  test('refuses records as such, keeps those before, and takes them when there is room', () => {
    const { journal } = openJournal(database, commits)
    journal.append([{ bytes: Buffer.from('a') }])
    fill()
    for (let i = 0; i < 3; i++) {
      expect(() => journal.append([{ bytes: Buffer.from('b') }, { bytes: LARGE }])).toThrow(
        expect.objectContaining(diskFull) as Error,
      )
    }
    expect(records(journal)).toEqual(['a'])
    makeRoom()
    expect(journal.append([{ bytes: Buffer.from('b') }, { bytes: LARGE }])).toBe(3)
    expect(openJournal(database).repairs).toEqual([])
  })

  test('refuses a snapshot and keeps the one before', () => {
    const { journal } = openJournal(database, commits)
    journal.append([{ bytes: Buffer.from('a') }])
    journal.saveSnapshot({ sequence: 1, parts: [Buffer.from('one')] })
    fill()
    expect(() => journal.saveSnapshot({ sequence: 1, parts: [LARGE, LARGE] })).toThrow(
      expect.objectContaining(diskFull) as Error,
    )
    expect([...journal.latestSnapshot()!.parts].map(String)).toEqual([String(Buffer.from('one'))])
  })

  test('fails all callers of a shared transaction, and commits none of them', async () => {
    const { journal } = openJournal(database, commits)
    fill()
    const before = commits.together(() => database.prepare("INSERT INTO other VALUES (x'00')").run())
    const rejected = expect(before).rejects.toMatchObject(diskFull)
    expect(() => journal.append([{ bytes: LARGE }])).toThrow(expect.objectContaining(diskFull) as Error)
    await rejected
    const three = [
      insertOther,
      () => insertOther(),
      () => database.prepare("INSERT INTO other VALUES (x'01')").run(),
    ]
    const outcomes = await Promise.allSettled(three.map((work) => commits.together(work)))
    expect(others()).toBe(outcomes.filter(({ status }) => status === 'fulfilled').length)
    makeRoom()
    await commits.together(insertOther)
    expect(journal.append([{ bytes: LARGE }])).toBe(1)
  })

  test('refuses blobs and pins as such, and reads on', async () => {
    const { blobs } = await openBlobStore({
      database,
      commits,
      folder: join(folder, 'blobs'),
      quotaBytes: 1 << 30,
      nowMs: () => 1,
    })
    const cid = await blobs.put(Buffer.from('small'))
    blobs.pin(cid, 'job')
    fill()
    const many = Array.from({ length: 4_000 }, (_, i) =>
      cidOfDigest(RAW, createHash('sha256').update(`${i}`).digest()),
    )
    expect(() => blobs.pin(many, 'other')).toThrow(expect.objectContaining(diskFull) as Error)
    await expect(blobs.put(Buffer.alloc(60_000, 1))).rejects.toMatchObject(diskFull)
    for (let i = 0; i < 2_000; i++) await blobs.read(cid)
    makeRoom()
    blobs.pin(many, 'other')
    await blobs.close()
  })

  test('keeps settings in memory until there is room', () => {
    const settings = openSettings(database)
    settings.write('days', 1)
    fill()
    const Text = z.string()
    for (let i = 0; i < 8; i++) settings.write(`large ${i}`, 'x'.repeat(60_000))
    settings.write('days', undefined)
    expect(settings.read('large 7', Text)?.length).toBe(60_000)
    expect(settings.read('days', z.int())).toBeUndefined()
    expect(openSettings(database).read('large 7', Text)).toBeUndefined()
    makeRoom()
    settings.write('more', 'y')
    const again = openSettings(database)
    expect(again.read('large 7', Text)?.length).toBe(60_000)
    expect([again.read('days', z.int()), again.read('more', Text)]).toEqual([undefined, 'y'])
  })
})
