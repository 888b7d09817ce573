import { describe, expect, test } from 'vitest'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import { JobId, type PeerId } from '../protocol/ids.ts'
import { JOB_UNITS_MAX } from '../protocol/limits.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'
import { admitAward, admitHandBack, admitResults, admitSettlement, admitWithdrawal } from './admission.ts'
import {
  answer,
  attemptsOf,
  awardOf,
  commitmentOf,
  createBrain,
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
} from './brain.fixture.ts'

const [ANN, BOB, MALLORY] = [peerOf('A'), peerOf('B'), peerOf('X')]
const MANY = manifestOf({ unit_count: 1_000 })

/** A requester's job, and units of it at these providers. */
function asking(trust: Record<PeerId, number>, manifest = MANY): Brain {
  const brain = createBrain(trust)
  submit(brain, manifest)
  offer(brain, manifest, Object.keys(trust) as PeerId[])
  return brain
}

const heldOf = (brain: Brain, peer: PeerId): number[] =>
  [...(brain.state.requester.jobs.get(JOB)?.units ?? [])].flatMap(([index, { attempts }]) =>
    attempts.some((one) => one.peer === peer && one.status.state === 'awarded') ? [index] : [],
  )

describe('unsolicited receipts', () => {
  test('[B32] of jobs that do not exist, or units that were another’s, are refused before they are written down', () => {
    const brain = asking({ [ANN]: 1, [MALLORY]: 1 })
    const [theirs] = heldOf(brain, ANN)
    const receipt = receiptOf(1, 'forged', theirs)
    const none = JobId.parse('none')
    expect(admitResults(brain.state, MALLORY, none, [receipt])).toMatchObject({
      fault: { kind: 'unknown-job' },
    })
    expect(admitResults(brain.state, MALLORY, JOB, [receipt])).toMatchObject({ fault: { kind: 'bad-input' } })
    expect(admitResults(brain.state, MALLORY, JOB, [receiptOf(1, 'x', 999_999)]).ok).toBe(false)
    expect(admitResults(brain.state, ANN, JOB, [receipt])).toEqual({ ok: true, value: [receipt] })
  })

  test('[B32] only what answers an attempt is written down, each once; what is known already is taken and forgotten', () => {
    const brain = asking({ [ANN]: 1 })
    const [first = 0, second = 0] = heldOf(brain, ANN)
    const news = receiptOf(1, 'right', first)
    const batch = [news, news, receiptOf(7, 'right', second), receiptOf(1, 'right', 999)]
    expect(admitResults(brain.state, ANN, JOB, batch)).toEqual({ ok: true, value: [news] })
    answer(brain, ANN, [news])
    expect(admitResults(brain.state, ANN, JOB, [news])).toEqual({ ok: true, value: [] })
  })

  test('[B32] nor is a hand-back, a withdrawal or a settlement of what is not there', () => {
    const brain = asking({ [ANN]: 1, [MALLORY]: 1 })
    const [unit_index = 0] = heldOf(brain, ANN)
    const unit = { unit_index, attempt: 1 }
    expect(admitHandBack(brain.state, MALLORY, JOB, [unit])).toEqual([])
    expect(admitHandBack(brain.state, ANN, JOB, [unit, { unit_index: 999, attempt: 1 }])).toEqual([unit])
    expect(admitWithdrawal(brain.state, MALLORY, JOB, undefined)).toBe(false)
    expect(admitSettlement(brain.state, MALLORY, JOB)).toBe(false)
  })
})

describe('a contact of trust 0', () => {
  test('[T3] is awarded nothing, however many times a unit is to be computed, and however long it waits', () => {
    for (const verification_redundancy of [1, 2]) {
      const manifest = manifestOf({ unit_count: 1_000, verification_redundancy })
      const brain = asking({ [MALLORY]: 0 }, manifest)
      for (const laterMs of [6_000, 60_000, 600_000]) {
        const effects = offer(brain, manifest, [MALLORY], NOON + laterMs, { lanes: 100, units: 1_000 })
        expect(ofKind(effects, 'send-award')).toEqual([])
      }
      expect(brain.journal.filter(({ kind }) => kind === 'awards-issued')).toEqual([])
    }
  })

  test('[T3] gives nothing: its receipts are refused', () => {
    const brain = asking({ [ANN]: 1 })
    const [unit] = heldOf(brain, ANN)
    brain.happens({ kind: 'trust-set', at_ms: NOON + 10, peer: ANN, trust: 0 })
    const refused = admitResults(brain.state, ANN, JOB, [receiptOf(1, 'late', unit)])
    expect(refused).toMatchObject({ fault: { kind: 'not-trusted' } })
  })

  test('[T3] a peer that loses its trust loses its units at once, without blame, to trusted ones', () => {
    for (const event of [
      { kind: 'trust-set', peer: ANN, trust: 0 },
      { kind: 'forgotten', peer: ANN },
      { kind: 'blocked', peer: ANN },
    ] as const) {
      const brain = asking({ [ANN]: 1 })
      brain.happens(
        { kind: 'paired', at_ms: NOON, peer: BOB, name: 'B', addresses: [], trust: 1 },
        { kind: 'connected', at_ms: NOON, peer: BOB },
      )
      const held = heldOf(brain, ANN)
      expect(held.length).toBeGreaterThan(0)
      const effects = brain.happens({ ...event, at_ms: NOON + 10 })
      expect(heldOf(brain, ANN)).toEqual([])
      expect(ofKind(effects, 'send-settled').map(({ to }) => to)).toEqual([ANN])
      expect(brain.state.requester.records.get(ANN)).toBeUndefined()
      brain.happens({
        kind: 'allocation',
        at_ms: NOON + 20,
        allocation: offerOf(BOB, MANY, NOON + 20, { lanes: 100, units: 100 }),
      })
      expect(heldOf(brain, BOB)).toEqual(expect.arrayContaining(held))
    }
  })
})

describe('an offer of eternity', () => {
  const FOREVER = toTimestamp(Date.parse('9999-12-31T23:59:59.999Z'))

  function hear(brain: Brain, manifest: JobManifest, changes: object, atMs = NOON): void {
    const allocation: ComputeAllocationState = offerOf(MALLORY, manifest, atMs)
    for (const slot of allocation.slot_assignments) {
      slot.tier1_assignments = slot.tier1_assignments.map((entry) => ({ ...entry, ...changes }))
    }
    brain.happens({ kind: 'allocation', at_ms: atMs, allocation })
  }

  test('[W5] that begins in the year 9999 is none', () => {
    const brain = createBrain({ [MALLORY]: 1 })
    submit(brain, MANY)
    hear(brain, MANY, { expected_start: FOREVER, expected_end: FOREVER })
    expect(heldOf(brain, MALLORY)).toEqual([])
  })

  test('[W5] that ends then, or says a unit takes years, keeps a unit of a second for three quarters of an hour at most', () => {
    for (const changes of [{ expected_end: FOREVER }, { expected_end: FOREVER, unit_seconds: 60_480_000 }]) {
      const brain = createBrain({ [MALLORY]: 1 })
      submit(brain, MANY)
      hear(brain, MANY, changes)
      const kept = heldOf(brain, MALLORY)
      expect(kept.length).toBeGreaterThan(0)
      brain.happens({ kind: 'tick', at_ms: NOON + 45 * 60_000 })
      for (const unit of kept) {
        expect(attemptsOf(brain, unit)[0]?.status).toEqual({ state: 'void', why: 'late', ready: false })
      }
      expect(brain.state.requester.records.get(MALLORY)?.expired).toBeGreaterThan(0)
    }
  })

  test('[W5] what units of the job really took is believed', () => {
    const brain = createBrain({ [ANN]: 1, [MALLORY]: 1 })
    submit(brain, MANY)
    offer(brain, MANY, [ANN], NOON, { lanes: 1, units: 1 })
    const hourMs = 3_600_000
    const receipt = receiptOf(1, 'right', heldOf(brain, ANN)[0])
    if (receipt.outcome.kind === 'output') receipt.outcome.metrics.wall_ms = hourMs
    answer(brain, ANN, [receipt], NOON + hourMs)
    hear(brain, MANY, { unit_seconds: 3_600 }, NOON + hourMs)
    const deadline = attemptsOf(brain, heldOf(brain, MALLORY)[0]).at(-1)?.deadlineMs ?? 0
    expect(deadline - NOON).toBeGreaterThan(3 * hourMs)
  })
})

describe('a requester that awards what was not offered', () => {
  /** A provider that shares four cores, and has offered for these jobs of a requester it trusts. */
  function sharing(jobs: readonly JobManifest[]): Brain {
    const brain = createBrain({ [MALLORY]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    const commitment = commitmentOf(MALLORY, NOON, { trust: { [ME]: 1 }, jobs })
    for (const manifest of jobs) {
      const cid = manifestCidOf(manifest.job_id)
      brain.happens({ kind: 'manifest', at_ms: NOON, cid, manifest })
    }
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment }, { kind: 'allocate', at_ms: NOON })
    return brain
  }
  const theirs = (job: string, unit_count = 100) =>
    manifestOf({ job_id: JobId.parse(job), requester_id: MALLORY, unit_count })

  test('[W20] is refused, and nothing of it is kept', () => {
    const brain = sharing([theirs('job')])
    const many = Array.from({ length: 90 }, (_, i) => i)
    expect(admitAward(brain.state, MALLORY, awardOf(many), NOON)).toMatchObject({
      fault: { kind: 'too-busy' },
    })
    const unasked = awardOf([0], { job: JobId.parse('unasked') })
    expect(admitAward(brain.state, MALLORY, unasked, NOON).ok).toBe(false)
    const beyond = awardOf([100])
    expect(admitAward(brain.state, MALLORY, beyond, NOON)).toMatchObject({ fault: { kind: 'bad-input' } })
    expect(brain.state.provider.holdings.size).toBe(0)
    expect(admitAward(brain.state, MALLORY, awardOf([0, 99]), NOON).ok).toBe(true)
  })

  test('[W20] has no more jobs, units and bytes kept here than are kept for any requester', () => {
    const brain = sharing([theirs('job', 10), theirs('huge', JOB_UNITS_MAX)])
    const award = awardOf([0])
    expect(admitAward(brain.state, MALLORY, award, NOON).ok).toBe(true)
    for (let i = 0; i < 256; i++) take(brain, MALLORY, awardOf([0], { job: JobId.parse(`old-${i}`) }))
    expect(admitAward(brain.state, MALLORY, award, NOON)).toMatchObject({ fault: { kind: 'too-busy' } })
    for (let i = 0; i < 256; i++) {
      brain.happens({ kind: 'settled', at_ms: NOON, from: MALLORY, job_id: JobId.parse(`old-${i}`) })
    }
    expect(admitAward(brain.state, MALLORY, award, NOON).ok).toBe(true)
    const huge = JobId.parse('huge')
    take(brain, MALLORY, awardOf([0], { job: huge }))
    const [key, holding] = [...brain.state.provider.holdings][0]!
    expect(key).toContain('huge')
    const unit = holding.units.get(0)!
    for (let i = 0; i < JOB_UNITS_MAX; i++) holding.units.set(i, unit)
    expect(admitAward(brain.state, MALLORY, award, NOON)).toMatchObject({ fault: { kind: 'too-busy' } })
  })
})
