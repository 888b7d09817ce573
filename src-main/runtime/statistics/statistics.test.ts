import { beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import type { PeerEvent } from '../../peer/event.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import type { Settings } from '../../ports/settings.ts'
import { JobId, PeerId } from '../../protocol/ids.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import { createStatistics, type Statistics } from './statistics.ts'

const ME = PeerId.parse(`12D3KooW${'M'.repeat(44)}`)
const ANN = PeerId.parse(`12D3KooW${'A'.repeat(44)}`)
const JOB = JobId.parse('job')
/** Noon by this machine's time zone, whichever that is. */
const noonOf = (date: string): number => new Date(`${date}T12:00:00`).getTime()
const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

let kept: Map<string, string>
let nowMs: number
let writes: (() => void)[]
let state: PeerState
let happens: (...events: PeerEvent[]) => void

beforeEach(() => {
  kept = new Map()
  nowMs = noonOf('2026-11-21')
  state = initialState(ME, 'me')
})

function settings(): Settings {
  return {
    read: <S extends z.ZodType>(key: string, schema: S) => {
      const text = kept.get(key)
      return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data
    },
    write: (key, value) => {
      if (value === undefined) kept.delete(key)
      else kept.set(key, JSON.stringify(value))
    },
  }
}

function start(): Statistics {
  writes = []
  const runtime = {
    state,
    onEvents: (listener: (events: readonly PeerEvent[]) => void) => {
      happens = (...events) => listener(events)
      return () => undefined
    },
  }
  const clock = {
    nowMs: () => nowMs,
    after: (_: number, callback: () => void) => {
      writes.push(callback)
      return () => undefined
    },
  }
  const statistics = createStatistics({
    runtime: runtime as unknown as PeerRuntime,
    clock,
    settings: settings(),
  })
  statistics.start()
  return statistics
}

const metrics = { wall_ms: 10, cpu_ms: 7.4, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 0 }
const ran = (requester: PeerId, count: number): PeerEvent => ({
  kind: 'units-ran',
  at_ms: nowMs,
  requester,
  job_id: JOB,
  receipts: Array.from({ length: count }, (_, unit_index) => ({
    unit_index,
    attempt: 1,
    outcome: { kind: 'output' as const, cid: CID as never, metrics },
  })),
})
const today = (statistics: Statistics) => statistics.days(1)[0]

test('[A17] units for others count with their processor time, own ones do not', () => {
  const statistics = start()
  happens(ran(ANN, 3), ran(ME, 5))
  expect(today(statistics)).toEqual({
    date: '2026-11-21',
    shared_ms: 0,
    units_for_others: 3,
    cpu_ms_for_others: 21,
    units_by_others: 0,
  })
})

test('[A17] time counts as shared while something is, and not while the PC slept', () => {
  state.sharing.availability = { kind: 'always', resources: { cpu_cores: 1, ram_gb: 1 }, priority: 0.5 }
  state.view.capabilities = [{ algorithm_id: 'x.y', version: '1.0.0', supported: true, performance_score: 1 }]
  const statistics = start()
  for (const passed of [0, 1_000, 2_000, 60_000, 61_000]) happens({ kind: 'tick', at_ms: nowMs + passed })
  expect(today(statistics)?.shared_ms).toBe(3_000)
  state.sharing.pause = { sinceMs: nowMs, finishFirst: false }
  happens({ kind: 'tick', at_ms: nowMs + 62_000 })
  expect(today(statistics)?.shared_ms).toBe(3_000)
})

test('[A17] days are local, in order, today last, and empty ones are zeros', () => {
  const statistics = start()
  happens(ran(ANN, 1))
  nowMs = noonOf('2026-11-23')
  happens(ran(ANN, 2))
  expect(statistics.days(3).map(({ date, units_for_others }) => [date, units_for_others])).toEqual([
    ['2026-11-21', 1],
    ['2026-11-22', 0],
    ['2026-11-23', 2],
  ])
})

test('[A17] counts survive a restart, whether it was told to stop or wrote in time', () => {
  start()
  happens(ran(ANN, 1))
  for (const write of [...writes]) write()
  const again = start()
  happens(ran(ANN, 1))
  again.stop()
  expect(today(start())?.units_for_others).toBe(2)
})

test('[A17] no more than a year and a day is kept, and no setting grows too large', () => {
  const statistics = start()
  for (let day = 0; day < 400; day++) {
    nowMs = noonOf('2026-01-01') + day * 86_400_000
    happens(ran(ANN, 1_000), lost())
    if (day % 20 === 0) statistics.stop()
  }
  statistics.stop()
  const last = start()
  expect(last.days(366).every(({ units_for_others }) => units_for_others === 1_000)).toBe(true)
  expect([...kept.values()].every((text) => text.length < 64 << 10)).toBe(true)
  expect(kept.size).toBeLessThan(40)
})

/** An attempt of Ann's that was late, in a state that knows of it. */
function lost(): PeerEvent {
  state.requester.jobs.set(JOB, {
    units: new Map([[0, { openSinceMs: 0, attempts: [attemptOf('void')] }]]),
  } as never)
  const units = [{ job_id: JOB, unit_index: 0, attempt: 1 }]
  return { kind: 'attempts-lost', at_ms: nowMs, reason: 'late', lost: units }
}

function attemptOf(status: 'void' | 'returned') {
  return { attempt: 1, peer: ANN, status: { state: status } } as never
}

test('[A17] a unit that others did counts once, whichever result decided it; wrong peers are remembered', () => {
  const statistics = start()
  const BOB = PeerId.parse(`12D3KooW${'B'.repeat(44)}`)
  const attempt = (peer: PeerId, attempt: number, status: string) =>
    ({ attempt, peer, status: { state: status } }) as never
  const verified = { cid: CID, winners: [ANN, ME], atMs: nowMs, stored: true }
  const attempts = [attempt(ANN, 1, 'returned'), attempt(BOB, 2, 'rejected'), attempt(ME, 3, 'returned')]
  state.requester.jobs.set(JOB, { units: new Map([[0, { openSinceMs: 0, attempts, verified }]]) } as never)
  const outcome = { kind: 'output' as const, cid: CID as never, metrics }
  const receipts = [{ unit_index: 0, attempt: 3, outcome }]
  happens({ kind: 'results-received', at_ms: nowMs, from: ME, job_id: JOB, receipts })
  expect(today(statistics)?.units_by_others).toBe(1)
  expect([ANN, BOB, ME].map((peer) => statistics.reliabilityByDay(peer, 1)[0])).toEqual([1, 0, null])
})

test('[A17] a person’s attempts count by day: what was right, and what was late', () => {
  const statistics = start()
  happens(lost())
  const winners = { cid: CID, winners: [ANN], atMs: nowMs, stored: true }
  state.requester.jobs.set(JOB, {
    units: new Map([[0, { openSinceMs: 0, attempts: [attemptOf('returned')], verified: winners }]]),
  } as never)
  const outcome = { kind: 'output' as const, cid: CID as never, metrics }
  const receipts = [{ unit_index: 0, attempt: 1, outcome }]
  happens({ kind: 'results-received', at_ms: nowMs, from: ANN, job_id: JOB, receipts })
  expect(statistics.reliabilityByDay(ANN, 2)).toEqual([null, 0.5])
  expect(today(statistics)?.units_by_others).toBe(1)
  statistics.stop()
  expect(start().reliabilityByDay(ANN, 1)).toEqual([0.5])
})

test('[W36] a unit that ran out of time is not held against its provider, another failure is', () => {
  const statistics = start()
  for (const kind of ['timed-out', 'runner-lost'] as const) {
    const fault = { kind, message: '' }
    const made = { attempt: 1, peer: ANN, status: { state: 'failed', fault } } as never
    state.requester.jobs.set(JOB, { units: new Map([[0, { openSinceMs: 0, attempts: [made] }]]) } as never)
    const receipts = [{ unit_index: 0, attempt: 1, outcome: { kind: 'fault' as const, fault } }]
    happens({ kind: 'results-received', at_ms: nowMs, from: ANN, job_id: JOB, receipts })
    expect(statistics.reliabilityByDay(ANN, 1)).toEqual([kind === 'timed-out' ? null : 0])
  }
})
