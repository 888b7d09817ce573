import { beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { createBrain, manifestOf, peerOf, receiptOf, submit, JOB, ME } from '../../peer/brain.fixture.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { Notice } from '../../peer/notice.ts'
import type { PeerState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { Settings } from '../../ports/settings.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import { createStatistics, type Statistics } from './statistics.ts'

const [ANN, BOB, CY] = [peerOf('A'), peerOf('B'), peerOf('C')]
/** Noon by this machine's time zone, whichever that is. */
const noonOf = (date: string): number => new Date(`${date}T12:00:00`).getTime()
const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

let kept: Map<string, string>
let nowMs: number
let writes: (() => void)[]
let state: PeerState
/** Lets events happen in one turn: the statistics hear of them when all have. */
let happens: (...events: PeerEvent[]) => void

beforeEach(() => {
  kept = new Map()
  nowMs = noonOf('2026-11-21')
  const brain = createBrain({ [ANN]: 0.5, [BOB]: 0.5, [CY]: 0.5 })
  submit(brain, manifestOf({ unit_count: 1_000, verification_redundancy: 2 }))
  state = brain.state
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
    onNotices: (listener: (notices: readonly Notice[]) => void) => {
      happens = (...events) => listener(events.flatMap((event) => advance(state, event).notices))
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
    cpu_ms_by_others: 0,
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
    happens(ran(ANN, 1_000), awarded([ANN], day), lost(day))
    if (day % 20 === 0) statistics.stop()
  }
  statistics.stop()
  const last = start()
  expect(last.days(366).every(({ units_for_others }) => units_for_others === 1_000)).toBe(true)
  expect([...kept.values()].every((text) => text.length < 64 << 10)).toBe(true)
  expect(kept.size).toBeLessThan(40)
})

/** A unit is awarded to peers, by attempts 1, 2, … */
function awarded(peers: readonly PeerId[], unit_index: number): PeerEvent {
  const awards = peers.map((peer, i) => ({
    award_id: `award-${unit_index}-${i + 1}`,
    job_id: JOB,
    peer,
    units: [{ unit_index, attempt: i + 1, role: 'primary' as const }],
    deadline_ms: nowMs + 60_000,
  }))
  return { kind: 'awards-issued', at_ms: nowMs, awards }
}

/** The first attempt at a unit is late. */
function lost(unit_index: number): PeerEvent {
  const units = [{ job_id: JOB, unit_index, attempt: 1 }]
  return { kind: 'attempts-lost', at_ms: nowMs, reason: 'late', lost: units }
}

const returned = (from: PeerId, ...receipts: ExecutionReceipt[]): PeerEvent => ({
  kind: 'results-received',
  at_ms: nowMs,
  from,
  job_id: JOB,
  receipts,
})

test('[A17] a unit that others did counts once, whichever result decided it; wrong peers are remembered', () => {
  const statistics = start()
  happens(awarded([ANN, BOB, ME], 0))
  nowMs += 1_000
  happens(returned(ANN, receiptOf(1, 'right')))
  happens(returned(BOB, receiptOf(2, 'wrong')))
  happens(returned(ME, receiptOf(3, 'right')))
  expect(today(statistics)).toMatchObject({ units_by_others: 1, cpu_ms_by_others: 10 })
  expect([ANN, BOB, ME].map((peer) => statistics.reliabilityByDay(peer, 1)[0])).toEqual([1, 0, null])
})

test('[A17] two receipts of the same millisecond count a unit once, in one turn or in two', () => {
  const statistics = start()
  happens(awarded([ANN, BOB], 0), awarded([ANN, BOB, CY], 1))
  happens(returned(ANN, receiptOf(1, 'right')), returned(BOB, receiptOf(2, 'right')))
  expect(today(statistics)?.units_by_others).toBe(1)
  happens(returned(ANN, receiptOf(1, 'right', 1)))
  happens(returned(BOB, receiptOf(2, 'right', 1)))
  happens(returned(CY, receiptOf(3, 'right', 1)))
  expect(today(statistics)?.units_by_others).toBe(2)
})

test('[A17] a person’s attempts count by day: what was right, and what was late', () => {
  const statistics = start()
  happens(awarded([ANN], 0), lost(0))
  happens(awarded([ANN, BOB], 1))
  happens(returned(ANN, receiptOf(1, 'right', 1)), returned(BOB, receiptOf(2, 'right', 1)))
  expect(statistics.reliabilityByDay(ANN, 2)).toEqual([null, 0.5])
  expect(today(statistics)?.units_by_others).toBe(1)
  statistics.stop()
  expect(start().reliabilityByDay(ANN, 1)).toEqual([0.5])
})

test('[A17] a failure that comes twice counts once, and one that a line’s end excuses not at all', () => {
  const statistics = start()
  happens(awarded([ANN, BOB], 0))
  happens(returned(ANN, receiptOf(1, undefined)), returned(ANN, receiptOf(1, undefined)))
  happens({
    kind: 'attempts-lost',
    at_ms: nowMs,
    reason: 'disconnected',
    lost: [{ job_id: JOB, unit_index: 0, attempt: 2 }],
  })
  happens(awarded([ANN, BOB], 1))
  happens(returned(ANN, receiptOf(1, 'right', 1)), returned(BOB, receiptOf(2, 'right', 1)))
  expect([ANN, BOB].map((peer) => statistics.reliabilityByDay(peer, 1)[0])).toEqual([0.5, 1])
})

test('[W36] a unit that ran out of time is not held against its provider, another failure is', () => {
  const statistics = start()
  for (const [unit, kind] of (['timed-out', 'runner-lost'] as const).entries()) {
    happens(awarded([ANN], unit))
    // Believed of a peer that had the unit for as long as that takes.
    nowMs += 24 * 3_600_000
    const fault = { kind, message: '' }
    happens(returned(ANN, { unit_index: unit, attempt: 1, outcome: { kind: 'fault', fault } }))
    expect(statistics.reliabilityByDay(ANN, 1)).toEqual([kind === 'timed-out' ? null : 0])
  }
})

test('[A17] days that an earlier version counted, without the time that others gave, go on', () => {
  kept.set('statistics-days', JSON.stringify({ '2026-11-21': [1_000, 2, 30, 4] }))
  expect(today(start())).toMatchObject({ units_by_others: 4, cpu_ms_by_others: 0 })
})
