import { expect, it } from 'vitest'
import { contract, THANKS_SHOWN_MAX } from '#contract'
import { peerOf } from '../../peer/brain.fixture.ts'
import type { JobId } from '../../protocol/ids.ts'
import { putAway, type Favour } from '../../runtime/favours/favour-list.ts'
import { workReport, type ReportedFavours } from './work-report.ts'

const [ADA, CY] = [peerOf('A'), peerOf('C')]

function favour(job: string, some: Partial<Favour> = {}): Favour {
  return { job: job as JobId, algorithm: 'render.path-trace', outputs: 1, cpuMs: 50, ...some }
}

function reportOf(people: ReportedFavours['people']) {
  const report = workReport({
    people,
    thanksFor: (_peer, { job }) => ({ note: `note of ${job}`, picture: 'AAAA' }),
    nameOf: (peer) => `name of ${peer.at(-1)}`,
    kindOf: (id) => (id === 'render.path-trace' ? 'render' : 'other'),
    nowMs: 99.5,
  })
  expect(contract.report.get['~orpc'].outputSchema?.['~standard'].validate(report)).toHaveProperty('value')
  return report
}

it('tells by person what is news: jobs by kind, processor time, and when', () => {
  const news = (cpuMs: number, fromMs: number, untilMs: number) => ({ news: { cpuMs, fromMs, untilMs } })
  const report = reportOf(
    new Map([
      [CY, [favour('quiet')]],
      [
        ADA,
        [
          favour('a', news(5, 20, 30)),
          favour('b', news(7, 10, 25)),
          { ...favour('c', news(1, 40, 50)), algorithm: 'x' },
        ],
      ],
    ]),
  )
  expect(report).toEqual({
    until_ms: 100,
    people: [
      {
        ...{ peer_id: ADA, name: 'name of A', cpu_ms: 13, thanks: [], thanks_count: 0 },
        work: [
          { kind: 'render', jobs: 2 },
          { kind: 'other', jobs: 1 },
        ],
        span: { from_ms: 10, until_ms: 50 },
      },
    ],
  })
})

it('tells thanks that were not put away, the newest first, and counts those that it does not show', () => {
  const many = Array.from({ length: THANKS_SHOWN_MAX + 2 }, (_, i) =>
    favour(`job-${i}`, { thanks: { atMs: i, isSeen: false } }),
  )
  const [ada] = reportOf(
    new Map([[ADA, [...many, favour('seen', { thanks: { atMs: 99, isSeen: true } })]]]),
  ).people
  expect(ada).toMatchObject({ thanks_count: THANKS_SHOWN_MAX + 2, cpu_ms: 0, work: [] })
  expect(ada!.span).toBeUndefined()
  expect(ada!.thanks).toHaveLength(THANKS_SHOWN_MAX)
  expect(ada!.thanks[0]).toEqual({
    at_ms: THANKS_SHOWN_MAX + 1,
    note: `note of job-${THANKS_SHOWN_MAX + 1}`,
    picture: 'AAAA',
  })
})

it('what a clock dated ahead before it was set back can be put away: the report reaches until then', () => {
  const thanked = favour('ahead', { thanks: { atMs: 5_000, isSeen: false } })
  const favours = [thanked, favour('worked', { news: { cpuMs: 1, fromMs: 10, untilMs: 7_000 } })]
  const { until_ms } = reportOf(new Map([[ADA, favours]]))
  expect(until_ms).toBe(7_000)
  expect(reportOf(new Map([[ADA, putAway(favours, until_ms)]])).people).toEqual([])
})
