import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync as readBytes, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SNAPSHOT_PART_BYTES_MAX } from '../../ports/journal.ts'
import { journalContract } from '../../ports/journal.contract.ts'
import { DATABASE_FILE, openDatabase, type PeerDatabase } from '../database/database.ts'
import { JobId } from '../../protocol/ids.ts'
import { recordChecksum } from './checksum.ts'
import { openJournal, RECORD_BYTES_MAX, repairJournal } from './journal.ts'

/** The journal of a database that is closed again where there is none to open. */
function openOrClose(database: PeerDatabase, evidenceBytesMax?: number): ReturnType<typeof openJournal> {
  try {
    return openJournal(database, undefined, evidenceBytesMax)
  } catch (error) {
    database.close()
    throw error
  }
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'meshwork-journal-'))
}

journalContract('SQLite', () => {
  const folder = temporaryFolder()
  let database: PeerDatabase | undefined
  const flip = (table: 'journal' | 'snapshot_part', sequence: number) => {
    const file = new Database(join(folder, DATABASE_FILE))
    const { id, bytes } = file
      .prepare<[number], { id: number; bytes: Buffer }>(
        `SELECT rowid AS id, bytes FROM ${table} WHERE sequence = ? ORDER BY rowid DESC`,
      )
      .get(sequence)!
    bytes[0]! ^= 1
    file.prepare(`UPDATE ${table} SET bytes = ? WHERE rowid = ?`).run(bytes, id)
    file.close()
  }
  return {
    open(evidenceBytesMax) {
      const opened = openDatabase(folder)
      database = opened
      const { journal } = openOrClose(opened, evidenceBytesMax)
      return {
        ...journal,
        close() {
          journal.close()
          opened.close()
        },
      }
    },
    damageRecord: (sequence) => flip('journal', sequence),
    damageSnapshot: (sequence) => flip('snapshot_part', sequence),
    dispose() {
      database?.close()
      rmSync(folder, { recursive: true })
    },
  }
})

describe('the SQLite journal', () => {
  let folder: string
  let database: PeerDatabase
  beforeEach(() => {
    folder = temporaryFolder()
    database = openDatabase(folder)
  })
  afterEach(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })

  test('repairs are reported, so that the user can be told', () => {
    const { journal } = openJournal(database)
    journal.append([{ bytes: Buffer.from('a') }, { bytes: Buffer.from('b') }, { bytes: Buffer.from('c') }])
    journal.saveSnapshot({ sequence: 1, parts: [Buffer.from('one')] })
    database.exec("UPDATE journal SET bytes = x'00' WHERE sequence >= 2")
    database.exec("UPDATE snapshot_part SET bytes = x'00'")
    expect(openJournal(database).repairs).toEqual([
      { kind: 'snapshot-dropped', sequence: 1 },
      { kind: 'tail-cut', afterSequence: 1, records: 2 },
    ])
    expect(openJournal(database).repairs).toEqual([])
  })

  test('a record in the place of another is damage too', () => {
    const { journal } = openJournal(database)
    journal.append([{ bytes: Buffer.from('a') }, { bytes: Buffer.from('b') }, { bytes: Buffer.from('c') }])
    database.exec('DELETE FROM journal WHERE sequence = 2')
    database.exec('UPDATE journal SET sequence = 2 WHERE sequence = 3')
    expect([...openJournal(database).journal.readAfter(0)].map((r) => r.sequence)).toEqual([1])
  })

  describe('[Y9] with damage before intact records', () => {
    const text = (records: Iterable<{ sequence: number; bytes: Uint8Array }>) =>
      [...records].map(({ sequence, bytes }) => `${sequence} ${Buffer.from(bytes).toString()}`)
    /** Ten records and a snapshot after the third, of which the fifth, the sixth and the ninth are damaged. */
    beforeEach(() => {
      const { journal } = openJournal(database)
      journal.append(Array.from('abcdefghij', (letter) => ({ bytes: Buffer.from(letter) })))
      journal.saveSnapshot({ sequence: 3, parts: [Buffer.from('abc')] })
      database.exec("UPDATE journal SET bytes = x'00' WHERE sequence IN (5, 6, 9)")
    })

    test('does not open, says what can be done, and keeps everything', () => {
      const before = database.prepare('SELECT * FROM journal').all()
      for (let i = 0; i < 2; i++) {
        expect(() => openJournal(database)).toThrow(
          /record 5 is damaged, and 3 after it are intact\. .+--keep-after.+--drop-after/,
        )
      }
      expect(database.prepare('SELECT * FROM journal').all()).toEqual(before)
    })

    test('goes on without what is damaged, if its user says so', () => {
      expect(repairJournal(database, 'keep-after')).toEqual({ kept: 3, lost: 3 })
      const { journal, repairs } = openJournal(database)
      expect(repairs).toEqual([])
      expect(text(journal.readAfter(3))).toEqual(['4 d', '5 g', '6 h', '7 j'])
      expect(journal.append([{ bytes: Buffer.from('k') }])).toBe(8)
    })

    test('goes back to before it, if its user says so', () => {
      expect(repairJournal(database, 'drop-after')).toEqual({ kept: 0, lost: 6 })
      expect(text(openJournal(database).journal.readAfter(3))).toEqual(['4 d'])
    })

    test('in what a snapshot holds already opens as ever', () => {
      repairJournal(database, 'keep-after')
      database.exec("UPDATE journal SET bytes = x'00' WHERE sequence = 2")
      expect(text(openJournal(database).journal.readAfter(3))).toHaveLength(4)
    })

    test('a record that is missing is damage as well', () => {
      repairJournal(database, 'drop-after')
      openJournal(database).journal.append([{ bytes: Buffer.from('k') }, { bytes: Buffer.from('l') }])
      database.exec('DELETE FROM journal WHERE sequence = 5')
      expect(() => openJournal(database)).toThrow(/record 5 is damaged, and 1 after it/)
      expect(repairJournal(database, 'keep-after')).toEqual({ kept: 1, lost: 0 })
      expect(text(openJournal(database).journal.readAfter(3))).toEqual(['4 d', '5 l'])
    })
  })

  test('[J3] evidence that is damaged is passed over, and that of a database of before is begun', () => {
    database.close()
    const older = join(folder, 'older')
    const migrations = join(older, 'migrations')
    cpSync(join(import.meta.dirname, '../database/migrations'), migrations, {
      recursive: true,
      filter: (path) => !/000[89]-/.test(path),
    })
    const before = openDatabase(older, { migrations })
    before
      .prepare('INSERT INTO journal (sequence, checksum, bytes) VALUES (1, ?, ?)')
      .run(recordChecksum(1, Buffer.from('a')), Buffer.from('a'))
    before.close()
    database = openDatabase(older)
    const { journal, repairs } = openJournal(database)
    expect(repairs).toEqual([])
    expect([...journal.readAfter(0)].map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['a'])
    const evidence = { job: JobId.parse('job'), atMs: 1 }
    journal.append(['b', 'c', 'd'].map((text) => ({ bytes: Buffer.from(text), evidence })))
    for (const sequence of [3, 4]) journal.saveSnapshot({ sequence, parts: [Buffer.from('all')] })
    expect(journal.prune()).toBe(false)
    database.exec("UPDATE evidence SET bytes = x'00' WHERE sequence = 2")
    const told = journal.evidence.ofJob(evidence.job, { after: 0, limit: 9 })
    expect(told.map(({ sequence }) => sequence)).toEqual([3, 4])
    // A page that is not full is the last one.
    const page = journal.evidence.ofJob(evidence.job, { after: 0, limit: 2 })
    expect(page.map(({ sequence }) => sequence)).toEqual([3, 4])
    expect(journal.evidence.ofJob(evidence.job, { after: 4, limit: 2 })).toEqual([])
  })

  test('[J3] evidence is moved in pieces of a quarter of a megabyte, and is read in order meanwhile', () => {
    const { journal } = openJournal(database)
    const job = JobId.parse('job')
    const one = { bytes: Buffer.alloc(10_000), evidence: { job, atMs: 1 } }
    journal.append(Array.from({ length: 200 }, () => one))
    // One that is larger than a piece is a piece of its own.
    journal.append([{ ...one, bytes: Buffer.alloc(1 << 20) }, one])
    const all = Array.from({ length: 202 }, (_, i) => i + 1)
    for (const sequence of [201, 202]) journal.saveSnapshot({ sequence, parts: [Buffer.from('all')] })
    expect(journal.evidence.kept()).toEqual({ records: 0, bytes: 0 })
    let before = 0
    for (let hasMore = true; hasMore;) {
      hasMore = journal.prune()
      const { bytes } = journal.evidence.kept()
      expect(bytes).toBeGreaterThan(before)
      if (hasMore) expect(bytes - before).toBeLessThanOrEqual(256 << 10)
      before = bytes
      const told = journal.evidence.ofJob(job, { after: 0, limit: 500 })
      expect(told.map(({ sequence }) => sequence)).toEqual(all)
    }
    expect(journal.evidence.kept()).toEqual({ records: 201, bytes: 2_000_000 + (1 << 20) })
  })

  test('a failed append leaves none of its records, and numbering intact', () => {
    const { journal } = openJournal(database)
    journal.append([{ bytes: Buffer.from('a') }])
    database.exec(
      "CREATE TRIGGER disk_full BEFORE INSERT ON journal WHEN NEW.sequence = 3 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    expect(() => journal.append([{ bytes: Buffer.from('b') }, { bytes: Buffer.from('c') }])).toThrow(
      expect.objectContaining({
        fault: expect.objectContaining({ kind: 'storage-failed' }) as unknown,
      }) as Error,
    )
    database.exec('DROP TRIGGER disk_full')
    expect(journal.append([{ bytes: Buffer.from('d') }])).toBe(2)
  })

  test('a record over the limit is refused as a fault', () => {
    const { journal } = openJournal(database)
    expect(() => journal.append([{ bytes: Buffer.alloc(RECORD_BYTES_MAX + 1) }])).toThrow('over the limit')
    expect(journal.append([{ bytes: Buffer.alloc(10) }])).toBe(1)
  })

  test('a write-ahead log torn at any byte loses the transactions it cuts, and no earlier one', () => {
    database.close()
    const wal = join(folder, `${DATABASE_FILE}-wal`)
    const image = tornImages(folder, wal)
    for (const { main, log, cutBytes } of image) {
      writeFileSync(join(folder, DATABASE_FILE), main)
      writeFileSync(wal, log)
      truncateSync(wal, log.length - cutBytes)
      const reopened = openDatabase(folder)
      const records = [...openJournal(reopened).journal.readAfter(0)].map((r) => r.bytes.length)
      reopened.close()
      // Each append was its own transaction of at least one 4 KiB frame, and the last one fills several.
      expect(records.length).toBeGreaterThanOrEqual(18)
      expect(records.slice(0, 18)).toEqual(Array.from({ length: 18 }, (_, i) => 1000 + i))
    }
    database = openDatabase(folder)
  })
})

/** A database file and its log as a crash leaves them, with cuts that end inside the last two transactions. */
function tornImages(folder: string, wal: string): { main: Buffer; log: Buffer; cutBytes: number }[] {
  const database = openDatabase(folder)
  const { journal } = openJournal(database)
  for (let i = 0; i < 20; i++) journal.append([{ bytes: Buffer.alloc(1000 + i, i) }])
  const main = readBytes(join(folder, DATABASE_FILE))
  const log = readBytes(wal)
  database.close()
  return [1, 23, 24, 100, 4096, 4120, 4121].map((cutBytes) => ({ main, log, cutBytes }))
}

describe('a killed process', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('SIGKILL in the middle of appends loses nothing that was acknowledged', async () => {
    let acknowledgedBefore = 0
    for (let round = 0; round < 8; round++) {
      const acknowledged = await appendUntilKilled(folder, 3 + round * 7)
      expect(acknowledged).toBeGreaterThan(acknowledgedBefore)
      const database = openDatabase(folder)
      const { journal, repairs } = openJournal(database)
      const records = [...journal.readAfter(0)]
      database.close()
      expect(repairs).toEqual([])
      expect(records.length).toBeGreaterThanOrEqual(acknowledged)
      for (const { sequence, bytes } of records) expect(Buffer.from(bytes).readUInt32LE(0)).toBe(sequence)
      acknowledgedBefore = acknowledged
    }
  })
})

describe('snapshots', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const newest = (): string => {
    const database = openDatabase(folder)
    const { journal, repairs } = openJournal(database)
    expect(repairs).toEqual([])
    const saved = journal.latestSnapshot()
    const content = Buffer.concat([...(saved?.parts ?? [])]).toString()
    const records = [...journal.readAfter(saved?.sequence ?? 0)].map(({ bytes }) =>
      Buffer.from(bytes).toString(),
    )
    database.close()
    return `${saved?.sequence}: ${content}, then ${records.join()}`
  }

  test('[P6] SIGKILL in the middle of a snapshot leaves the one before', async () => {
    // More than SQLite holds in memory: parts of the unfinished one are in its log.
    await lastLineUntilKilled('snapshot-writer.fixture.ts', folder, 20)
    expect(newest()).toBe('1: finished, then b')
  })

  test('[P6] what was saved before there were parts is read as it was', () => {
    const migrations = join(folder, 'migrations')
    cpSync(join(import.meta.dirname, '../database/migrations'), migrations, {
      recursive: true,
      filter: (path) => !/000[4-9]-/.test(path),
    })
    const database = openDatabase(folder, { migrations })
    database
      .prepare('INSERT INTO snapshot VALUES (2, ?, ?)')
      .run(hash('sha256', 'the old state', 'buffer'), Buffer.from('the old state'))
    database.close()
    expect(newest()).toBe('2: the old state, then ')
  })

  test('a part over the limit is refused as a fault', () => {
    const database = openDatabase(folder)
    const { journal } = openJournal(database)
    const parts = [Buffer.alloc(SNAPSHOT_PART_BYTES_MAX + 1)]
    expect(() => journal.saveSnapshot({ sequence: 0, parts })).toThrow('over the limit')
    database.close()
  })
})

/** Runs a process that appends and says so, kills it after some acknowledgements; returns the last one it gave. */
async function appendUntilKilled(folder: string, acknowledgements: number): Promise<number> {
  return Number(await lastLineUntilKilled('journal-writer.fixture.ts', folder, acknowledgements))
}

async function lastLineUntilKilled(fixture: string, folder: string, lines: number): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, fixture), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  let last = ''
  let heard = 0
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    heard += 1
    if (heard === lines) child.kill('SIGKILL')
  }
  expect(await exited).toBe('SIGKILL')
  return last
}
