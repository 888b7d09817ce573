import type { Benchmark, Measurement } from '../../../bench.ts'
import { recordedJobs } from './recorded-jobs.fixture.ts'
import { asBefore, inOrder, inRange, leavingOut, untaught, type Told } from './replay.fixture.ts'

const COVERAGE_MIN = 0.8

/** Replays recorded renders through the estimator: how often the outcome lies in the range, and how far off it is. */
export const benchmark: Benchmark = {
  name: 'estimate',
  run(report) {
    const jobs = recordedJobs()
    const ways: readonly [string, readonly Told[]][] = [
      ['as before', asBefore(jobs)],
      ['nothing learned', untaught(jobs)],
      ['learned in order', inOrder(jobs)],
      ['learned from all others', leavingOut(jobs)],
    ]
    for (const [name, told] of ways) for (const measurement of figuresOf(name, told)) report(measurement)
  },
}

function figuresOf(name: string, told: readonly Told[]): readonly Measurement[] {
  const coverage = told.filter(inRange).length / told.length
  const isNow = name.startsWith('learned')
  const target = isNow ? { target: `≥ ${COVERAGE_MIN}`, met: coverage >= COVERAGE_MIN } : {}
  return [
    {
      metric: `${name}: outcomes in the range`,
      value: coverage,
      unit: 'of all',
      ...target,
      note: `${told.length} jobs`,
    },
    {
      metric: `${name}: median of outcome ÷ estimate`,
      value: median(told.map(({ tookMs, likelyMs }) => tookMs / likelyMs)),
      unit: '×',
    },
    {
      metric: `${name}: median error`,
      value: Math.exp(median(told.map(({ tookMs, likelyMs }) => Math.abs(Math.log(tookMs / likelyMs))))),
      unit: '× either way',
    },
    {
      metric: `${name}: median width of the range`,
      value: median(told.map(({ lowMs, highMs }) => highMs / lowMs)),
      unit: '×',
    },
  ]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
