import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ME, NOON, peerOf } from '../peer/brain.fixture.ts'
import { encodeEvent, encodeState } from '../peer/codec.ts'
import type { DurableEvent } from '../peer/event.ts'
import { goldens, summaryOf } from '../peer/golden/golden.fixture.ts'
import { encodeStateParts } from '../peer/state-parts.ts'
import { step } from '../peer/step.ts'
import { openStorage } from '../storage/storage.ts'
import { restore } from './restore.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'meshwork-older-'))))
afterEach(() => rmSync(folder, { recursive: true }))
const open = () => openStorage({ folder, quotaBytes: 1 << 30, clock: { nowMs: () => NOON } })
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))
const recordOf = (base64: string) => ({ bytes: bytesOf(base64) })

test.each(goldens())('[Y8] a folder of version $version opens and goes on', async (golden) => {
  const older = await open()
  const { after, parts } = golden.snapshot
  older.journal.append(golden.records.slice(0, after).map(recordOf))
  older.journal.saveSnapshot({ sequence: after, parts: parts.map(bytesOf) })
  older.journal.append(golden.records.slice(after).map(recordOf))
  await older.close()

  const storage = await open()
  const { state, sequence } = restore(storage.journal, ME, 'another name')
  expect(sequence).toBe(golden.records.length)
  expect(summaryOf(state, golden.version)).toEqual(golden.summary)
  const event: DurableEvent = { kind: 'blocked', at_ms: NOON, peer: peerOf('Z') }
  storage.journal.append([{ bytes: encodeEvent(event) }])
  step(state, event)
  await storage.close()

  const again = await open()
  const next = restore(again.journal, ME, 'another name')
  expect(Buffer.compare(encodeState(next.state), encodeState(state))).toBe(0)
  again.journal.saveSnapshot({ sequence: next.sequence, parts: [...encodeStateParts(next.state)] })
  await again.close()

  const last = await open()
  expect(encodeState(restore(last.journal, ME, 'another name').state)).toEqual(encodeState(state))
  await last.close()
})
