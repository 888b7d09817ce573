import { expect, test } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { STALE_AFTER_MS } from '../../protocol/limits.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  pairPeers,
  startPeer,
  testJob,
  until,
} from '../mesh.fixture.ts'
import { createConvergenceMeter } from './convergence.ts'

const [ME, ANN, BOB] = ['M', 'A', 'B'].map((letter) => `12D3KooW${letter.repeat(44)}`) as [
  PeerId,
  PeerId,
  PeerId,
]

test('[R1] a round has converged when the states of all contacts name it, and is told with time and messages', () => {
  const meter = createConvergenceMeter(ME)
  meter.began(7, 20, [ANN, BOB], 1_000)
  expect(meter.now(1_000)).toEqual({
    converged: 0,
    lapsed: 0,
    open: { round: 7, sinceMs: 1_000, missing: [ANN, BOB] },
  })
  meter.heard(ANN, { [ANN]: 3, [ME]: 19 }, 1_100)
  meter.heard(BOB, { [ME]: 20 }, 1_200)
  // A round that begins meanwhile is not measured: it would never end where rounds are quick.
  meter.began(8, 25, [ANN, BOB], 1_250)
  expect(meter.now(1_300).open?.missing).toEqual([ANN])
  meter.heard(ANN, { [ME]: 26 }, 1_400)
  expect(meter.now(1_500)).toEqual({
    converged: 1,
    lapsed: 0,
    last: { round: 7, tookMs: 400, messages: 5, contacts: 2 },
    typicalMs: 400,
  })
})

test('[R1] a contact that goes is not waited for, and one that tells nothing for a minute lapses the round', () => {
  const meter = createConvergenceMeter(ME)
  meter.began(1, 1, [], 0)
  expect(meter.now(0).open).toBeUndefined()
  meter.began(2, 5, [ANN, BOB], 0)
  meter.heard(ANN, { [ME]: 5 }, 10)
  meter.kept([ANN])
  expect(meter.now(5_000)).toMatchObject({ converged: 1, last: { round: 2, tookMs: 10, contacts: 1 } })
  meter.began(3, 6, [BOB], 100)
  meter.kept([])
  expect(meter.now(100)).toMatchObject({ converged: 1, lapsed: 0, last: { round: 2 } })
  meter.began(4, 8, [BOB], 200)
  expect(meter.now(200 + STALE_AFTER_MS).open?.round).toBe(4)
  expect(meter.now(201 + STALE_AFTER_MS)).toMatchObject({ converged: 1, lapsed: 1 })
  expect(meter.now(201 + STALE_AFTER_MS).open).toBeUndefined()
})

test('[R1] [R2] two peers at work measure each other’s rounds, and know each other’s phases', async () => {
  const network = createMemoryNetwork()
  const [asker, worker] = await Promise.all([
    startPeer(network, await newHome(), honest, { shares: false }),
    startPeer(network, await newHome(), honest),
  ])
  await pairPeers(asker, worker)
  const { job } = await asker.runtime.submit(testJob(asker.peer, 20, 1))
  await until(() => asker.runtime.state.requester.jobs.get(job)?.status.state === 'done')
  await until(() => worker.runtime.convergence().converged > 0)
  expect(worker.runtime.convergence().last).toMatchObject({ contacts: 1 })
  expect(worker.runtime.convergence().last?.messages).toBeGreaterThan(1)
  await until(() => asker.runtime.state.view.rounds.get(worker.peer)?.phases?.includes('commit') === true)
  await Promise.all([asker.stop(), worker.stop()])
})
