import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type PeerDatabase } from './database.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'

describe('a group commit', () => {
  let folder: string
  let database: PeerDatabase
  let commits: GroupCommit
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-commits-'))
    database = openDatabase(folder)
    database.exec("CREATE TABLE note (text TEXT NOT NULL CHECK (text <> 'bad'))")
    commits = createGroupCommit(database)
  })
  afterEach(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  const write = (text: string) => () => void database.prepare('INSERT INTO note VALUES (?)').run(text)
  const written = () => database.prepare<[], string>('SELECT text FROM note').pluck().all()
  const synchronous = () => database.pragma('synchronous', { simple: true })
  const FULL = 2
  const NORMAL = 1

  test('work done now takes along what others wait for', async () => {
    const waiting = commits.together(() => {
      write('shared')()
      return 7
    })
    commits.now(write('now'))
    expect(written()).toEqual(['shared', 'now'])
    expect(await waiting).toBe(7)
  })

  test('work that fails now is undone alone, and thrown', async () => {
    const waiting = commits.together(write('shared'))
    expect(() => {
      commits.now(write('bad'))
    }).toThrow('CHECK')
    await waiting
    expect(written()).toEqual(['shared'])
    expect(() => {
      commits.now(write('bad'))
    }).toThrow('CHECK')
    commits.now(write('after'))
    expect(written()).toEqual(['shared', 'after'])
  })

  test('a transaction that cannot be committed fails for all in it', async () => {
    database.exec('CREATE TABLE parent (id INTEGER PRIMARY KEY)')
    database.exec('CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)')
    const waiting = commits.together(write('shared'))
    const failed = expect(waiting).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
    expect(() => {
      commits.now(() => void database.prepare('INSERT INTO child VALUES (1)').run())
    }).toThrow('FOREIGN KEY')
    await failed
    expect(written()).toEqual([])
  })

  test('only unflushed work is done without a flush, and it counts at once', () => {
    const modes: unknown[] = []
    const note = () => modes.push(synchronous())
    commits.unflushed(() => {
      note()
      write('pin')()
    })
    expect(written()).toEqual(['pin'])
    commits.now(() => void note())
    expect(modes).toEqual([NORMAL, FULL])
    expect(commits.isFlushed()).toBe(true)
    commits.unflushed(write('pin'))
    expect(commits.isFlushed()).toBe(false)
  })

  test('unflushed work that fails leaves nothing, and the next commit is flushed', () => {
    expect(() => {
      commits.unflushed(() => {
        write('half')()
        write('bad')()
      })
    }).toThrow('CHECK')
    expect(written()).toEqual([])
    expect(synchronous()).toBe(FULL)
  })

  test('work that needs no flush waits for the turn, and is committed with the others of it, without a flush', async () => {
    const modes: unknown[] = []
    const noted = (text: string) => () => {
      modes.push(synchronous())
      write(text)()
      return text
    }
    const results = Promise.all([
      commits.together(noted('first'), 'unflushed'),
      commits.together(noted('second'), 'unflushed'),
    ])
    expect(written()).toEqual([])
    expect(await results).toEqual(['first', 'second'])
    expect(modes).toEqual([NORMAL, NORMAL])
    expect(commits.isFlushed()).toBe(false)
    expect(synchronous()).toBe(FULL)
  })

  test('a caller that asks for a flush gets it, as do those that share its turn', async () => {
    const modes: unknown[] = []
    const note = () => modes.push(synchronous())
    await Promise.all([
      commits.together(note, 'unflushed'),
      commits.together(note, 'flushed'),
      commits.together(note, 'unflushed'),
    ])
    expect(modes).toEqual([FULL, FULL, FULL])
    expect(commits.isFlushed()).toBe(true)
    // The next turn is another matter.
    await commits.together(note, 'unflushed')
    expect(modes.at(-1)).toBe(NORMAL)
  })

  test('work that needs no flush is not lost to a record of the journal that is written first', async () => {
    const modes: unknown[] = []
    const waiting = commits.together(() => modes.push(synchronous()), 'unflushed')
    commits.now(write('record'))
    expect(modes).toEqual([FULL])
    await waiting
    expect(modes).toEqual([FULL])
  })

  test('inside a transaction the outer one decides', () => {
    commits.now(() => {
      expect(commits.unflushed(() => 3)).toBe(3)
      expect(synchronous()).toBe(FULL)
    })
  })
})
