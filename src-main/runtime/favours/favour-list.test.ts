import { expect, it } from 'vitest'
import type { JobId } from '../../protocol/ids.ts'
import {
  countWork,
  FAVOURS_OF_ONE_MAX,
  isNews,
  judgeThanks,
  putAway,
  withThanks,
  type Favour,
} from './favour-list.ts'

const [ONE, TWO] = ['job-1', 'job-2'] as JobId[] as [JobId, JobId]

function counted(...work: readonly (readonly [JobId, atMs: number])[]): Favour[] {
  return work.reduce<Favour[]>(
    (favours, [job, atMs]) => countWork(favours, { job, outputs: 2, cpuMs: 10, atMs }).favours,
    [],
  )
}

it('[J12] work for a job is counted together, and the job worked on last stands last', () => {
  const favours = counted([ONE, 5], [TWO, 6], [ONE, 9])
  expect(favours.map(({ job }) => job)).toEqual([TWO, ONE])
  expect(favours[1]).toMatchObject({ outputs: 4, cpuMs: 20, news: { cpuMs: 20, fromMs: 5, untilMs: 9 } })
})

it('[J12] the oldest jobs of one requester fall out of its list', () => {
  const jobs = Array.from({ length: FAVOURS_OF_ONE_MAX }, (_, i) => `job-${i}` as JobId)
  const favours = counted(...jobs.map((job, i) => [job, i] as const))
  const { favours: after, dropped } = countWork(favours, {
    job: 'new' as JobId,
    outputs: 1,
    cpuMs: 1,
    atMs: 1,
  })
  expect([after.length, dropped, after.map(({ job }) => job).pop()]).toEqual([
    FAVOURS_OF_ONE_MAX,
    [jobs[0]],
    'new',
  ])
})

it('[J12] thanks are for a job that units ran for, and new once', () => {
  const favours = counted([ONE, 5])
  expect([judgeThanks(favours, ONE), judgeThanks(favours, TWO), judgeThanks([], ONE)]).toEqual([
    'new',
    'unknown',
    'unknown',
  ])
  expect(judgeThanks(withThanks(favours, ONE, 7), ONE)).toBe('known')
})

it('what was put away comes again only with news: later work, or later thanks', () => {
  const before = counted([ONE, 5], [TWO, 20])
  const after = putAway(withThanks(before, ONE, 6), 10)
  expect(after.map((favour) => [favour.job, isNews(favour)])).toEqual([
    [ONE, false],
    [TWO, true],
  ])
  const { favours } = countWork(after, { job: ONE, outputs: 1, cpuMs: 3, atMs: 30 })
  expect(favours.at(-1)).toMatchObject({ cpuMs: 13, news: { cpuMs: 3, fromMs: 30, untilMs: 30 } })
  // Thanks that were put away stay given.
  expect(judgeThanks(favours, ONE)).toBe('known')
  expect(isNews(putAway(withThanks(before, TWO, 30), 20)[1]!)).toBe(true)
})

it('a clock that was set back does not turn the time of work around', () => {
  const [favour] = counted([ONE, 900], [ONE, 20])
  expect(favour?.news).toMatchObject({ fromMs: 20, untilMs: 900 })
})
