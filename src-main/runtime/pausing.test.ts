import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunOutcome, RunTask } from '../ports/runner.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  outputOf,
  pairPeers,
  startPeer,
  testJob,
  until,
  type TestPeer,
} from './mesh.fixture.ts'

/** Units that began and never end by themselves, by who runs them. */
let stuck: { readonly by: string; readonly task: RunTask; readonly end: (outcome: RunOutcome) => void }[]
let peers: TestPeer[]

beforeEach(() => {
  stuck = []
  peers = []
})

afterEach(async () => {
  for (const { end, task } of stuck) end(outputOf(String(task.unitIndex)))
  await Promise.all(peers.map((peer) => peer.stop()))
})

/** A requester that shares nothing, a provider whose units never end, and one that shares only later. */
async function mesh() {
  const network = createMemoryNetwork()
  const hang = (by: string) => (task: RunTask) =>
    new Promise<RunOutcome>((end) => stuck.push({ by, task, end }))
  const [ann, bob, eve] = await Promise.all([
    startPeer(network, await newHome(), honest, { name: 'ann' }),
    startPeer(network, await newHome(), hang('bob'), { name: 'bob' }),
    startPeer(network, await newHome(), honest, { name: 'eve' }),
  ])
  peers = [ann, bob, eve]
  for (const peer of [ann, eve]) {
    await peer.runtime.dispatch({
      kind: 'availability-set',
      at_ms: Date.now(),
      availability: { kind: 'never' },
    })
  }
  await pairPeers(bob, ann)
  await pairPeers(eve, ann)
  return { ann, bob, eve }
}

const pause = { kind: 'sharing-paused', finish_first: false } as const
const SHARED = { kind: 'always', resources: { cpu_cores: 1, ram_gb: 1 }, priority: 0.5 } as const

test('[A10] [A14] a pause stops work at once, and the job is done elsewhere without blame', async () => {
  const { ann, bob, eve } = await mesh()
  const { job } = await ann.runtime.submit(testJob(ann.peer, 4, 1))
  await until(() => bob.runtime.activeUnits().length > 0)
  const held = bob.runtime.activeUnits().length
  await bob.runtime.dispatch({ ...pause, at_ms: Date.now() })
  expect(bob.runtime.activeUnits()).toEqual([])
  await until(() => {
    const units = ann.runtime.state.requester.jobs.get(job)?.units.values() ?? []
    const attempts = [...units].flatMap((unit) => unit.attempts)
    return (
      attempts.filter(({ status }) => status.state === 'void' && status.why === 'handed-back').length >= held
    )
  })
  await eve.runtime.dispatch({ kind: 'availability-set', at_ms: Date.now(), availability: SHARED })
  await until(() => ann.runtime.state.requester.jobs.get(job)?.status.state === 'done')
  expect(ann.runtime.state.requester.records.get(bob.peer)).toBeUndefined()
  const winners = [...(ann.runtime.state.requester.jobs.get(job)?.units.values() ?? [])].flatMap(
    (unit) => unit.verified?.winners,
  )
  expect(new Set(winners)).toEqual(new Set([eve.peer]))
  // The provider knows that it was heard, and keeps nothing of it once the job is over.
  await until(() => bob.runtime.state.provider.holdings.size === 0)
})

test('[A10] sharing again takes the same units anew, and what the first run still brings counts for nothing', async () => {
  const { ann, bob } = await mesh()
  const { job } = await ann.runtime.submit(testJob(ann.peer, 1, 1))
  await until(() => stuck.length > 0)
  await bob.runtime.dispatch({ ...pause, at_ms: Date.now() })
  await until(
    () => ann.runtime.state.requester.jobs.get(job)?.units.get(0)?.attempts[0]?.status.state === 'void',
  )
  const before = stuck.length
  await bob.runtime.dispatch({ kind: 'sharing-resumed', at_ms: Date.now() })
  await until(() => stuck.length > before)
  const [first, again] = [stuck[0], stuck[before]]
  // The result of the first run counts for nothing any more.
  first?.end(outputOf('too late'))
  if (again !== undefined) again.end(await honest(again.task))
  await until(() => ann.runtime.state.requester.jobs.get(job)?.status.state === 'done')
  expect(ann.runtime.state.requester.jobs.get(job)?.units.get(0)?.attempts).toHaveLength(2)
})

test('[A21] a peer that is asked to stop hands back what others have there, before it is gone', async () => {
  const { ann, bob, eve } = await mesh()
  const { job } = await ann.runtime.submit(testJob(ann.peer, 4, 1))
  await until(() => bob.runtime.activeUnits().length > 0)
  peers = [ann, eve]
  await bob.stop()
  const attempts = [...(ann.runtime.state.requester.jobs.get(job)?.units.values() ?? [])].flatMap(
    (unit) => unit.attempts,
  )
  const whys = attempts.flatMap(({ status }) => (status.state === 'void' ? [status.why] : []))
  expect(whys.length).toBeGreaterThan(0)
  expect(new Set(whys)).toEqual(new Set(['handed-back']))
  await eve.runtime.dispatch({ kind: 'availability-set', at_ms: Date.now(), availability: SHARED })
  await until(() => ann.runtime.state.requester.jobs.get(job)?.status.state === 'done')
  expect(ann.runtime.state.requester.records.get(bob.peer)).toBeUndefined()
})
