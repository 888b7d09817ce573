import { describe, expect, test } from 'vitest'
import { admitResults } from './admission.ts'
import {
  attemptsOf,
  createBrain,
  JOB,
  manifestOf,
  NOON,
  offer,
  peerOf,
  receiptOf,
  submit,
} from './brain.fixture.ts'
import { decodeEvent, encodeEvent, encodeState } from './codec.ts'
import { batchFrom, verdictFrom } from './envelopes.fixture.ts'
import { isDurable } from './event.ts'
import { encodeVersioned } from './record-version.ts'
import { initialState } from './state.ts'
import { step } from './step.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const receipts = (count: number) => Array.from({ length: count }, (_, i) => receiptOf(1, `output ${i}`, i, 7))

describe('the journal’s form', () => {
  test('[J1] of signed receipts has the envelope as it came, the receipts once, and gives the event again', () => {
    const event = batchFrom(ANN, receipts(100))
    const record = encodeEvent(event)
    expect(decodeEvent(record)).toEqual({ ok: true, value: event })
    expect(Buffer.from(record).includes(Buffer.from(event.envelope!))).toBe(true)
    expect(record.byteLength - event.envelope!.byteLength).toBeLessThan(120)
    const { envelope: _, ...bare } = event
    // What a signed batch costs beside its receipts, however many they are: parties, manifest, engine, signature.
    expect(record.byteLength - encodeEvent(bare).byteLength).toBeLessThan(500)
  })

  test('[J5] of a verdict has the envelope alone', () => {
    const event = verdictFrom(ANN, { won: [0, 5], lost: [3] })
    const record = encodeEvent(event)
    expect(decodeEvent(record)).toEqual({ ok: true, value: event })
    expect(record.byteLength - event.envelope.byteLength).toBeLessThan(80)
  })

  test('[J1] of results from before they were signed is read as it was', () => {
    const { envelope: _, manifest_cid: __, ...event } = batchFrom(ANN, receipts(2))
    expect(decodeEvent(encodeVersioned(event, 4))).toEqual({ ok: true, value: event })
    expect(decodeEvent(encodeEvent(event))).toEqual({ ok: true, value: event })
  })

  test('[P8] with an envelope that cannot be read is refused as data', () => {
    const { envelope } = batchFrom(ANN, receipts(2))
    const wrong = [envelope!.slice(0, -1), verdictFrom(ANN, {}).envelope, new Uint8Array(), 'text']
    for (const bytes of wrong) {
      const record = encodeVersioned({ kind: 'results-received', at_ms: NOON, envelope: bytes })
      expect(decodeEvent(record)).toMatchObject({ ok: false, fault: { kind: 'malformed' } })
    }
  })
})

describe('a signed batch', () => {
  const TWO = manifestOf({ unit_count: 2, verification_redundancy: 2 })

  /** A requester whose two providers hold both units. */
  function asked() {
    const brain = createBrain({ [ANN]: 0.8, [BOB]: 0.8 })
    submit(brain, TWO)
    offer(brain, TWO, [ANN, BOB])
    const attemptOf = (peer: typeof ANN, unit: number) =>
      attemptsOf(brain, unit).find((attempt) => attempt.peer === peer)!.attempt
    return { brain, attemptOf }
  }

  test('[J1] is journaled whole: receipts in it that are no news change nothing, at once and when replayed', () => {
    const { brain, attemptOf } = asked()
    const first = receiptOf(attemptOf(ANN, 0), 'right', 0)
    brain.happens(batchFrom(ANN, [first], { at_ms: NOON + 1_100 }))
    const news = receiptOf(attemptOf(ANN, 1), 'right', 1)
    const others = [first, receiptOf(99, 'stale', 1), receiptOf(attemptOf(BOB, 1), 'forged', 1), news]
    const admitted = admitResults(brain.state, ANN, JOB, others)
    expect(admitted).toEqual({ ok: true, value: [news] })

    const bare = asked()
    bare.brain.happens(batchFrom(ANN, [first], { at_ms: NOON + 1_100 }))
    bare.brain.happens(batchFrom(ANN, [news], { at_ms: NOON + 1_200 }))
    const whole = batchFrom(ANN, others, { at_ms: NOON + 1_200 })
    brain.happens(whole)
    expect(encodeState(brain.state)).toEqual(encodeState(bare.brain.state))

    const replayed = initialState(brain.state.me, 'me')
    for (const event of brain.journal.filter(isDurable)) {
      const read = decodeEvent(encodeEvent(event))
      if (!read.ok) throw new Error(read.fault.message)
      step(replayed, read.value)
    }
    expect(encodeState(replayed)).toEqual(encodeState(brain.state))
  })
})
