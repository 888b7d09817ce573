import { expect, test } from 'vitest'
import { ComputeRoundState } from '../protocol/result.ts'
import { JobId } from '../protocol/ids.ts'
import {
  awardOf,
  commitmentOf,
  createBrain,
  JOB,
  manifestOf,
  ME,
  NOON,
  offerOf,
  peerOf,
  receiptOf,
  submit,
} from './brain.fixture.ts'
import { composeRound } from './publishing.ts'
import { activeJobs, phasesOf } from './round-phases.ts'

const ANN = peerOf('A')
const THEIRS = JobId.parse('theirs')

test('[R2] the phases that are under way follow from what the peer has to do', () => {
  const brain = createBrain({ [ANN]: 1 })
  const phases = () => phasesOf(brain.state, NOON)
  expect(phases()).toEqual([])
  const manifest = manifestOf()
  submit(brain, manifest)
  expect(phases()).toEqual(['commit', 'allocate'])
  brain.happens({ kind: 'allocation', at_ms: NOON, allocation: offerOf(ANN, manifest, NOON) })
  expect(phases()).toEqual(['commit', 'verify'])
  brain.happens({
    kind: 'results-received',
    at_ms: NOON + 100,
    from: ANN,
    job_id: JOB,
    receipts: [receiptOf(1, 'right')],
  })
  expect(phases()).toEqual(['commit', 'verify'])
  brain.happens({ kind: 'outputs-stored', at_ms: NOON + 200, job_id: JOB, units: [0] })
  expect(phases()).toEqual([])
  brain.happens({ kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0], { job: THEIRS }) })
  expect(phases()).toContain('execute')
})

test('[R2] units in the history do not hide those without a verdict', () => {
  const brain = createBrain({ [ANN]: 1 })
  const manifest = manifestOf({ unit_count: 3 })
  submit(brain, manifest)
  brain.happens({ kind: 'allocation', at_ms: NOON, allocation: offerOf(ANN, manifest, NOON) })
  const units = [0, 1]
  const receipts = units.map((index) => receiptOf(1, 'right', index))
  brain.happens(
    { kind: 'results-received', at_ms: NOON + 100, from: ANN, job_id: JOB, receipts },
    { kind: 'outputs-stored', at_ms: NOON + 200, job_id: JOB, units },
  )
  expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ stored: 2, units: { size: 3 } })
  expect(phasesOf(brain.state, NOON + 200)).toContain('verify')
  brain.happens({ kind: 'units-archived', at_ms: NOON + 300, job_id: JOB, units })
  expect(phasesOf(brain.state, NOON + 300)).toContain('verify')
})

test('[R2] a round names the own jobs that run, and those of which units are held for others, each once', () => {
  const brain = createBrain({ [ANN]: 1 })
  submit(brain, manifestOf())
  brain.happens({ kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0], { job: THEIRS }) })
  brain.happens({ kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0], { job: JOB }) })
  expect(brain.state.provider.holdings.size).toBeGreaterThan(0)
  expect(activeJobs(brain.state)).toEqual([JOB, THEIRS])
  const round = composeRound(brain.state, NOON)
  expect(ComputeRoundState.parse(round)).toEqual(round)
  expect(round).toMatchObject({ peer_id: ME, active_jobs: [JOB, THEIRS] })
  brain.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id: THEIRS })
  expect(activeJobs(brain.state)).toEqual([JOB])
})

test('[R2] the newest round of each contact is known, and its clock merged; of strangers nothing', () => {
  const brain = createBrain({ [ANN]: 1 })
  const told = (peer: typeof ANN, round: number) => ({
    ...{ peer_id: peer, round, active_jobs: [], phases: ['execute' as const] },
    ...{ vector_clock: { [peer]: round }, timestamp: commitmentOf(peer, NOON).timestamp },
  })
  brain.happens({ kind: 'round', at_ms: NOON, round: told(ANN, 4) })
  brain.happens({ kind: 'round', at_ms: NOON, round: told(peerOf('S'), 9) })
  expect([...brain.state.view.rounds.keys()]).toEqual([ANN])
  expect(composeRound(brain.state, NOON).vector_clock).toMatchObject({ [ANN]: 4 })
  brain.happens({ kind: 'forgotten', at_ms: NOON, peer: ANN })
  expect(brain.state.view.rounds.size).toBe(0)
})
