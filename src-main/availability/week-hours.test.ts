import { describe, expect, test } from 'vitest'
import type { WeekPlan } from '../protocol/sharing-plan.ts'
import { isTimeZone, nextChangeMs, weekHours } from './week-hours.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const at = (iso: string): number => Date.parse(iso)

type Block = WeekPlan['blocks'][number]

/** A stretch of a day of the week (0 is Monday), from and for so many hours. */
function block(day: number, fromHour: number, hours: number, changes: Partial<Block> = {}): Block {
  return { day, start_minute: fromHour * 60, minutes: hours * 60, ...changes }
}

function plan(time_zone: string, blocks: Block[], exceptions: WeekPlan['exceptions'] = []): WeekPlan {
  return { time_zone, resources: { cpu_cores: 4, ram_gb: 8 }, priority: 0.5, blocks, exceptions }
}

/** The hours of a plan in a window, as times in UTC. */
function hours(of: WeekPlan, from: string, until: string): string[] {
  return weekHours(of, at(from), at(until)).map(({ startMs, endMs }) =>
    [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' – '),
  )
}

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]

describe('[A1] the hours of a painted week', () => {
  test('are of the wall clock of the plan’s zone', () => {
    // 18 November 2026 is a Wednesday.
    const of = (zone: string): string[] =>
      hours(plan(zone, [block(2, 9, 8)]), '2026-11-16T00:00Z', '2026-11-22T00:00Z')
    expect(of('UTC')).toEqual(['2026-11-18T09:00 – 2026-11-18T17:00'])
    expect(of('Europe/Berlin')).toEqual(['2026-11-18T08:00 – 2026-11-18T16:00'])
    expect(of('America/New_York')).toEqual(['2026-11-18T14:00 – 2026-11-18T22:00'])
    expect(of('Asia/Kathmandu')).toEqual(['2026-11-18T03:15 – 2026-11-18T11:15'])
    expect(of('Australia/Lord_Howe')).toEqual(['2026-11-17T22:00 – 2026-11-18T06:00'])
  })

  test('go on past midnight, from Sunday into Monday too', () => {
    const of = plan('Europe/Berlin', [block(6, 22, 8)])
    expect(hours(of, '2026-11-22T00:00Z', '2026-11-23T00:00Z')).toEqual([
      '2026-11-22T21:00 – 2026-11-23T05:00',
    ])
    // On Monday morning they have their own beginning still.
    expect(hours(of, '2026-11-23T04:00Z', '2026-11-24T00:00Z')).toEqual([
      '2026-11-22T21:00 – 2026-11-23T05:00',
    ])
    expect(hours(of, '2026-11-23T05:00Z', '2026-11-24T00:00Z')).toEqual([])
  })

  test('that meet within a day are one, those of different days are not, and they keep their bounds', () => {
    const of = plan('UTC', [block(0, 8, 1), block(0, 9, 2), block(1, 0, 24), block(2, 0, 24)])
    expect(hours(of, '2026-11-16T00:00Z', '2026-11-19T00:00Z')).toEqual([
      '2026-11-16T08:00 – 2026-11-16T11:00',
      '2026-11-17T00:00 – 2026-11-18T00:00',
      '2026-11-18T00:00 – 2026-11-19T00:00',
    ])
    expect(hours(of, '2026-11-17T13:00Z', '2026-11-17T14:00Z')).toEqual([
      '2026-11-17T00:00 – 2026-11-18T00:00',
    ])
  })

  test('of an unknown time zone are none', () => {
    expect(hours(plan('Mars/Base', [block(0, 0, 24)]), '2026-11-16T00:00Z', '2026-11-17T00:00Z')).toEqual([])
    expect([isTimeZone('Mars/Base'), isTimeZone('Europe/Berlin'), isTimeZone('UTC')]).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('[A2] a change of the clock', () => {
  test('in spring leaves out the hour that the clock leaves out', () => {
    // Berlin, 29 March 2026: 2:00 becomes 3:00. New York: 8 March.
    expect(hours(plan('Europe/Berlin', [block(6, 1, 3)]), '2026-03-28T00:00Z', '2026-03-30T00:00Z')).toEqual([
      '2026-03-29T00:00 – 2026-03-29T02:00',
    ])
    expect(hours(plan('Europe/Berlin', [block(6, 2, 1)]), '2026-03-28T00:00Z', '2026-03-30T00:00Z')).toEqual(
      [],
    )
    expect(
      hours(plan('America/New_York', [block(6, 1, 3)]), '2026-03-07T00:00Z', '2026-03-09T00:00Z'),
    ).toEqual(['2026-03-08T06:00 – 2026-03-08T08:00'])
  })

  test('in autumn shares an hour that comes twice both times', () => {
    // Berlin, 25 October 2026: 3:00 becomes 2:00.
    const of = (from: number, length: number): string[] =>
      hours(plan('Europe/Berlin', [block(6, from, length)]), '2026-10-24T00:00Z', '2026-10-26T00:00Z')
    expect(of(2, 1)).toEqual(['2026-10-25T00:00 – 2026-10-25T02:00'])
    expect(of(1, 4)).toEqual(['2026-10-24T23:00 – 2026-10-25T04:00'])
    expect(of(3, 2)).toEqual(['2026-10-25T02:00 – 2026-10-25T04:00'])
  })

  test('shares half of an hour that comes twice as two halves', () => {
    const half: Block = { day: 6, start_minute: 120, minutes: 30 }
    expect(hours(plan('Europe/Berlin', [half]), '2026-10-24T00:00Z', '2026-10-26T00:00Z')).toEqual([
      '2026-10-25T00:00 – 2026-10-25T00:30',
      '2026-10-25T01:00 – 2026-10-25T01:30',
    ])
  })

  test('of half an hour counts half an hour', () => {
    // Lord Howe, 4 October 2026: 2:00 becomes 2:30 (+10:30 to +11); 5 April 2026: 2:00 becomes 1:30.
    const of = plan('Australia/Lord_Howe', [block(6, 1, 2)])
    expect(hours(of, '2026-10-03T00:00Z', '2026-10-05T00:00Z')).toEqual([
      '2026-10-03T14:30 – 2026-10-03T16:00',
    ])
    expect(hours(of, '2026-04-04T00:00Z', '2026-04-06T00:00Z')).toEqual([
      '2026-04-04T14:00 – 2026-04-04T16:30',
    ])
  })

  test('within a night’s hours makes them longer or shorter', () => {
    const nights = plan('Europe/Berlin', [block(5, 22, 8)])
    const [autumn] = weekHours(nights, at('2026-10-24T22:00Z'), at('2026-10-25T00:00Z'))
    const [spring] = weekHours(nights, at('2026-03-28T22:00Z'), at('2026-03-29T00:00Z'))
    expect([autumn, spring].map((one) => ((one?.endMs ?? 0) - (one?.startMs ?? 0)) / HOUR)).toEqual([9, 7])
  })
})

describe('[A3] an exception', () => {
  const nights = EVERY_DAY.map((day) => block(day, 20, 8))

  test('replaces what begins on its date; what began the day before goes on', () => {
    const of = plan('UTC', nights, [{ date: '2026-11-18', blocks: [{ start_minute: 600, minutes: 60 }] }])
    expect(hours(of, '2026-11-17T12:00Z', '2026-11-19T23:00Z')).toEqual([
      '2026-11-17T20:00 – 2026-11-18T04:00',
      '2026-11-18T10:00 – 2026-11-18T11:00',
      '2026-11-19T20:00 – 2026-11-20T04:00',
    ])
  })

  test('may leave a day empty, and the later of two for a date counts', () => {
    const of = plan('UTC', nights, [
      { date: '2026-11-18', blocks: [{ start_minute: 0, minutes: 60 }] },
      { date: '2026-11-18', blocks: [] },
    ])
    expect(hours(of, '2026-11-18T05:00Z', '2026-11-19T12:00Z')).toEqual([])
  })
})

describe('[A4] where stretches overlap', () => {
  const gpu = { cpu_cores: 8, ram_gb: 16 }

  test('the one that begins last counts, then the shorter, whatever their order', () => {
    const blocks = [
      block(0, 8, 8),
      block(0, 10, 2, { resources: gpu }),
      block(0, 10, 4, { algorithms: ['render.path-trace'] }),
    ]
    const of = (order: Block[]) =>
      weekHours(plan('UTC', order), at('2026-11-16T00:00Z'), at('2026-11-17T00:00Z'))
    const told = of(blocks)
    expect(told.map(({ startMs, endMs }) => [startMs, endMs].map((ms) => (ms % DAY) / HOUR))).toEqual([
      [8, 10],
      [10, 12],
      [12, 14],
      [14, 16],
    ])
    expect(told[1]?.resources).toEqual(gpu)
    expect(told[2]?.algorithms).toEqual(['render.path-trace'])
    expect(of([...blocks].reverse())).toEqual(told)
  })

  test('no two hours overlap, whatever is painted', () => {
    const blocks = EVERY_DAY.flatMap((day) =>
      [0, 5, 10, 23].flatMap((from) => [1, 7, 24].map((length) => block(day, from, length))),
    )
    const told = weekHours(plan('America/New_York', blocks), at('2026-10-28T00:00Z'), at('2026-11-06T00:00Z'))
    expect(told.length).toBeGreaterThan(8)
    for (const [i, one] of told.entries()) {
      expect(one.endMs).toBeGreaterThan(one.startMs)
      expect(one.startMs).toBeGreaterThanOrEqual(told[i - 1]?.endMs ?? 0)
    }
  })
})

describe('[A5] the next change', () => {
  test('is the end of hours at hand through all that follow without a gap, or the beginning of the next', () => {
    const of = plan('UTC', [block(0, 22, 2), block(1, 0, 6)])
    expect(nextChangeMs(of, at('2026-11-16T23:00Z'))).toEqual({
      isShared: true,
      atMs: at('2026-11-17T06:00Z'),
    })
    expect(nextChangeMs(of, at('2026-11-17T06:00Z'))).toEqual({
      isShared: false,
      atMs: at('2026-11-23T22:00Z'),
    })
  })

  test('is none where everything or nothing is shared', () => {
    const always = plan(
      'Europe/Berlin',
      EVERY_DAY.map((day) => block(day, 0, 24)),
    )
    expect(nextChangeMs(always, at('2026-10-20T12:34Z'))).toEqual({ isShared: true })
    expect(nextChangeMs(plan('UTC', []), at('2026-11-16T23:00Z'))).toEqual({ isShared: false })
  })

  test('is found behind weeks that exceptions leave empty', () => {
    const empty = Array.from({ length: 40 }, (_, i) => ({
      date: new Date(at('2026-11-16T00:00Z') + i * DAY).toISOString().slice(0, 10),
      blocks: [],
    }))
    const of = plan(
      'UTC',
      EVERY_DAY.map((day) => block(day, 9, 1)),
      empty,
    )
    expect(nextChangeMs(of, at('2026-11-16T00:00Z')).atMs).toBe(at('2026-12-26T09:00Z'))
  })
})
