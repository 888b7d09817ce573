import type { Attack, Scene } from '../../attack.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { AWARD_UNITS_MAX, RECEIPTS_MAX } from '../../protocol/limits.ts'
import type { Invite } from '../../protocol/messages.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { startAttacker, type Attacker } from '../attacker.fixture.ts'

const CID = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' as Cid
/** The trust that the victim gives a well-known contact. */
const TRUST = 0.8
const RESOURCES = { cpu_cores: 4_096, ram_gb: 1e6 }

/** Attacks by a contact of the victim. */
export const attacks: readonly Attack[] = [
  {
    name: 'as many receipts as fit of jobs that do not exist',
    by: 'contact',
    approach: (scene) =>
      asContact(scene, TRUST, (mallory, to, round) => {
        const job = `none-${round}` as JobId
        const receipts = Array.from({ length: RECEIPTS_MAX }, (_, unit_index) => receiptOf(unit_index, 1))
        return mallory.send(to, { kind: 'results', envelope: mallory.receipts(to, job, CID, receipts) })
      }),
  },
  {
    name: 'receipts with absurd numbers',
    by: 'contact',
    approach: (scene) =>
      asContact(scene, TRUST, (mallory, to, round) => {
        const wild = [1e17, 1.7e308, 2 ** 53, -1, Number.NaN, Number.POSITIVE_INFINITY][round % 6] ?? 0
        const envelope = mallory.receipts(to, 'job' as JobId, CID, [receiptOf(0, wild)])
        return mallory.send(to, { kind: 'results', envelope })
      }),
  },
  {
    name: 'awards of units that were never offered',
    by: 'contact',
    approach: (scene) =>
      asContact(scene, TRUST, (mallory, to, round) => {
        const units = Array.from({ length: AWARD_UNITS_MAX }, (_, unit_index) => ({
          unit_index,
          attempt: 1,
          role: 'primary',
        }))
        const award = {
          award_id: `award-${round}`,
          job_id: `job-${round}`,
          manifest_cid: CID,
          units,
          due_in_ms: 60_000,
        }
        return mallory.send(to, { kind: 'award', award })
      }),
  },
  {
    name: 'commitments of hundreds of slots, again and again',
    by: 'contact',
    approach: (scene) =>
      asContact(scene, TRUST, async (mallory, _to, round) => {
        mallory.commit(hugeCommitment(mallory.peer, round))
        await pause(20)
        return 'published'
      }),
  },
  {
    name: 'withdrawals, recalls and hand-backs of nothing',
    by: 'contact',
    approach: (scene) =>
      asContact(scene, TRUST, (mallory, to, round) => {
        const units = Array.from({ length: AWARD_UNITS_MAX }, (_, unit_index) => ({ unit_index, attempt: 1 }))
        const job_id = `job-${round}`
        const indexes = units.map(({ unit_index }) => unit_index)
        const messages = [
          { kind: 'withdraw', job_id, units: indexes },
          { kind: 'settled', job_id, units: indexes },
          { kind: 'recall', job_id, units },
          { kind: 'hand-back', job_id, units, reason: 'x'.repeat(200) },
        ]
        return mallory.send(to, messages[round % messages.length])
      }),
  },
  {
    name: 'all of these by a contact of trust 0',
    by: 'contact',
    approach: (scene) =>
      asContact(scene, 0, (mallory, to, round) => {
        const receipts = Array.from({ length: RECEIPTS_MAX }, (_, unit_index) => receiptOf(unit_index, 1))
        const envelope = mallory.receipts(to, `none-${round}` as JobId, CID, receipts)
        return mallory.send(to, { kind: 'results', envelope })
      }),
  },
]

/** Pairs. @returns what goes on until the time is over, and says how many rounds it was, and how the victim answered */
async function asContact(
  { invite, signal }: Scene,
  trust: number,
  round: (mallory: Attacker, to: PeerId, number: number) => Promise<string>,
): Promise<() => Promise<string>> {
  const invited: Invite = await invite(trust)
  const mallory = await startAttacker('sockets')
  await mallory.accept(invited)
  return async () => {
    const answers = new Map<string, number>()
    try {
      for (let number = 0; !signal.aborted; number++) {
        const answer = await round(mallory, invited.peer_id, number)
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
        // Without a pause, requests that are refused at once would leave no time for anything else here.
        await pause(1)
      }
    } finally {
      await mallory.stop()
    }
    return [...answers].map(([answer, times]) => `${times} × ${answer}`).join(', ')
  }
}

function receiptOf(unit_index: number, wild: number) {
  const metrics = {
    wall_ms: wild,
    cpu_ms: wild,
    peak_memory_bytes: wild,
    input_bytes: wild,
    output_bytes: wild,
    fuel: wild,
    peak_pages: 1,
    copied_bytes: wild,
  }
  return {
    unit_index,
    attempt: 1,
    outcome: { kind: 'output', cid: CID, metrics },
  }
}

function hugeCommitment(peer: PeerId, round: number): ComputeCommitment {
  const startMs = Date.now()
  return {
    peer_id: peer,
    availability_slots: Array.from({ length: 400 }, (_, i) => ({
      slot_id: `slot-${i}`,
      start_time: toTimestamp(startMs + i * 3_600_000),
      end_time: toTimestamp(startMs + (i + 1) * 3_600_000),
      resources: RESOURCES,
      algorithms: [],
      priority: 1,
    })),
    work_requests: [],
    trust_weights: {},
    contribution_history: {},
    damping_factor: 1,
    over_allocation_history: [],
    timestamp: toTimestamp(startMs),
    vector_clock: { [peer]: round + 1 },
  } as unknown as ComputeCommitment
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
