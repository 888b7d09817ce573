import { expect, test } from 'vitest'
import {
  answer,
  attemptsOf,
  createBrain,
  JOB,
  manifestOf,
  NOON,
  offer,
  peerOf,
  receiptOf,
  submit,
} from '../brain.fixture.ts'
import { partsOf } from './archived.ts'
import { cpuRanMs, ranMs } from './believed-time.ts'

const metrics = { wall_ms: 9_000, cpu_ms: 9_000, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 0 }

test('[J14] a run took no longer than since its award, and no more of a processor than its threads can', () => {
  const at = (passedMs: number) =>
    [ranMs, cpuRanMs].map((of) => of({ metrics }, { awardedAtMs: NOON }, NOON + passedMs))
  expect(at(60_000)).toEqual([9_000, 9_000])
  expect(at(1_000)).toEqual([1_000, 2_000])
  // A clock that was set back.
  expect(at(-1_000)).toEqual([0, 0])
})

test('[J14] who says that a unit took years is not thanked for them', () => {
  const ann = peerOf('A')
  const brain = createBrain({ [ann]: 1 })
  submit(brain, manifestOf())
  offer(brain, manifestOf(), [ann])
  const [{ awardedAtMs } = { awardedAtMs: NOON }] = attemptsOf(brain)
  const receipt = receiptOf(1, 'right')
  if (receipt.outcome.kind === 'output') receipt.outcome.metrics.cpu_ms = 1e12
  answer(brain, ann, [receipt], awardedAtMs + 500)
  expect(partsOf(brain.state.requester.jobs.get(JOB)!).get(ann)).toMatchObject({ verified: 1, cpuMs: 1_000 })
})
