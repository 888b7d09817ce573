import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DATABASE_FILE, openDatabase } from './database/database.ts'
import { checkFolder, repairFolder, type FolderRepaired } from './folder-repair.ts'
import { openJournal } from './journal/journal.ts'
import { openStorage } from './storage.ts'

const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`]
const COPY = { name: 'before-repair-1', keyFile: 'peer.key' }

describe('[Y10] a folder that has a peer’s key', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-repair-'))
    file = join(folder, DATABASE_FILE)
    const database = openDatabase(folder)
    openJournal(database).journal.append(['a', 'b', 'c'].map((text) => ({ bytes: Buffer.from(text) })))
    database.close()
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const open = () =>
    openStorage({ folder, quotaBytes: 1 << 30, clock: { nowMs: () => 1_000 }, mustExist: true })

  test.each<[string, () => void]>([
    ['gone', () => rmSync(file)],
    ['empty', () => truncateSync(file)],
    ['a database without anything in it', () => emptyDatabase(file)],
  ])('does not open as a new peer where its database is %s, and nothing is made', async (_, damage) => {
    damage()
    const before = readdirSync(folder)
    const sizes = before.map((name) => statSync(join(folder, name)).size)
    const message = expect.stringMatching(/meshwork\.sqlite is (missing|empty).+--begin-anew/) as string
    await expect(open()).rejects.toMatchObject({ fault: { kind: 'storage-failed', message } })
    expect(() => checkFolder(folder)).toThrow(/--begin-anew/)
    expect(readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(before)
    expect(before.map((name) => statSync(join(folder, name)).size)).toEqual(sizes)
  })

  test('that is whole is not repaired, and gets no copy', () => {
    for (const choice of ['keep-after', 'drop-after'] as const) {
      expect(repairFolder(folder, choice, COPY)).toBeUndefined()
    }
    expect(existsSync(join(folder, COPY.name))).toBe(false)
  })

  test('begins anew when its user says so', async () => {
    truncateSync(file)
    const { backup } = repaired(folder, 'begin-anew', COPY)
    expect(existsSync(join(backup, DATABASE_FILE))).toBe(true)
    const storage = await open()
    expect([...storage.journal.readAfter(0)]).toEqual([])
    await storage.close()
  })

  test('is not touched while a peer runs on it, whatever is chosen', () => {
    const running = openDatabase(folder)
    const before = readdirSync(folder).sort()
    for (const choice of ['begin-anew', 'new-identity', 'keep-after', 'drop-after'] as const) {
      expect(() => repairFolder(folder, choice, COPY)).toThrow(/in use by another running peer/)
    }
    expect(readdirSync(folder).sort()).toEqual(before)
    running.close()
  })

  test('keeps its blobs in the copy, which the next start would sweep away', async () => {
    const storage = await open()
    const cid = await storage.blobs.put(Buffer.from('a picture'))
    await storage.close()
    const { backup } = repaired(folder, 'begin-anew', COPY)
    const copied = await openStorage({ folder: backup, quotaBytes: 1 << 30, clock: { nowMs: () => 1_000 } })
    expect(copied.blobs.has(cid)).toBe(true)
    await copied.close()
  })

  test('whose log has a damaged head does not open, and what is in the log stays', async () => {
    const log = `${file}-wal`
    leaveLog(folder)
    const bytes = readFileSync(log)
    bytes.fill(7, 0, 16)
    writeFileSync(log, bytes)
    await expect(open()).rejects.toMatchObject({
      fault: { message: expect.stringMatching(/-wal is damaged.+--drop-after$/) as string },
    })
    expect(() => checkFolder(folder)).toThrow(/--drop-after/)
    expect(() => repairFolder(folder, 'keep-after', COPY)).toThrow(/--drop-after/)
    expect(readFileSync(log).equals(bytes)).toBe(true)
    const { backup } = repaired(folder, 'drop-after', COPY)
    expect(readFileSync(join(backup, `${DATABASE_FILE}-wal`)).equals(bytes)).toBe(true)
    const storage = await open()
    expect([...storage.journal.readAfter(0)]).toHaveLength(3)
    await storage.close()
  })

  test('is only looked at by a check: its log, a torn end and a damaged snapshot stay as they are', () => {
    leaveLog(folder)
    const all = () => FILES.map((name) => readFileSync(join(folder, name)))
    const before = all()
    expect(checkFolder(folder)).toEqual([])
    expect(all()).toEqual(before)
    const database = openDatabase(folder)
    database.exec("UPDATE journal SET bytes = x'00' WHERE sequence = 4")
    database.close()
    const torn = readFileSync(file)
    expect(checkFolder(folder)).toEqual([expect.stringMatching(/cuts 1 records/) as string])
    expect(readFileSync(file).equals(torn)).toBe(true)
  })

  test('is cut short in the middle of its database: refused', async () => {
    truncateSync(file, Math.floor(statSync(file).size / 2))
    await expect(open()).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
  })

  test('keeps a copy of what it was before a repair, which opens as before', async () => {
    const database = openDatabase(folder)
    database.exec("UPDATE journal SET bytes = x'00' WHERE sequence = 2")
    database.close()
    expect(() => checkFolder(folder)).toThrow(/record 2 is damaged/)
    const { kept, lost, backup } = repaired(folder, 'keep-after', COPY)
    expect({ kept, lost }).toEqual({ kept: 1, lost: 1 })
    checkFolder(folder)
    expect(() => checkFolder(backup)).toThrow(/record 2 is damaged/)
    const storage = await open()
    expect([...storage.journal.readAfter(0)].map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      'a',
      'c',
    ])
    await storage.close()
  })
})

/** A database of one page with nothing in it: what is left where the log with all else was lost. */
function emptyDatabase(file: string): void {
  rmSync(file)
  const database = new Database(file)
  database.exec('CREATE TABLE gone (x); DROP TABLE gone; VACUUM')
  database.close()
}

/** A repair that has something to do. */
function repaired(...args: Parameters<typeof repairFolder>): FolderRepaired {
  const done = repairFolder(...args)
  if (done === undefined) throw new Error('nothing was repaired')
  return done
}

/** One more record, which is in the log alone, as after the end of a process. */
function leaveLog(folder: string): void {
  const database = openDatabase(folder)
  openJournal(database).journal.append([{ bytes: Buffer.from('d') }])
  const left = FILES.map((name) => [join(folder, name), readFileSync(join(folder, name))] as const)
  database.close()
  for (const [path, bytes] of left) writeFileSync(path, bytes)
}
