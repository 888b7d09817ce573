import { expect, test } from 'vitest'
import { VerificationConsensus } from '../../protocol/result.ts'
import { toTimestamp } from '../../protocol/time.ts'
import {
  createBrain,
  JOB,
  manifestOf,
  NOON,
  offerOf,
  peerOf,
  receiptOf,
  submit,
  type Brain,
} from '../brain.fixture.ts'
import { consensusOf } from './consensus-view.ts'

const [ANN, BOB, CAT] = [peerOf('A'), peerOf('B'), peerOf('C')]
const manifest = manifestOf({ verification_redundancy: 2, required_resources: { cpu_cores: 3, ram_gb: 5 } })

/** A job of one unit, for which all three have offered. */
function awarded(): Brain {
  const brain = createBrain({ [ANN]: 1, [BOB]: 0.5, [CAT]: 0.5 })
  submit(brain, manifest)
  for (const peer of [ANN, BOB, CAT]) {
    brain.happens({ kind: 'allocation', at_ms: NOON, allocation: offerOf(peer, manifest, NOON) })
  }
  return brain
}

/** The peer of the newest attempt returns an output after `ms`, from a run of these measurements. */
function returns(brain: Brain, nth: number, output: string, ms: number, measured: object): void {
  const attempt = brain.state.requester.jobs.get(JOB)!.units.get(0)!.attempts[nth]!
  const receipt = receiptOf(attempt.attempt, output)
  if (receipt.outcome.kind !== 'output') throw new Error('no output')
  const { metrics } = receipt.outcome
  const outcome = { ...receipt.outcome, metrics: { ...metrics, ...measured } }
  const receipts = [{ ...receipt, outcome }]
  brain.happens({ kind: 'results-received', at_ms: NOON + ms, from: attempt.peer, job_id: JOB, receipts })
}

/** The consensus of the one unit. */
function consensusIn(brain: Brain): VerificationConsensus {
  const job = brain.state.requester.jobs.get(JOB)!
  return consensusOf(job, 0, job.units.get(0)!, NOON)
}

test('[V8] a result names the resources that its run used, and the time when it came; a rejected one too', () => {
  const brain = awarded()
  returns(brain, 0, 'wrong', 2_000, { wall_ms: 1_000, cpu_ms: 500, peak_memory_bytes: 2 ** 29 })
  returns(brain, 1, 'right', 4_000, { wall_ms: 2_000, cpu_ms: 8_000, peak_memory_bytes: 2 ** 30 })
  returns(brain, 2, 'right', 6_000, { wall_ms: 0, cpu_ms: 0, peak_memory_bytes: 0 })
  const consensus = consensusIn(brain)
  expect(VerificationConsensus.safeParse(consensus).success).toBe(true)
  expect(consensus.is_verified).toBe(true)
  const told = Object.fromEntries(
    consensus.results.map((r) => [
      r.timestamp,
      [r.resources_used.cpu_cores, r.resources_used.ram_gb, r.computation_time_seconds],
    ]),
  )
  expect(told).toEqual({
    [toTimestamp(NOON + 2_000)]: [0.5, 0.5, 1],
    [toTimestamp(NOON + 4_000)]: [4, 1, 2],
    [toTimestamp(NOON + 6_000)]: [0, 0, 0],
  })
})

test('[V8] [Y8] a result of a snapshot that does not say when it came, came after its run', () => {
  const brain = awarded()
  returns(brain, 0, 'right', 9_000, { wall_ms: 1_500 })
  const { attempts } = brain.state.requester.jobs.get(JOB)!.units.get(0)!
  const [{ awardedAtMs, status }] = attempts as [(typeof attempts)[0]]
  if (status.state === 'returned') delete status.returnedAtMs
  const [result] = consensusIn(brain).results
  expect(result?.timestamp).toBe(toTimestamp(awardedAtMs + 1_500))
})
