import { describe, expect, it } from 'vitest'
import { ME, NOON, peerOf } from '../../peer/brain.fixture.ts'
import { JobId } from '../../protocol/ids.ts'
import type { ActiveUnit } from '../../runtime/executing/job-at-work.ts'
import { unitsHere } from './unit-here.ts'

const unit = (changes: Partial<ActiveUnit> = {}): ActiveUnit => ({
  requester: peerOf('A'),
  job: JobId.parse('job'),
  unit: 0,
  fraction: 0,
  startedAtMs: NOON,
  ...changes,
})
const leftAfter = (ms: number, changes: Partial<ActiveUnit>) =>
  unitsHere([unit(changes)], ME, NOON + ms)[0]?.left_ms_estimate

describe('the units that are computed here', () => {
  it('are those that have begun, the longest at work first, own ones marked', () => {
    const { startedAtMs: _, ...waiting } = unit({ unit: 1 })
    const own = unit({ unit: 2, requester: ME, startedAtMs: NOON - 5, algorithmId: 'mesh.noop' })
    expect(unitsHere([unit(), waiting, own], ME, NOON + 1)).toEqual([
      {
        requester: ME,
        is_own: true,
        job_id: 'job',
        unit_index: 2,
        algorithm_id: 'mesh.noop',
        fraction: 0,
        started_at_ms: NOON - 5,
      },
      {
        requester: peerOf('A'),
        is_own: false,
        job_id: 'job',
        unit_index: 0,
        fraction: 0,
        started_at_ms: NOON,
      },
    ])
  })

  it('say what is left by their own progress, else by others of their job, else not at all', () => {
    expect(leftAfter(6_000, { fraction: 0.25, expectedMs: 1 })).toBe(18_000)
    expect(leftAfter(6_000, { fraction: 0, expectedMs: 10_000 })).toBe(4_000)
    expect(leftAfter(60_000, { fraction: 0, expectedMs: 10_000 })).toBe(0)
    expect(leftAfter(6_000, { fraction: 0 })).toBeUndefined()
  })

  it('are a list that can be looked at, however many there are', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => unit({ unit: i }))
    expect(unitsHere(many, ME, NOON).map(({ unit_index }) => unit_index)).toEqual([...Array(256).keys()])
  })
})
