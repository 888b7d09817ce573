import { describe, expect, test } from 'vitest'
import type { JobId } from '../protocol/ids.ts'
import { createBrain, JOB, manifestCidOf, manifestOf, NOON, peerOf, submit } from './brain.fixture.ts'
import { encodeState } from './codec.ts'
import { decodeStateParts, encodeStateParts } from './state-parts.ts'
import { holdingKey } from './provider/slice.ts'
import type { PeerState } from './state.ts'
import type { UnitState } from './requester/slice.ts'

const ANN = peerOf('A')
const UNITS = 5_000

/** Units with one attempt each, save one that has been tried often. */
function unitsOf(count: number): Map<number, UnitState> {
  const attempt = (number: number): UnitState['attempts'][number] => ({
    attempt: number,
    awardId: `award ${number}`,
    peer: ANN,
    role: 'primary',
    awardedAtMs: NOON,
    deadlineMs: NOON + 1,
    status: { state: 'returned', cid: manifestCidOf('out'), metrics: METRICS, inline: new Uint8Array(500) },
  })
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const tries = index === 7 ? 900 : 1
      return [index, { attempts: Array.from({ length: tries }, (_, i) => attempt(i + 1)), openSinceMs: NOON }]
    }),
  )
}

const METRICS = {
  wall_ms: 1,
  cpu_ms: 1,
  peak_memory_bytes: 1,
  input_bytes: 1,
  output_bytes: 500,
}

/** A peer with a large job, a small one, one without units, and a large holding. */
function large(): PeerState {
  const brain = createBrain({ [ANN]: 0.8 })
  for (const id of [JOB, 'small', 'none'] as JobId[]) submit(brain, manifestOf({ job_id: id }))
  const { state } = brain
  for (const [id, count] of [
    [JOB, UNITS],
    ['small' as JobId, 3],
  ] as const) {
    const job = state.requester.jobs.get(id)!
    state.requester.jobs.set(id, { ...job, units: unitsOf(count) })
  }
  const requester = ANN
  const held = { attempt: 1, awardedAtMs: NOON, status: { state: 'queued' } } as const
  const units = new Map(Array.from({ length: UNITS }, (_, index) => [index, { ...held }] as const))
  const job = 'theirs' as JobId
  state.provider.holdings.set(holdingKey(requester, job), {
    requester,
    job,
    manifestCid: manifestCidOf('theirs'),
    units,
  })
  return state
}

describe('a state in parts', () => {
  test('a small one is one part, the same as before there were parts', () => {
    const { state } = createBrain({ [ANN]: 0.8 })
    expect([...encodeStateParts(state)]).toEqual([encodeState(state)])
  })

  test('[P6] a large one comes back the same, byte for byte, from parts that are far smaller', () => {
    const state = large()
    const whole = encodeState(state)
    const parts = [...encodeStateParts(state, 1_000)]
    expect(parts.length).toBeGreaterThan(10)
    expect(Math.max(...parts.map(({ byteLength }) => byteLength))).toBeLessThan(whole.byteLength / 4)
    const decoded = decodeStateParts(parts)
    if (!decoded.ok) throw new Error(decoded.fault.message)
    expect(Buffer.compare(encodeState(decoded.value), whole)).toBe(0)
  })

  test('[P6] a unit stays whole, however often it was tried', () => {
    const parts = [...encodeStateParts(large(), 300)]
    const decoded = decodeStateParts(parts)
    expect(decoded.ok && decoded.value.requester.jobs.get(JOB)?.units.get(7)?.attempts.length).toBe(900)
  })

  test('no parts, or parts that are torn, are refused as data', () => {
    const parts = [...encodeStateParts(large(), 1_000)]
    expect(decodeStateParts([])).toMatchObject({ ok: false, fault: { kind: 'malformed' } })
    expect(decodeStateParts([parts[0]!, parts[1]!.subarray(1)]).ok).toBe(false)
    expect(decodeStateParts(parts.slice(1)).ok).toBe(false)
  })
})
