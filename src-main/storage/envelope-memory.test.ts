import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../ports/clock.ts'
import { ENVELOPE_BYTES_MAX } from '../protocol/limits.ts'
import { openDatabase, type PeerDatabase } from './database/database.ts'
import { createEnvelopeMemory } from './envelope-memory.ts'
import { ENVELOPES_BYTES_MAX, openEnvelopeTable } from './envelope-table.ts'

let folder: string
let database: PeerDatabase
let reported: unknown[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwork-envelopes-'))
  database = openDatabase(folder)
  reported = []
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

/** A clock whose timers run when the test says so. */
function steppedClock() {
  const due: (() => void)[] = []
  const clock: Pick<Clock, 'after'> = {
    after: (_, callback) => {
      due.push(callback)
      return () => void due.splice(due.indexOf(callback), 1)
    },
  }
  return { clock, run: () => due.splice(0).forEach((callback) => callback()) }
}

/** A memory over the database, as after a restart. */
function remember(clock = steppedClock().clock) {
  return createEnvelopeMemory(openEnvelopeTable(database), clock, (error) => reported.push(error))
}

test('the newest envelope is there at once, and after a restart', () => {
  const memory = remember()
  memory.save('a', new Uint8Array([1]))
  memory.save('a', new Uint8Array([2, 3]))
  expect(memory.load('a')).toEqual(new Uint8Array([2, 3]))
  memory.close()
  expect(Buffer.from(remember().load('a') ?? [])).toEqual(Buffer.from([2, 3]))
  expect(remember().load('b')).toBeUndefined()
})

test('values that come close together are written as one', () => {
  const { clock, run } = steppedClock()
  const memory = remember(clock)
  const changesBefore = totalChanges()
  for (let i = 0; i < 100; i++) memory.save('a', new Uint8Array([i]))
  expect(totalChanges()).toBe(changesBefore)
  run()
  expect(totalChanges()).toBe(changesBefore + 1)
})

test('[Y1] an envelope of any size that the protocol allows is remembered whole', () => {
  const { clock, run } = steppedClock()
  const memory = remember(clock)
  memory.save('a', new Uint8Array(ENVELOPE_BYTES_MAX).fill(7))
  run()
  expect(remember().load('a')?.byteLength).toBe(ENVELOPE_BYTES_MAX)
  expect(reported).toEqual([])
})

test('[Y1] what all contacts publish together takes a bounded part of the disk; the oldest goes', () => {
  const table = openEnvelopeTable(database)
  const fit = ENVELOPES_BYTES_MAX / ENVELOPE_BYTES_MAX
  for (let i = 0; i < fit + 3; i++) table.keep(new Map([[`author ${i}`, new Uint8Array(ENVELOPE_BYTES_MAX)]]))
  const kept = database.prepare('SELECT count(*) AS n, sum(length(bytes)) AS bytes FROM envelope').get()
  expect(kept).toEqual({ n: fit, bytes: ENVELOPES_BYTES_MAX })
  expect([table.find('author 2'), table.find('author 3')?.byteLength]).toEqual([
    undefined,
    ENVELOPE_BYTES_MAX,
  ])
})

test('[Y1] what cannot be written is reported, and ends nothing', () => {
  const { clock, run } = steppedClock()
  const memory = remember(clock)
  memory.save('a', new Uint8Array(ENVELOPE_BYTES_MAX + 1))
  run()
  expect(reported).toEqual([
    expect.objectContaining({ fault: expect.objectContaining({ kind: 'oversized' }) as unknown }),
  ])
  const pages = Number(database.pragma('page_count', { simple: true }))
  database.pragma(`max_page_count = ${pages + 1}`)
  memory.save('b', new Uint8Array(ENVELOPE_BYTES_MAX))
  run()
  expect(reported[1]).toMatchObject({ fault: { kind: 'disk-full' } })
})

function totalChanges(): number {
  return Number(database.prepare('SELECT total_changes()').pluck().get())
}
