import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBrain, manifestOf, ME, NOON, peerOf, submit } from '../peer/brain.fixture.ts'
import { encodeEvent, encodeState } from '../peer/codec.ts'
import { isDurable } from '../peer/event.ts'
import { openStorage } from '../storage/storage.ts'
import { restore } from './restore.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'meshwork-older-'))))
afterEach(() => rmSync(folder, { recursive: true }))
const open = () => openStorage({ folder, quotaBytes: 1 << 30, clock: { nowMs: () => NOON } })

/** A record as the release before versions wrote it. */
const asVersion1 = (record: Uint8Array): Uint8Array => record.slice(2)

test.each([
  ['the release before versions', asVersion1],
  ['this release', (record: Uint8Array) => record],
])('[Y8] a folder of %s opens with all that the peer knew', async (_, written) => {
  const brain = createBrain({ [peerOf('A')]: 0.5 })
  submit(brain, manifestOf())
  const snapshot = encodeState(brain.state)
  const before = brain.journal.length
  brain.happens(
    { kind: 'blocked', at_ms: NOON, peer: peerOf('B') },
    { kind: 'named', at_ms: NOON, name: 'attic' },
  )
  const records = brain.journal.filter(isDurable).map((event) => written(encodeEvent(event)))
  const older = await open()
  older.journal.append(records)
  older.journal.saveSnapshot({ sequence: before, parts: [written(snapshot)] })
  await older.close()
  const storage = await open()
  const { state, sequence } = restore(storage.journal, ME, 'another name')
  expect(Buffer.compare(encodeState(state), encodeState(brain.state))).toBe(0)
  expect([sequence, state.name, [...state.blocked.keys()]]).toEqual([
    brain.journal.length,
    'attic',
    [peerOf('B')],
  ])
  await storage.close()
})
