import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { historyContract } from '../../ports/history.contract.ts'
import type { JobId } from '../../protocol/ids.ts'
import { openDatabase } from '../database/database.ts'
import { createGroupCommit } from '../database/group-commit.ts'
import { openHistory } from './history.ts'
import { openMemoryHistory } from './memory-history.ts'

const root = mkdtempSync(join(tmpdir(), 'meshwork-history-'))
afterAll(() => rmSync(root, { recursive: true }))

const JOB = 'job-a' as JobId

function opened(folder = mkdtempSync(join(root, 'peer-'))) {
  const database = openDatabase(folder)
  onTestFinished(() => void database.close())
  return { folder, database, history: openHistory(database, createGroupCommit(database)) }
}

describe('a history in SQLite', () => {
  historyContract(() => opened().history)

  it('is there after the process has ended, compressed', () => {
    const { folder, database, history } = opened()
    history.putJob({ job: JOB, submittedAtMs: 1 }, new Uint8Array(100_000))
    history.putUnits(JOB, new Map([[3, randomBytes(1_000)]]))
    const size = database.prepare<[], number>('SELECT sum(length(bytes)) FROM history_job').pluck().get()
    expect(size).toBeLessThan(1_000)
    database.close()
    const again = opened(folder).history
    expect(again.find(JOB)?.byteLength).toBe(100_000)
    expect(again.block(JOB, 3)[0]).toHaveLength(1_000)
  })

  it('refuses a damaged entry with one clear line', () => {
    const { database, history } = opened()
    history.putJob({ job: JOB, submittedAtMs: 1 }, randomBytes(100))
    database.exec("UPDATE history_job SET bytes = x'28b52ffd00'")
    expect(() => history.find(JOB)).toThrow(/damaged/)
    database.exec("UPDATE history_job SET bytes = x'00'")
    expect(() => history.find(JOB)).toThrow(/damaged/)
  })
})

describe('a history in memory', () => {
  historyContract(openMemoryHistory)
})
