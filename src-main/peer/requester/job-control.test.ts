import { describe, expect, test } from 'vitest'
import { toTimestamp } from '../../protocol/time.ts'
import {
  answer,
  attemptsOf,
  awardOf,
  commitmentOf,
  createBrain,
  heldBy,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  offer,
  offerOf,
  ofKind,
  peerOf,
  receiptOf,
  SLOT,
  submit,
  take,
  type Brain,
} from '../brain.fixture.ts'
import { decodeState, encodeState } from '../codec.ts'
import type { Effect } from '../effect.ts'
import { composeCommitment } from '../publishing.ts'
import { openRanges } from './unit-book.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const manifest = manifestOf({ verification_redundancy: 2 })

/** A brain whose job's one unit is with two others. */
function awarded(): Brain {
  const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9 })
  submit(brain, manifest)
  offer(brain, manifest, [ANN, BOB])
  expect([heldBy(brain, ANN), heldBy(brain, BOB)]).toEqual([1, 2])
  return brain
}

const jobOf = (brain: Brain) => brain.state.requester.jobs.get(JOB)!
const statusOf = (brain: Brain): string | undefined => brain.state.requester.jobs.get(JOB)?.status.state
const pause = (brain: Brain, at_ms = NOON + 3_000): Effect[] =>
  brain.happens({ kind: 'job-paused', at_ms, job_id: JOB })
const resume = (brain: Brain, at_ms = NOON + 60_000): Effect[] =>
  brain.happens({ kind: 'job-resumed', at_ms, job_id: JOB })

describe('a paused job', () => {
  test('[W16] takes back running units without blame', () => {
    const brain = awarded()
    const effects = pause(brain)
    expect(ofKind(effects, 'send-withdraw').map(({ to }) => to)).toEqual([ANN, BOB])
    expect([heldBy(brain, ANN), heldBy(brain, BOB)]).toEqual([undefined, undefined])
    expect([brain.state.requester.records.size, jobOf(brain).retried]).toEqual([0, 0])
  })

  test('[W16] is not awarded, and has no open units, but is still named to peers that hold something of it', () => {
    const brain = awarded()
    pause(brain)
    offer(brain, manifest, [ANN, BOB], NOON + 5_000)
    expect([heldBy(brain, ANN), heldBy(brain, BOB)]).toEqual([undefined, undefined])
    expect(openRanges(jobOf(brain), 9)).toEqual([])
    const [request] = composeCommitment(brain.state, NOON + 6_000).work_requests
    expect(request).toMatchObject({ job_id: JOB, open_ranges: [] })
  })

  test('[W16] is not late', () => {
    const brain = awarded()
    pause(brain)
    brain.happens({ kind: 'tick', at_ms: NOON + 10_000_000 })
    expect(attemptsOf(brain).map(({ status }) => status)).toMatchObject([
      { state: 'void', why: 'withdrawn' },
      { state: 'void', why: 'withdrawn' },
    ])
  })

  test('[W16] goes on when it is resumed, with results first that crossed the news of the pause', () => {
    const brain = awarded()
    pause(brain)
    answer(brain, ANN, [receiptOf(1, 'right')], NOON + 3_100)
    resume(brain)
    brain.happens({ kind: 'tick', at_ms: NOON + 60_100 })
    expect(heldBy(brain, ANN)).toBe(3)
    brain.happens({
      kind: 'allocation',
      at_ms: NOON + 60_200,
      allocation: offerOf(BOB, manifest, NOON + 60_200),
    })
    brain.happens({ kind: 'tick', at_ms: NOON + 61_300 })
    expect(heldBy(brain, BOB)).toBe(4)
    answer(brain, ANN, [receiptOf(3, 'right')], NOON + 62_000)
    answer(brain, BOB, [receiptOf(4, 'right')], NOON + 62_000)
    expect(jobOf(brain).verified).toBe(1)
    expect(jobOf(brain).pausedMs).toBe(57_000)
  })

  test('[W16] keeps what was returned, and what agreed is still fetched and ends it', () => {
    const brain = awarded()
    answer(brain, ANN, [receiptOf(1, 'right')])
    answer(brain, BOB, [receiptOf(2, 'right')])
    pause(brain)
    expect(statusOf(brain)).toBe('paused')
    const done: Effect[] = brain.happens({
      kind: 'outputs-stored',
      at_ms: NOON + 4_000,
      job_id: JOB,
      units: [0],
    })
    expect(statusOf(brain)).toBe('done')
    expect(ofKind(done, 'send-settled').map(({ to }) => to)).toEqual([ANN, BOB])
  })

  test('[W16] is paused after a restart too, and the holders of its units are told again', () => {
    const brain = awarded()
    pause(brain)
    const restored = decodeState(encodeState(brain.state))
    if (!restored.ok) throw new Error(restored.fault.message)
    const again = createBrain({}, restored.value)
    const effects = again.happens({ kind: 'started', at_ms: NOON + 9_000 })
    expect(statusOf(again)).toBe('paused')
    expect(ofKind(effects, 'send-withdraw').map(({ to }) => to)).toEqual([ANN, BOB])
    expect(ofKind(effects, 'send-award')).toEqual([])
  })

  test('[W16] keeps its own peer’s results over a restart', () => {
    const brain = createBrain({ [ANN]: 0.9 })
    submit(brain, manifest)
    take(brain, ME, awardOf([0]))
    pause(brain)
    brain.happens({ kind: 'started', at_ms: NOON + 9_000 })
    expect(brain.state.provider.holdings.size).toBe(1)
  })

  test('[W16] may be cancelled, but not removed', () => {
    const brain = awarded()
    pause(brain)
    brain.happens({ kind: 'job-removed', at_ms: NOON + 4_000, job_id: JOB })
    expect(statusOf(brain)).toBe('paused')
    brain.happens({ kind: 'job-cancelled', at_ms: NOON + 4_000, job_id: JOB })
    expect(statusOf(brain)).toBe('cancelled')
  })

  test('[W16] pausing and resuming an unknown, ended, or already paused or running job changes nothing', () => {
    const brain = awarded()
    expect(resume(brain)).toEqual([])
    pause(brain)
    expect(pause(brain, NOON + 5_000)).toEqual([])
    expect(jobOf(brain).status).toEqual({ state: 'paused', sinceMs: NOON + 3_000 })
    brain.happens({ kind: 'job-cancelled', at_ms: NOON + 6_000, job_id: JOB })
    expect([...pause(brain), ...resume(brain)]).toEqual([])
    expect(brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: 'other' as typeof JOB })).toEqual([])
  })
})

describe('the priority of a job', () => {
  test('[W17] is the requester’s to change, and told to others beside the manifest', () => {
    const brain = awarded()
    const priorityTold = () => composeCommitment(brain.state, NOON).work_requests[0]?.priority
    expect(priorityTold()).toBeUndefined()
    brain.happens({ kind: 'job-priority-set', at_ms: NOON + 1, job_id: JOB, priority: 0.9 })
    expect(priorityTold()).toBe(0.9)
    const restored = decodeState(encodeState(brain.state))
    expect(restored.ok && restored.value.requester.jobs.get(JOB)?.priority).toBe(0.9)
  })

  test('[W17] decides what a provider offers first, whatever the manifest says', () => {
    const first = (priority: number | undefined): string | undefined => {
      const brain = createBrain({ [ANN]: 0.9 })
      const availability = {
        kind: 'slots',
        slots: [{ ...SLOT, resources: { cpu_cores: 1, ram_gb: 8 } }],
      } as const
      brain.happens({
        kind: 'availability-set',
        at_ms: NOON,
        availability: { ...availability, slots: [...availability.slots] },
      })
      const jobs = ['low', 'high'].map((id) =>
        manifestOf({ job_id: id as typeof JOB, requester_id: ANN, priority: id === 'low' ? 0.2 : 0.6 }),
      )
      const commitment = commitmentOf(ANN, NOON + 1, { trust: { [ME]: 1 }, jobs })
      const [low, ...others] = commitment.work_requests
      const told = priority === undefined ? low! : { ...low!, priority }
      const news = { ...commitment, work_requests: [told, ...others], vector_clock: { [ANN]: 2 } }
      brain.happens({ kind: 'commitment', at_ms: NOON + 1, commitment: news })
      for (const job of jobs) {
        brain.happens({ kind: 'manifest', at_ms: NOON + 1, cid: manifestCidOf(job.job_id), manifest: job })
      }
      const effects = brain.happens({ kind: 'allocate', at_ms: NOON + 2 })
      const [published] = ofKind(effects, 'publish-allocation')
      const offers = published!.allocation.slot_assignments.flatMap((slot) => slot.tier1_assignments)
      expect(offers).toHaveLength(1)
      return offers[0]?.work_unit_id.split(':')[0]
    }
    expect(first(undefined)).toBe('high')
    expect(first(0.9)).toBe('low')
  })

  test('[W17] after the end changes nothing', () => {
    const brain = awarded()
    brain.happens({ kind: 'job-cancelled', at_ms: NOON + 1, job_id: JOB })
    expect(brain.happens({ kind: 'job-priority-set', at_ms: NOON + 2, job_id: JOB, priority: 1 })).toEqual([])
    expect(jobOf(brain).priority).toBeUndefined()
  })
})

test('[W18] a nearer deadline goes first among own jobs that are alike', () => {
  const brain = createBrain({})
  const algorithms = SLOT.algorithms
  const slots = [{ ...SLOT, resources: { cpu_cores: 1, ram_gb: 8 } }]
  brain.happens(
    { kind: 'capabilities-measured', at_ms: NOON, algorithms },
    { kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots } },
  )
  const deadlines: Record<string, number> = { a: NOON + 3_000_000, b: NOON + 1_000_000, c: NOON + 2_000_000 }
  for (const [id, at] of Object.entries(deadlines)) {
    submit(brain, manifestOf({ job_id: id as typeof JOB, deadline: toTimestamp(at), unit_count: 4 }))
  }
  submit(brain, manifestOf({ job_id: 'any' as typeof JOB, unit_count: 4 }))
  brain.happens({ kind: 'allocate', at_ms: NOON + 1 })
  // One core: who comes first has it, the others wait for their turn.
  expect(brain.state.view.ownOffers.map(({ jobId }) => jobId)).toEqual(['b'])
  brain.happens({ kind: 'job-cancelled', at_ms: NOON + 2, job_id: 'b' as typeof JOB })
  brain.happens({ kind: 'allocate', at_ms: NOON + 3 })
  expect(brain.state.view.ownOffers.map(({ jobId }) => jobId)).toEqual(['c'])
})
