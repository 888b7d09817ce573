import { afterEach, describe, expect, it } from 'vitest'
import type { DurableEvent } from '../../peer/event.ts'
import { unitBitsOf } from '../../protocol/unit-bits.ts'
import { createIdentity } from '../../network/identity/identity.ts'
import { openEnvelope } from '../../protocol/envelope.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import { ReceiptBatch } from '../../protocol/receipt.ts'
import { startAttacker, type Attacker } from '../attacker.fixture.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  pairPeers,
  startPeer,
  testJob,
  until,
  type TestPeer,
} from '../mesh.fixture.ts'
import { signVerdict } from './signed-verdict.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

const running: TestPeer[] = []
let attacker: Attacker | undefined
afterEach(async () => {
  await attacker?.stop()
  attacker = undefined
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

function journaledOf<K extends DurableEvent['kind']>(peer: TestPeer, kind: K): Of<K>[] {
  return peer.journaled().filter((event): event is Of<K> => event.kind === kind)
}

const statusOf = ({ runtime }: TestPeer, job: string) =>
  runtime.state.requester.jobs.get(job as never)?.status.state

async function pair() {
  const homes = [await newHome(), await newHome()] as const
  const network = createMemoryNetwork()
  const alice = await startPeer(network, homes[0], honest)
  const bob = await startPeer(network, homes[1], honest)
  running.push(alice, bob)
  await pairPeers(alice, bob)
  return { alice, bob, homes }
}

describe('what others returned', () => {
  it('[J1] is journaled as they signed it, and so is what this peer computed itself', async () => {
    const { alice, bob } = await pair()
    const { job, manifestCid } = await alice.runtime.submit(testJob(alice.peer, 12, 2))
    await until(() => statusOf(alice, job) === 'done')
    const received = journaledOf(alice, 'results-received')
    expect(new Set(received.map(({ from }) => from))).toEqual(new Set([alice.peer, bob.peer]))
    const anyone = createIdentity(new Uint8Array(32))
    for (const { from, envelope, receipts, manifest_cid } of received) {
      const opened = openEnvelope(envelope!, {
        ...{ domain: 'meshwork/1/receipts', schema: ReceiptBatch, signer: from },
        verify: (signer, bytes, signature) => anyone.verify(signer, bytes, signature),
        ...{ nowMs: Date.now(), bytesMax: MESSAGE_BYTES_MAX },
      } as const)
      expect(opened).toMatchObject({
        ok: true,
        value: { value: { provider_id: from, manifest_cid: manifestCid, receipts } },
      })
      expect(manifest_cid).toBe(manifestCid)
    }
  })

  it('[J2] under another manifest than the job has is refused, and not written down', async () => {
    const network = createMemoryNetwork()
    const target = await startPeer(network, await newHome(), honest, { shares: false })
    running.push(target)
    const mallory = await startAttacker(network)
    attacker = mallory
    await mallory.pair(target, 0.8)
    const asked = testJob(target.peer, 4, 1)
    const { manifestCid, job } = await target.runtime.submit(asked)
    mallory.offer(asked)
    await until(() => mallory.awards.length > 0)
    const { unit_index, attempt } = mallory.awards[0]!.units[0]!
    const outcome = { kind: 'fault', fault: { kind: 'unit-failed', message: 'x' } }
    const receipts = [{ unit_index, attempt, outcome }]
    const other = (await target.runtime.submit(testJob(target.peer, 1, 1))).manifestCid
    const sent = (cid: typeof other) =>
      mallory.send(target.peer, {
        kind: 'results',
        envelope: mallory.receipts(target.peer, job, cid, receipts),
      })
    expect(await sent(other)).toBe('bad-input')
    expect(journaledOf(target, 'results-received')).toEqual([])
    expect(await sent(manifestCid)).toBe('taken')
    expect(journaledOf(target, 'results-received')).toHaveLength(1)
  })
})

describe('the verdict of a requester', () => {
  it('[J5] is with its provider soon after the job’s end, and counts there', async () => {
    const { alice, bob } = await pair()
    const { job } = await alice.runtime.submit(testJob(alice.peer, 12, 2))
    await until(() => journaledOf(bob, 'verdict-received').length > 0)
    expect(statusOf(alice, job)).toBe('done')
    const { history } = bob.runtime.state.provider
    expect(history).toMatchObject({ total_work_units_completed: 12, average_result_quality: 1 })
    await until(() => alice.runtime.state.requester.verdictsOwed?.size === 0)
    // Work on own jobs is nobody else's business.
    expect(alice.runtime.state.provider.history.total_work_units_completed).toBe(0)
    expect(journaledOf(alice, 'verdict-received')).toEqual([])
  })

  it('[J5] is with a provider that was away at the end, when both are back', async () => {
    const { alice, bob, homes } = await pair()
    const { job } = await alice.runtime.submit(testJob(alice.peer, 400, 2))
    const units = () => [...(alice.runtime.state.requester.jobs.get(job)?.units.values() ?? [])]
    await until(() => units().some(({ verified }) => verified?.winners.includes(bob.peer)))
    await bob.stop()
    await alice.runtime.dispatch({ kind: 'job-cancelled', at_ms: Date.now(), job_id: job })
    expect(alice.runtime.state.requester.verdictsOwed?.size).toBe(1)
    await alice.stop()
    running.length = 0
    const network = createMemoryNetwork()
    for (const home of homes) running.push(await startPeer(network, home, honest))
    const [later, back] = running as [TestPeer, TestPeer]
    await until(() => later.runtime.state.requester.verdictsOwed?.size === 0)
    expect(back.runtime.state.provider.history.total_work_units_completed).toBeGreaterThan(0)
  })

  it('[J6] about work that it was not given is taken, and not written down; one about others is refused', async () => {
    const network = createMemoryNetwork()
    const target = await startPeer(network, await newHome(), honest)
    running.push(target)
    const mallory = await startAttacker(network)
    attacker = mallory
    await mallory.pair(target, 0.8)
    const { manifestCid, job } = await target.runtime.submit(testJob(target.peer, 4, 1))
    const owed = {
      ...{ provider: target.peer, job, manifestCid },
      ...{ won: unitBitsOf([]), lost: unitBitsOf([0, 1, 2, 3]), endedAtMs: Date.now() },
    }
    const send = (envelope: Uint8Array) => mallory.send(target.peer, { kind: 'verdict', envelope })
    expect(await send(signVerdict(mallory.identity, owed))).toBe('taken')
    expect(await send(signVerdict(mallory.identity, { ...owed, provider: mallory.peer }))).toBe('malformed')
    expect(await send(signVerdict(createIdentity(new Uint8Array(32).fill(1)), owed))).toBe('unsigned')
    expect(journaledOf(target, 'verdict-received')).toEqual([])
    expect(target.runtime.state.provider.history.average_result_quality).toBe(1)
  })
})
