import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DATABASE_FILE, openDatabase } from './database.ts'
import { checkFolder, repairFolder } from './folder-repair.ts'
import { openJournal } from './journal.ts'
import { openStorage } from './storage.ts'

describe('[Y10] a folder that has a peer’s key', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-repair-'))
    file = join(folder, DATABASE_FILE)
    const database = openDatabase(folder)
    openJournal(database).journal.append(['a', 'b', 'c'].map((text) => Buffer.from(text)))
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

  test('begins anew when its user says so', async () => {
    truncateSync(file)
    const { backup } = repairFolder(folder, 'begin-anew', 'before-repair-1')
    expect(existsSync(join(backup, DATABASE_FILE))).toBe(true)
    const storage = await open()
    expect([...storage.journal.readAfter(0)]).toEqual([])
    await storage.close()
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
    const { kept, lost, backup } = repairFolder(folder, 'keep-after', 'before-repair-1')
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
