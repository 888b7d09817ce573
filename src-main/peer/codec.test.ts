import { describe, expect, test } from 'vitest'
import { LENT_LIMITS } from '../protocol/unit-limits.ts'
import {
  answer,
  attemptsOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  NOON,
  offer,
  peerOf,
  receiptOf,
  submit,
  type Brain,
} from './brain.fixture.ts'
import { decodeEvent, decodeState, encodeEvent, encodeState } from './codec.ts'
import { isDurable, type DurableEvent } from './event.ts'
import { initialState } from './state.ts'
import { step } from './step.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]

/** A brain with something of everything that is remembered. */
function busy(): Brain {
  const brain = createBrain({ [ANN]: 0.8, [BOB]: 0.3 })
  const manifest = manifestOf({ verification_redundancy: 2 })
  submit(brain, manifest)
  offer(brain, manifest, [ANN, BOB])
  const [first] = attemptsOf(brain)
  answer(brain, first!.peer, [receiptOf(1, 'right')])
  brain.happens(
    { kind: 'invited', at_ms: NOON, secret_hash: 'hash', trust: 0.5, expires_at_ms: NOON + 1 },
    { kind: 'named', at_ms: NOON, name: 'somebody else' },
    { kind: 'lending-set', at_ms: NOON, limits: { ...LENT_LIMITS, fuel: 7 } },
    {
      kind: 'award-received',
      at_ms: NOON,
      from: ANN,
      award: {
        award_id: 'theirs',
        job_id: JOB,
        manifest_cid: manifestCidOf('theirs'),
        units: [{ unit_index: 4, attempt: 2, role: 'verification' }],
        due_in_ms: 30_000,
      },
    },
    { kind: 'tick', at_ms: NOON + 1_000_000 },
    { kind: 'job-priority-set', at_ms: NOON + 1_000_000, job_id: JOB, priority: 0.7 },
    { kind: 'job-redundancy-lowered', at_ms: NOON + 1_000_000, job_id: JOB, redundancy: 1 },
    { kind: 'job-paused', at_ms: NOON + 1_000_001, job_id: JOB },
  )
  return brain
}

describe('the journaled state', () => {
  test('[B17] a snapshot gives the same state, and the same bytes again', () => {
    const { state } = busy()
    const decoded = decodeState(encodeState(state))
    if (!decoded.ok) throw new Error(decoded.fault.message)
    expect({ ...decoded.value, view: undefined }).toEqual({ ...state, view: undefined })
    expect(encodeState(decoded.value)).toEqual(encodeState(state))
  })

  test('[B17] the journal alone gives the state byte for byte: nothing of the moment is in it', () => {
    const brain = busy()
    const replayed = initialState(brain.state.me, 'me')
    for (const event of brain.journal) {
      const read = decodeEvent(encodeEvent(event as DurableEvent))
      if (!read.ok) throw new Error(read.fault.message)
      step(replayed, read.value)
    }
    expect(encodeState(replayed)).toEqual(encodeState(brain.state))
  })

  test('[B17] only durable events are journaled, a decision among them before its effects', () => {
    const brain = busy()
    expect(brain.journal.every(isDurable)).toBe(true)
    expect(brain.journal.map(({ kind }) => kind)).toContain('awards-issued')
  })

  test('a record that is torn or of another program is refused as data', () => {
    const bytes = encodeEvent({ kind: 'started', at_ms: NOON })
    expect(decodeEvent(bytes.subarray(0, -1)).ok).toBe(false)
    expect(decodeState(bytes).ok).toBe(false)
  })
})
