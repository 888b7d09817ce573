import { expect, test } from 'vitest'
import { createIdentity } from '../network/identity/identity.ts'
import { manifestCidOf, receiptOf } from '../peer/brain.fixture.ts'
import { encodeEvent } from '../peer/codec.ts'
import { JobId } from '../protocol/ids.ts'
import { unitBitsOf } from '../protocol/unit-bits.ts'
import { createMemoryDisk, openMemoryJournal } from '../storage/journal/memory-journal.ts'
import { readEvidence } from './evidence-reader.ts'
import { recordOf } from './journal-record.ts'
import { machineClock } from './machine.ts'
import { openReceipts, resultsReceived, signReceipts } from './messages/signed-receipts.ts'
import { openVerdict, signVerdict } from './messages/signed-verdict.ts'
import { initialState } from '../peer/state.ts'

const [ann, bob] = [1, 2].map((seed) => createIdentity(new Uint8Array(32).fill(seed))) as [
  ReturnType<typeof createIdentity>,
  ReturnType<typeof createIdentity>,
]
const JOB = JobId.parse('job')
const manifestCid = manifestCidOf(JOB)

function signed(receipts = [receiptOf(1, 'right')]) {
  const of = { batchId: 'b', requester: ann.peer, job: JOB, manifestCid, engine: 'e@1+abc', receipts }
  return signReceipts({ clock: machineClock, identity: bob }, of)
}

/** The page of a journal that has these events. */
function pageOf(events: readonly Parameters<typeof recordOf>[0][], after = 0) {
  const journal = openMemoryJournal(createMemoryDisk())
  journal.append(events.map(recordOf))
  return readEvidence({ evidence: journal.evidence, identity: ann }, JOB, after)
}

test('[J4] what was signed about a job is told with its signer, its words, and whether the signature holds', () => {
  const state = initialState(ann.peer, 'ann')
  const { envelope } = signed()
  const keys = { find: () => undefined }
  const received = openReceipts({ clock: machineClock, identity: ann, state, keys }, bob.peer, envelope)
  const bits = { won: unitBitsOf([0, 9]), lost: unitBitsOf([3]) }
  const owed = { provider: bob.peer, job: JOB, manifestCid, ...bits, endedAtMs: Date.now() }
  const verdict = openVerdict({ clock: machineClock, identity: bob }, ann.peer, signVerdict(ann, owed))
  const forged = signed()
  forged.envelope[forged.envelope.length - 1]! ^= 1
  const page = pageOf([resultsReceived(received, 5), verdict, resultsReceived(forged, 6)])
  expect(page.next).toBeUndefined()
  expect(page.statements).toMatchObject([
    { sequence: 1, atMs: 5, signer: bob.peer, envelope, said: { kind: 'receipts', batch: received.batch } },
    { sequence: 2, signer: ann.peer, holds: true, said: { kind: 'verdict', verdict: bits } },
    { sequence: 3, signer: bob.peer, said: { kind: 'receipts' } },
  ])
  expect(page.statements.map(({ holds }) => holds)).toEqual([true, true, false])
})

test('[J4] pages end after 32 statements, and after a megabyte', () => {
  const small = Array.from({ length: 40 }, (_, i) => resultsReceived(signed(), i))
  const first = pageOf(small)
  expect([first.statements.length, first.next]).toEqual([32, 32])
  const second = pageOf(small, first.next)
  expect([second.statements.length, second.next]).toEqual([8, undefined])
  const many = Array.from({ length: 1_024 }, (_, unit) => receiptOf(1, 'x', unit))
  const large = Array.from({ length: 12 }, (_, i) => resultsReceived(signed(many), i))
  const bytes = encodeEvent(large[0]!).byteLength
  const page = pageOf(large)
  expect(page.statements.length).toBe(Math.floor((1 << 20) / bytes))
  expect(page.next).toBe(page.statements.length)
})
