import { describe, expect, it } from 'vitest'
import type { AttemptState, UnitState } from '../../peer/requester/slice.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { RunMetrics } from '../../protocol/receipt.ts'
import { unitView } from './unit-news.ts'

const [ANNA, BEN] = ['1', '2'].map((letter) => `12D3KooW${letter.repeat(44)}` as PeerId) as [PeerId, PeerId]
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
      'verified, by those who agree, and took what their runs took, however long they waited for their turn',
      {
        ...unit(
          attempt(1, ANNA, RETURNED),
          attempt(2, BEN, { ...RETURNED, metrics: { ...metrics, wall_ms: 3 } }),
        ),
        verified: { cid: CID, winners: [ANNA, BEN], atMs: 1_000, stored: true },
      },
      { state: 'verified', by: [0, 1], took_ms: 2 },
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
