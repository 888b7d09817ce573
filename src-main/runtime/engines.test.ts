import { afterEach, expect, it } from 'vitest'
import {
  createMemoryNetwork,
  honest,
  newHome,
  outputOf,
  pairPeers,
  startPeer,
  testJob,
  until,
  type Behaviour,
  type TestPeer,
} from './mesh.fixture.ts'

const UNITS = 24

const running: TestPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

it('[M25] [M26] [V16] a peer with altered kernel bytes is asked to check no other engine’s units, and is not found wrong', async () => {
  const network = createMemoryNetwork()
  const altered: Behaviour = (task) => outputOf(`unit ${task.unitIndex ?? -1} by altered kernels`)
  const start = async (name: string, behave: Behaviour, engine?: string): Promise<TestPeer> => {
    const peer = await startPeer(network, await newHome(), behave, {
      name,
      ...(engine === undefined ? {} : { engine }),
    })
    running.push(peer)
    return peer
  }
  const ann = await start('ann', honest)
  const bob = await start('bob', honest)
  const eve = await start('eve', altered, 'test.unit@1+altered')
  for (const other of [bob, eve]) await pairPeers(ann, other)
  const { state } = ann.runtime
  await until(() =>
    [bob, eve].every(
      ({ peer }) => state.view.commitments.get(peer)?.availability_slots[0]?.algorithms[0] !== undefined,
    ),
  )
  const { job } = await ann.runtime.submit(testJob(ann.peer, UNITS, 2))
  await until(() => state.requester.jobs.get(job)?.status.state !== 'running')
  const { status, units, rejectedOutputs } = state.requester.jobs.get(job)!
  expect(status.state).toBe('done')
  expect(rejectedOutputs).toBe(0)
  expect(state.requester.records.get(eve.peer)?.rejected ?? 0).toBe(0)
  expect(units.size).toBe(UNITS)
  for (const { attempts, verified } of units.values()) {
    expect([...verified!.winners].sort()).toEqual([ann.peer, bob.peer].sort())
    // Where she had a unit she was the first, and what she returned was set aside before others began it anew.
    const hers = attempts.findLastIndex(({ peer }) => peer === eve.peer)
    expect(attempts.slice(0, hers + 1).every(({ peer }) => peer === eve.peer)).toBe(true)
    expect(hers < 0 || attempts[hers]!.status.state === 'void').toBe(true)
  }
}, 60_000)
