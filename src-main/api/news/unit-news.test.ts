import { describe, expect, it } from 'vitest'
import type { PeerEvent } from '../../peer/event.ts'
import type { AttemptState, JobState, UnitState } from '../../peer/requester/slice.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { RunMetrics } from '../../protocol/receipt.ts'
import { changedUnits } from '../../jobs/changed-units.ts'
import { unitView } from './unit-news.ts'

const [ANNA, BEN] = ['1', '2'].map((letter) => `12D3KooW${letter.repeat(44)}` as PeerId) as [PeerId, PeerId]
const JOB = 'render-aaaaaaaa' as JobId
const OTHER = 'render-bbbbbbbb' as JobId
const CID = `bafkrei${'a'.repeat(52)}` as Cid
const metrics: RunMetrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 1, input_bytes: 0, output_bytes: 1 }

const AWARDED: AttemptState['status'] = { state: 'awarded' }
const RETURNED: AttemptState['status'] = { state: 'returned', cid: CID, metrics }
const FAILED: AttemptState['status'] = { state: 'failed', fault: { kind: 'trapped', message: 'broken' } }
const LATE: AttemptState['status'] = { state: 'void', why: 'late', ready: false }

function attempt(number: number, peer: PeerId, status: AttemptState['status']): AttemptState {
  const role = 'primary'
  return {
    attempt: number,
    awardId: `award-${number}`,
    peer,
    role,
    awardedAtMs: number * 100,
    deadlineMs: 0,
    status,
  }
}

const unit = (...attempts: AttemptState[]): UnitState => ({ attempts, openSinceMs: 0 })

describe('a unit as its requester sees it', () => {
  it.each<[string, UnitState, object]>([
    [
      'open, when no peer has it any longer',
      unit(attempt(1, ANNA, LATE)),
      { state: 'open', by: [], attempts: 1 },
    ],
    ['running, and by whom', unit(attempt(1, ANNA, AWARDED)), { state: 'running', by: [0], attempts: 1 }],
    [
      'running, while another has returned it',
      unit(attempt(1, ANNA, RETURNED), attempt(2, BEN, AWARDED)),
      { state: 'running', by: [0, 1] },
    ],
    ['returned, when more must check it', unit(attempt(1, ANNA, RETURNED)), { state: 'returned', by: [0] }],
    [
      'tried again, and says why',
      unit(attempt(1, ANNA, FAILED), attempt(2, BEN, AWARDED)),
      { state: 'running', by: [0], attempts: 2, fault: { kind: 'trapped', message: 'broken' } },
    ],
    [
      'verified, by those who agree, from the last one’s award on',
      {
        ...unit(attempt(1, ANNA, RETURNED), attempt(2, BEN, RETURNED)),
        verified: { cid: CID, winners: [ANNA, BEN], atMs: 1_000, stored: true },
      },
      { state: 'verified', by: [0, 1], took_ms: 800 },
    ],
  ])('is %s', (_, state, view) => {
    expect(unitView(7, state, new Map())).toMatchObject({ index: 7, ...view })
  })

  it('names each peer by one position, however often', () => {
    const peers = new Map<PeerId, number>()
    unitView(0, unit(attempt(1, BEN, AWARDED)), peers)
    expect(unitView(1, unit(attempt(1, ANNA, AWARDED), attempt(2, BEN, RETURNED)), peers).by).toEqual([1, 0])
    expect([...peers.keys()]).toEqual([BEN, ANNA])
  })
})

describe('what changed of a job', () => {
  const job = {
    manifest: { job_id: JOB },
    units: new Map([
      [3, unit(attempt(1, ANNA, AWARDED))],
      [4, unit(attempt(2, BEN, AWARDED))],
    ]),
  } as unknown as JobState
  const at_ms = 1
  it.each<[string, PeerEvent, readonly number[] | 'any']>([
    [
      'units that were returned',
      {
        kind: 'results-received',
        at_ms,
        from: ANNA,
        job_id: JOB,
        receipts: [{ unit_index: 5, attempt: 1, outcome: { kind: 'output', cid: CID, metrics } }],
      },
      [5],
    ],
    ['units that are here now', { kind: 'outputs-stored', at_ms, job_id: JOB, units: [1, 2] }, [1, 2]],
    [
      'units of an award that was refused',
      {
        kind: 'award-refused',
        at_ms,
        job_id: JOB,
        award_id: 'award-2',
        peer: BEN,
        fault: { kind: 'too-busy', message: '' },
      },
      [4],
    ],
    [
      'units that were lost, of this job alone',
      {
        kind: 'attempts-lost',
        at_ms,
        reason: 'late',
        lost: [
          { job_id: JOB, unit_index: 3, attempt: 1 },
          { job_id: OTHER, unit_index: 9, attempt: 1 },
        ],
      },
      [3],
    ],
    ['any when it is paused', { kind: 'job-paused', at_ms, job_id: JOB }, 'any'],
    ['nothing when another is', { kind: 'job-paused', at_ms, job_id: OTHER }, []],
    ['nothing as time goes by', { kind: 'tick', at_ms }, []],
  ])('is %s', (_, event, changed) => {
    const found = changedUnits([event], job)
    expect(found === 'any' ? found : [...found]).toEqual(changed)
  })
})
