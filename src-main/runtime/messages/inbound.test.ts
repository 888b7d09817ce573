import { afterEach, describe, expect, it } from 'vitest'
import type { JobId } from '../../protocol/ids.ts'
import { startAttacker, type Attacker } from '../attacker.fixture.ts'
import { createJournalBudget } from './journal-budget.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  startPeer,
  testJob,
  until,
  type TestPeer,
} from '../mesh.fixture.ts'

const CID = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const RECEIPTS = 1_024

let victim: TestPeer | undefined
let attacker: Attacker | undefined
afterEach(async () => {
  await attacker?.stop()
  await victim?.stop()
  victim = attacker = undefined
})

/** A peer, a contact of it, and the kinds of the durable events so far. */
async function attacked(trust: number) {
  const network = createMemoryNetwork()
  const target = await startPeer(network, await newHome(), honest)
  const mallory = await startAttacker(network)
  ;[victim, attacker] = [target, mallory]
  await mallory.pair(target, trust)
  const written = (): string[] => target.journaled().map(({ kind }) => kind)
  return { target, mallory, written }
}

const faults = (message: string) =>
  Array.from({ length: RECEIPTS }, (_, unit_index) => ({
    unit_index,
    attempt: 1,
    outcome: { kind: 'fault', fault: { kind: 'unit-failed', message } },
  }))

describe('what a contact says', () => {
  it('[B32] of jobs that do not exist is refused, and nothing of it is written down', async () => {
    const { target, mallory, written } = await attacked(0.8)
    const envelope = mallory.receipts(target.peer, 'none' as JobId, CID as never, faults('x'.repeat(1_000)))
    expect(envelope.byteLength).toBeGreaterThan(1 << 20)
    expect(await mallory.send(target.peer, { kind: 'results', envelope })).toBe('unknown-job')
    const { manifestCid, job } = await target.runtime.submit(testJob(target.peer, 4, 1))
    const forged = mallory.receipts(target.peer, job, manifestCid, faults('forged'))
    expect(await mallory.send(target.peer, { kind: 'results', envelope: forged })).toBe('bad-input')
    const unit = { unit_index: 0, attempt: 1 }
    for (const message of [
      { kind: 'withdraw', job_id: 'none' },
      { kind: 'settled', job_id: 'none', units: [] },
      { kind: 'hand-back', job_id: job, units: [unit], reason: '' },
    ]) {
      expect(await mallory.send(target.peer, message)).toBe('taken')
    }
    const theirs = ['results-received', 'withdrawn', 'settled', 'hand-back-received']
    await until(() => target.runtime.state.requester.jobs.get(job)?.status.state === 'done')
    const own = written().filter((kind) => theirs.includes(kind)).length
    // Its own units, computed by itself: each journaled once, and no more than that.
    expect(own).toBeLessThanOrEqual(2 * 4)
  })

  it('[T3] at trust 0 is refused, whatever it is', async () => {
    const { target, mallory, written } = await attacked(0)
    const { manifestCid, job } = await target.runtime.submit(testJob(target.peer, 4_000, 2))
    const before = written().length
    const envelope = mallory.receipts(target.peer, job, manifestCid, faults('x'))
    for (const message of [
      { kind: 'results', envelope },
      { kind: 'withdraw', job_id: job },
      { kind: 'settled', job_id: job, units: [] },
      { kind: 'recall', job_id: job, units: [{ unit_index: 0, attempt: 1 }] },
    ]) {
      expect(await mallory.send(target.peer, message)).toBe('unknown-peer')
    }
    expect(written().slice(before)).not.toContain('results-received')
  })
})

describe('the budget of a minute', () => {
  it('[B33] is each peer’s own, ends, and fills up again steadily', () => {
    let nowMs = 0
    const budget = createJournalBudget({ nowMs: () => nowMs }, 1_000)
    const [ann, bob] = [`12D3KooW${'A'.repeat(44)}`, `12D3KooW${'B'.repeat(44)}`] as TestPeer['peer'][]
    expect([budget.take(ann!, 600), budget.take(ann!, 600), budget.take(bob!, 600)]).toEqual([
      true,
      false,
      true,
    ])
    nowMs = 12_000
    expect([budget.take(ann!, 601), budget.take(ann!, 600)]).toEqual([false, true])
    nowMs = -1e9
    expect(budget.take(ann!, 1)).toBe(false)
    nowMs += 60_000
    expect(budget.take(ann!, 1_000)).toBe(false)
  })
})
