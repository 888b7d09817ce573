import { expect, it } from 'vitest'
import type { JobId, JobSummary, NodeNews, PeerId, Person, Preferences } from '#contract'
import { applyNews } from './apply-news.ts'
import { EMPTY_MIRROR } from './node-mirror.ts'

const job = (id: string, verified = 0) => ({ job_id: id as JobId, verified }) as JobSummary
const person = (id: string, name: string) => ({ peer_id: id as PeerId, name }) as Person
const preferences = { theme: 'dark' } as Preferences

const whole: NodeNews = {
  is_whole: true,
  sharing: { kind: 'sharing' },
  readings: [{ rule: 'metered', state: 'fine' }],
  units_here: [],
  working_for: [{ requester: 'p' as PeerId, is_own: false, name: 'Ada', kind: 'render' }],
  jobs: { changed: [job('a'), job('b')], removed: [] },
  people: { changed: [person('p', 'Ada')], removed: [] },
  pair_requests: [],
  preferences,
}

it('the first news is everything', () => {
  const mirror = applyNews(EMPTY_MIRROR, whole)
  expect(mirror.isLoaded).toBe(true)
  expect([...mirror.jobs.keys()]).toEqual(['a', 'b'])
  expect(mirror.people.get('p' as PeerId)?.name).toBe('Ada')
  expect(mirror.workingFor.map(({ name }) => name)).toEqual(['Ada'])
})

it('a change touches what it names, and everything else keeps its identity', () => {
  const before = applyNews(EMPTY_MIRROR, whole)
  const after = applyNews(before, {
    is_whole: false,
    jobs: { changed: [job('b', 7), job('c')], removed: ['a' as JobId] },
  })
  expect([...after.jobs.keys()]).toEqual(['b', 'c'])
  expect(after.jobs.get('b' as JobId)?.verified).toBe(7)
  expect(after.people).toBe(before.people)
  expect(after.readings).toBe(before.readings)
  expect(after.workingFor).toBe(before.workingFor)
  expect(after.pairRequests).toBe(before.pairRequests)
  expect(before.jobs.get('b' as JobId)?.verified).toBe(0)
})

it('a change that changes no job leaves the same map', () => {
  const before = applyNews(EMPTY_MIRROR, whole)
  expect(applyNews(before, { is_whole: false, jobs: { changed: [], removed: [] } }).jobs).toBe(before.jobs)
})

it('a whole one voids what it does not name, but not what this window knows by itself', () => {
  const before = { ...applyNews(EMPTY_MIRROR, whole), connection: 'open' as const, host: 'desktop' as const }
  const after = applyNews(before, { is_whole: true })
  expect(after.jobs.size + after.people.size + after.readings.length).toBe(0)
  expect(after.sharing).toBeUndefined()
  expect([after.connection, after.host, after.preferences]).toEqual(['open', 'desktop', preferences])
})
