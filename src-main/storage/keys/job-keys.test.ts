import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { KeyedJob } from '../../ports/job-keys.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import { openDatabase, type PeerDatabase } from '../database/database.ts'
import { createJobKeys, openJobKeyTable } from './job-keys.ts'

const bytes = (): Uint8Array => new Uint8Array(randomBytes(32))
const OWN = bytes()
const newKey = (): JobKey => ({ inputs: bytes(), outputs: bytes() })
const jobOf = (job: string, requester = 'ann'): KeyedJob => ({
  requester: requester as PeerId,
  job: job as JobId,
})

let folder: string
let database: PeerDatabase
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwork-job-keys-'))
  database = openDatabase(folder)
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const open = (own: Uint8Array = OWN) => createJobKeys(openJobKeyTable(database), own)

function onDisk(): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
}

it('[K2] keys survive a restart, and lie sealed on the disk', () => {
  const key = newKey()
  open().keep(jobOf('a'), key)
  expect(open().find(jobOf('a'))).toEqual(key)
  expect(open().all()).toEqual([jobOf('a')])
  for (const half of [key.inputs, key.outputs]) expect(onDisk().includes(Buffer.from(half))).toBe(false)
})

it('[K2] a key of another peer, another job, or a damaged one is none', () => {
  open().keep(jobOf('a'), newKey())
  expect(open(bytes()).find(jobOf('a'))).toBeUndefined()
  expect(open().find(jobOf('a', 'bob'))).toBeUndefined()
  database.prepare("UPDATE job_key SET job = 'b'").run()
  expect(open().find(jobOf('b'))).toBeUndefined()
  database.prepare("UPDATE job_key SET job = 'a', sealed = x'00'").run()
  expect(open().find(jobOf('a'))).toBeUndefined()
})

it('[K6] a key that is dropped is gone from disk and overwritten in memory', () => {
  const keys = open()
  keys.keep(jobOf('a'), newKey())
  const held = keys.find(jobOf('a'))!
  const sealed = openJobKeyTable(database).find(jobOf('a'))!
  keys.drop(jobOf('a'))
  expect([keys.find(jobOf('a')), keys.all()]).toEqual([undefined, []])
  expect([...held.inputs, ...held.outputs].every((byte) => byte === 0)).toBe(true)
  database.pragma('wal_checkpoint(TRUNCATE)')
  expect(onDisk().includes(Buffer.from(sealed))).toBe(false)
})

it('[K2] one key of a job replaces another, and the one that was handed over stays as it was', () => {
  const keys = open()
  const [first, second] = [newKey(), newKey()]
  keys.keep(jobOf('a'), first)
  keys.keep(jobOf('a'), second)
  expect(open().find(jobOf('a'))).toEqual(second)
  keys.drop(jobOf('a'))
  expect(second.inputs.some((byte) => byte !== 0)).toBe(true)
})
