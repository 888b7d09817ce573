import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../database/database.ts'

test('[D10] in a folder of an older release, what only others’ jobs pin is theirs, and what nothing pins has an hour', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshwork-guests-'))
  const older = join(folder, 'migrations')
  const migrations = join(import.meta.dirname, '../database/migrations')
  for (const name of readdirSync(migrations).filter((file) => file < '0006')) {
    cpSync(join(migrations, name), join(older, name))
  }
  const before = openDatabase(folder, { migrations: older })
  const pins = {
    theirs: ['holding:ann/job-1', 'holding:bob/job-1'],
    mine: ['job:mine'],
    ours: ['holding:ann/job-1', 'kept:mine'],
    left: [],
  }
  for (const [cid, owners] of Object.entries(pins)) {
    before.prepare('INSERT INTO blob (cid, bytes, last_use) VALUES (?, 1, 1)').run(cid)
    for (const owner of owners) before.prepare('INSERT INTO blob_pin VALUES (?, ?)').run(cid, owner)
  }
  before.close()
  const after = openDatabase(folder)
  const rows = after
    .prepare<[], unknown[]>(
      'SELECT cid, guest, round((due - unixepoch() * 1000) / 3600000.0, 1) FROM blob_guest ORDER BY cid, guest',
    )
    .raw()
    .all()
  expect(rows).toEqual([
    ['left', '', 1],
    ['theirs', 'ann', null],
    ['theirs', 'bob', null],
  ])
  after.close()
  rmSync(folder, { recursive: true })
})
