import { beforeEach, describe, expect, it } from 'vitest'
import { JobId, type PeerId } from '../../protocol/ids.ts'
import {
  cidOf,
  createBrain,
  JOB,
  manifestOf,
  NOON,
  peerOf,
  receiptOf,
  submit,
  type Brain,
} from '../brain.fixture.ts'
import type { PeerEvent } from '../event.ts'
import type { Notice } from '../notice.ts'
import { advance } from '../step.ts'

const [ANN, BEN] = [peerOf('A'), peerOf('B')]
const OTHER = JobId.parse('other')
const at_ms = NOON + 1_000

let brain: Brain
/** Ann has units 3 and 5, Ben unit 4; units 1 and 2 are verified and not here yet. Ann has unit 9 of the other job. */
beforeEach(() => {
  brain = createBrain({ [ANN]: 1, [BEN]: 1 })
  for (const job_id of [JOB, OTHER]) submit(brain, manifestOf({ job_id, unit_count: 10 }))
  brain.happens(awarded('award-0', ANN, JOB, [1, 2]), {
    kind: 'results-received',
    at_ms: NOON,
    from: ANN,
    job_id: JOB,
    receipts: [receiptOf(1, 'one', 1), receiptOf(1, 'two', 2)],
  })
  brain.happens(
    awarded('award-1', ANN, JOB, [3, 5]),
    awarded('award-2', BEN, JOB, [4]),
    awarded('award-3', ANN, OTHER, [9]),
  )
})

function awarded(award_id: string, peer: PeerId, job_id: JobId, units: readonly number[]): PeerEvent {
  const award = {
    award_id,
    job_id,
    peer,
    units: units.map((unit_index) => ({ unit_index, attempt: 1, role: 'primary' as const })),
    deadline_ms: NOON + 60_000,
  }
  return { kind: 'awards-issued', at_ms: NOON, awards: [award] }
}

function noticesOf(event: PeerEvent): Notice[] {
  return advance(brain.state, event).notices
}

/** The changed units by job, as notices tell of them; awards that follow in the same turn are not at hand here. */
function changedBy(event: PeerEvent): Record<string, readonly number[]> {
  const changed = noticesOf(event).flatMap((notice) => (notice.kind === 'units-changed' ? [notice] : []))
  return Object.fromEntries(changed.map(({ job, units }) => [job, [...units].sort((a, b) => a - b)]))
}

describe('[P12] what changed of a job', () => {
  it.each<[string, PeerEvent, Record<string, readonly number[]>]>([
    [
      'units that were returned, and not stale ones',
      {
        kind: 'results-received',
        at_ms,
        from: ANN,
        job_id: JOB,
        receipts: [receiptOf(1, 'one', 1), receiptOf(1, 'five', 5)],
      },
      { [JOB]: [5] },
    ],
    [
      'units that are here now',
      { kind: 'outputs-stored', at_ms, job_id: JOB, units: [1, 2, 3] },
      { [JOB]: [1, 2] },
    ],
    [
      'a unit whose output cannot be had',
      { kind: 'output-unavailable', at_ms, job_id: JOB, unit_index: 1, cid: cidOf('one') },
      { [JOB]: [1] },
    ],
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
      { [JOB]: [4] },
    ],
    [
      'units that were handed back',
      {
        kind: 'hand-back-received',
        at_ms,
        from: ANN,
        job_id: JOB,
        units: [
          { unit_index: 1, attempt: 1 },
          { unit_index: 3, attempt: 1 },
        ],
      },
      { [JOB]: [3] },
    ],
    [
      'units that were lost, of each job',
      {
        kind: 'attempts-lost',
        at_ms,
        reason: 'late',
        lost: [
          { job_id: JOB, unit_index: 3, attempt: 1 },
          { job_id: OTHER, unit_index: 9, attempt: 1 },
        ],
      },
      { [JOB]: [3], [OTHER]: [9] },
    ],
    ['units at work when it is paused', { kind: 'job-paused', at_ms, job_id: JOB }, { [JOB]: [3, 4, 5] }],
    [
      'units of a peer that is trusted no longer',
      { kind: 'trust-set', at_ms, peer: ANN, trust: 0 },
      { [JOB]: [3, 5], [OTHER]: [9] },
    ],
    ['nothing as time goes by', { kind: 'tick', at_ms }, {}],
  ])('is %s', (_, event, changed) => {
    expect(changedBy(event)).toEqual(changed)
  })

  it('is units that others are awarded', () => {
    expect(changedBy(awarded('award-4', BEN, JOB, [6, 7]))).toEqual({ [JOB]: [6, 7] })
  })

  it('is told with every change of a unit, and with what its user does', () => {
    const job_id = JOB
    for (const event of [
      { kind: 'outputs-stored', at_ms, job_id, units: [1] },
      { kind: 'job-priority-set', at_ms, job_id, priority: 1 },
      { kind: 'job-paused', at_ms, job_id },
      { kind: 'job-resumed', at_ms, job_id },
      { kind: 'job-cancelled', at_ms, job_id },
      { kind: 'job-removed', at_ms, job_id },
    ] satisfies PeerEvent[]) {
      expect(noticesOf(event)).toContainEqual({ kind: 'job-changed', job: JOB })
    }
  })
})

describe('[P12] the end of a job', () => {
  it('is told once, and how it came', () => {
    const ends = (event: PeerEvent) => noticesOf(event).filter(({ kind }) => kind === 'job-ended')
    const cancel = { kind: 'job-cancelled', at_ms, job_id: OTHER } as const
    expect(ends(cancel)).toEqual([{ kind: 'job-ended', job: OTHER, end: 'cancelled' }])
    expect(ends(cancel)).toEqual([])
    const job_id = JobId.parse('small')
    submit(brain, manifestOf({ job_id }))
    brain.happens(awarded('award-5', ANN, job_id, [0]))
    const receipts = [receiptOf(1, 'small')]
    expect(ends({ kind: 'results-received', at_ms, from: ANN, job_id, receipts })).toEqual([])
    const done = { kind: 'job-ended', job: job_id, end: 'done' }
    expect(ends({ kind: 'outputs-stored', at_ms, job_id, units: [0] })).toEqual([done])
  })
})
