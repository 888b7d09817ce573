import { describe, expect, it, test } from 'vitest'
import { cidOf, manifestCidOf, NOON } from '../brain.fixture.ts'
import { advance } from '../step.ts'
import type { PeerEvent } from '../event.ts'
import { initialState, type PeerState } from '../state.ts'
import { decodeState, encodeState } from '../codec.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { decodeEndedJob, decodeUnits, encodeEndedJob, encodeUnits } from './archive-codec.ts'
import { archivedIndices, fuelOf, isArchived, partsOf } from './archived.ts'
import { needOf } from './unit.ts'
import { bookOf, createUnitBook } from './unit-book.ts'

const ME = `12D3KooW${'1'.repeat(44)}` as PeerId
const ANNA = `12D3KooW${'2'.repeat(44)}` as PeerId
const BEN = `12D3KooW${'3'.repeat(44)}` as PeerId
const JOB = 'job-archived' as JobId
const metrics = {
  ...{ wall_ms: 20, cpu_ms: 15, peak_memory_bytes: 1, input_bytes: 0, output_bytes: 8 },
  fuel: 100,
}

function tell(state: PeerState, ...events: PeerEvent[]) {
  return events.flatMap((event) => advance(state, event).effects)
}

const award = (peer: PeerId, units: readonly number[], attempt: number): PeerEvent => ({
  kind: 'awards-issued',
  at_ms: NOON,
  awards: [
    {
      award_id: `award-${attempt}`,
      job_id: JOB,
      peer,
      units: units.map((unit_index) => ({ unit_index, attempt, role: 'primary' as const })),
      deadline_ms: NOON + 60_000,
    },
  ],
})

const results = (from: PeerId, units: readonly number[], attempt: number, letter = 'a'): PeerEvent => ({
  kind: 'results-received',
  at_ms: NOON + 10,
  from,
  job_id: JOB,
  receipts: units.map((unit_index) => ({
    unit_index,
    attempt,
    outcome: { kind: 'output', cid: cidOf(letter), metrics, inline: new Uint8Array(8) },
  })),
})

const archive = (...units: number[]): PeerEvent => ({
  kind: 'units-archived',
  at_ms: NOON + 20,
  job_id: JOB,
  units,
})

/** A job of ten units, of which two peers have agreed on 0 to 3; Ben's first word about 4 is the only one. */
function begun(): PeerState {
  const state = initialState(ME, 'me')
  tell(
    state,
    {
      kind: 'job-submitted',
      at_ms: NOON,
      manifest_cid: manifestCidOf(JOB),
      manifest: {
        job_id: JOB,
        requester_id: ME,
        description: '',
        algorithm_id: 'mesh.noop',
        algorithm_version: '1.0.0',
        params: {},
        inputs: {},
        unit_count: 10,
        required_resources: { cpu_cores: 1, ram_gb: 0.1 },
        estimated_duration_seconds: 1,
        priority: 0.5,
        verification_redundancy: 2,
        created_at: toTimestamp(NOON),
      },
    },
    award(ANNA, [0, 1, 2, 3], 1),
    award(BEN, [0, 1, 2, 3, 4], 2),
    results(ANNA, [0, 1, 2, 3], 1),
    results(BEN, [0, 1, 2, 3, 4], 2),
  )
  return state
}

const jobOf = (state: PeerState) => state.requester.jobs.get(JOB)!

describe('[P13] units in the history', () => {
  it('are neither open nor counted twice, and each peer keeps its part', () => {
    const [state, twin] = [begun(), begun()]
    tell(state, archive(1, 3))
    const job = jobOf(state)
    expect([...job.units.keys()]).toEqual([0, 2, 4])
    expect([...archivedIndices(job)]).toEqual([1, 3])
    expect(needOf(job, 1)).toBeUndefined()
    expect(partsOf(job)).toEqual(partsOf(jobOf(twin)))
    expect([fuelOf(job), fuelOf(jobOf(twin))]).toEqual([400, 400])
    for (const book of [bookOf(job), createUnitBook(job)]) {
      expect([...Array(10).keys()].filter((index) => book.open.has(index))).toEqual([4, 5, 6, 7, 8, 9])
      expect([...book.takers].sort()).toEqual([ANNA, BEN])
    }
  })

  it('are only those about which nothing changes any more', () => {
    const state = begun()
    tell(state, archive(4, 5, 0))
    expect([...archivedIndices(jobOf(state))]).toEqual([0])
    tell(state, archive(0))
    expect(jobOf(state).archived?.count).toBe(1)
  })

  it('stay where they are through a snapshot', () => {
    const state = begun()
    tell(state, archive(0, 2))
    const read = decodeState(encodeState(state))
    if (!read.ok) throw new Error(read.fault.message)
    expect(jobOf(read.value).archived).toEqual(jobOf(state).archived)
    expect(isArchived(jobOf(read.value), 2)).toBe(true)
  })

  it('are told to no provider twice: the job ends for all who ever had one', () => {
    const state = begun()
    tell(state, archive(0, 1, 2, 3))
    const effects = tell(state, { kind: 'job-cancelled', at_ms: NOON + 30, job_id: JOB })
    const settled = effects.flatMap((effect) => (effect.kind === 'send-settled' ? [effect.to] : []))
    expect(settled.sort()).toEqual([ANNA, BEN])
  })

  it('read as they were', () => {
    const { units } = jobOf(begun())
    expect(decodeUnits(encodeUnits(units))).toEqual({ ok: true, value: units })
    expect(decodeUnits(Uint8Array.of(1, 2, 3))).toMatchObject({ ok: false })
  })
})

test('[P13] an ended job leaves the state, and is found in the history with its sums', () => {
  const state = begun()
  tell(state, { kind: 'job-archived', at_ms: NOON + 30, job_id: JOB })
  expect(state.requester.jobs.has(JOB)).toBe(true)
  const parts = partsOf(jobOf(state))
  tell(state, { kind: 'job-cancelled', at_ms: NOON + 30, job_id: JOB })
  const bytes = encodeEndedJob(jobOf(state))
  tell(state, { kind: 'job-archived', at_ms: NOON + 40, job_id: JOB })
  expect(state.requester.jobs.has(JOB)).toBe(false)
  const read = decodeEndedJob(bytes)
  if (!read.ok) throw new Error(read.fault.message)
  expect(read.value).toMatchObject({ status: { state: 'cancelled' }, verified: 4, units: new Map() })
  expect([...archivedIndices(read.value)]).toEqual([0, 1, 2, 3, 4])
  expect(partsOf(read.value)).toEqual(parts)
})
