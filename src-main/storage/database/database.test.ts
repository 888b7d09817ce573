import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FaultError } from '../../protocol/fault.ts'
import { DATABASE_FILE, openDatabase } from './database.ts'

describe('the database', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-database-'))
    file = join(folder, DATABASE_FILE)
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const refusal = (open: () => unknown): string => {
    try {
      open()
    } catch (error) {
      const { fault } = error as FaultError
      expect(fault.kind).toBe('storage-failed')
      expect(fault.message).not.toContain('\n')
      return fault.message
    }
    throw new Error('it opened')
  }

  test('it is made with its folder, and commits are flushed in WAL mode', () => {
    const database = openDatabase(join(folder, 'a', 'b'))
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(database.pragma('synchronous', { simple: true })).toBe(2)
    expect(database.pragma('user_version', { simple: true })).toBeGreaterThanOrEqual(3)
    database.close()
  })

  test('migrations run once each, in order, and a failing one changes nothing', () => {
    const migrations = join(folder, 'migrations')
    mkdirSync(migrations)
    writeFileSync(join(migrations, '0001-one.sql'), 'CREATE TABLE one (x); INSERT INTO one VALUES (1);')
    openDatabase(folder, { migrations }).close()
    writeFileSync(join(migrations, '0002-two.sql'), 'UPDATE one SET x = x + 1; SELECT nonsense;')
    expect(refusal(() => openDatabase(folder, { migrations }))).toContain('nonsense')
    writeFileSync(join(migrations, '0002-two.sql'), 'UPDATE one SET x = x + 1;')
    openDatabase(folder, { migrations }).close()
    const database = openDatabase(folder, { migrations })
    expect(database.prepare('SELECT x FROM one').all()).toEqual([{ x: 2 }])
    expect(database.pragma('user_version', { simple: true })).toBe(2)
    database.close()
  })

  test('a file written by a newer program is refused', () => {
    const database = openDatabase(folder)
    database.pragma('user_version = 9999')
    database.close()
    expect(refusal(() => openDatabase(folder))).toContain('newer Meshwork (format 9999')
  })

  test("another program's database is refused and left alone", () => {
    const other = new Database(file)
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    expect(refusal(() => openDatabase(folder))).toMatch(
      /belongs to another program.+begin anew.+--begin-anew/,
    )
    const again = new Database(file)
    expect(again.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }])
    again.close()
  })

  test('a file that is no database, or damaged inside, is refused', () => {
    writeFileSync(file, 'this is a text file that somebody put here\n'.repeat(200))
    expect(refusal(() => openDatabase(folder))).toContain('is damaged')
    rmSync(file)
    const database = openDatabase(folder)
    database.exec("INSERT INTO setting VALUES ('a', '1')")
    database.close()
    const bytes = readFileSync(file)
    for (let page = 4096; page < bytes.length; page += 4096) bytes.fill(0xa5, page, page + 200)
    writeFileSync(file, bytes)
    expect(refusal(() => openDatabase(folder))).toContain('is damaged')
  })

  test('a folder that cannot be written to is refused', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(refusal(() => openDatabase(join(folder, 'file', 'below')))).toContain(
      'not a folder that can be written to',
    )
    expect(refusal(() => openDatabase(join(folder, 'file')))).toContain('is a file, where a folder should be')
  })

  test('a folder where another peer runs is refused, until that one ends', async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../journal/journal-writer.fixture.ts'), folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(child.stdout, 'data')
    child.stdout.resume()
    expect(refusal(() => openDatabase(folder))).toContain('in use by another running peer')
    child.kill('SIGKILL')
    await once(child, 'exit')
    openDatabase(folder).close()
  })
})
