import { expect, test } from 'vitest'
import {
  answer,
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
import { unitsAtWork } from './units-at-work.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const MANY = manifestOf({ unit_count: 100 })

/** Two peers that have units of a job: Ann two lanes, Bob one. */
function atWork(): Brain {
  const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
  submit(brain, MANY)
  for (const [peer, lanes, begin] of [
    [ANN, 2, 0],
    [BOB, 1, 50],
  ] as const)
    brain.happens({
      kind: 'allocation',
      at_ms: NOON,
      allocation: offerOf(peer, MANY, NOON, { lanes, begin }),
    })
  return brain
}

const told = ({ state }: Brain, unitsMax = 64): string[] =>
  unitsAtWork(state, state.requester.jobs.get(JOB)!, unitsMax).map(
    ({ index, peer }) => `${peer === ANN ? 'Ann' : 'Bob'} ${index}`,
  )

test('the oldest units of each peer are at work, as many as it has lanes', () => {
  const brain = atWork()
  expect(told(brain)).toEqual(['Ann 0', 'Bob 50', 'Ann 1'])
  answer(brain, ANN, [receiptOf(1, 'right', 0)])
  expect(told(brain)).toEqual(['Ann 1', 'Bob 50', 'Ann 2'])
})

test('of many units each peer has its part of those that are told', () => {
  expect(told(atWork(), 2)).toEqual(['Ann 0', 'Bob 50'])
})

test('a peer that is not connected works on nothing, and neither does any of a job that is paused', () => {
  const brain = atWork()
  brain.happens({ kind: 'disconnected', at_ms: NOON + 1, peer: ANN })
  expect(told(brain)).toEqual(['Bob 50'])
  brain.happens({ kind: 'job-paused', at_ms: NOON + 2, job_id: JOB })
  expect(told(brain)).toEqual([])
})
