import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeState } from '../peer/codec.ts'
import type { PeerState } from '../peer/state.ts'
import { decodeStateParts, encodeStateParts } from '../peer/state-parts.ts'
import { ComputeAllocationState } from '../protocol/assignment.ts'
import { ComputeCommitment } from '../protocol/commitment.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import { toTimestamp } from '../protocol/time.ts'
import { JobManifest, type Params } from '../protocol/work.ts'
import { openStorage } from '../storage/storage.ts'
import { startAttacker, type Attacker } from './attacker.fixture.ts'
import { machineClock } from './machine.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  startPeer,
  testJob,
  until,
  type TestHome,
  type TestPeer,
} from './mesh.fixture.ts'
import { restore } from './restore.ts'

/** The same draws each time; another seed is another test. */
const SEED = 20_261_122
const DRAWS_PER_MESSAGE = 120
const CID = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' as Cid

let victim: TestPeer | undefined
let attacker: Attacker | undefined
afterEach(async () => {
  await attacker?.stop()
  await victim?.stop()
  victim = attacker = undefined
})

/** A value that takes the place of a valid one in a message. */
const extreme = fc.constantFrom<unknown>(
  ...[0, -0, -1, 0.5, 1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 1e17, 1e300, 1.7e308, 5e-324],
  ...[NaN, Infinity, -Infinity, '', 'x'.repeat(100_000), '__proto__', '\u0000', [], {}, null, true],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', `2026-01-01T00:00:00.${'0'.repeat(50_000)}Z`],
)

/** The places of a value: paths to all that is in it. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [path]
  return Object.entries(value).flatMap(([key, field]) => [[...path, key], ...placesOf(field, [...path, key])])
}

function withValue(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put
  // An earlier change may have taken the place away.
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Record<string, unknown>
  const changed = withValue(fields[key], rest, put)
  if (Array.isArray(value)) return value.map((item: unknown, i) => (String(i) === key ? changed : item))
  return { ...fields, [key]: changed }
}

/** A message with extreme values in one to three places, the same for the same seed. */
function extremes(message: unknown, seed: number): unknown[] {
  const changes = fc.array(fc.tuple(fc.constantFrom(...placesOf(message)), extreme), {
    minLength: 1,
    maxLength: 3,
  })
  return fc.sample(
    changes.map((some) => some.reduce<unknown>((m, [path, put]) => withValue(m, path, put), message)),
    { numRuns: DRAWS_PER_MESSAGE, seed },
  )
}

const metrics = {
  wall_ms: 1,
  cpu_ms: 1,
  peak_memory_bytes: 1,
  input_bytes: 1,
  output_bytes: 1,
  fuel: 1,
  peak_pages: 1,
  copied_bytes: 1,
}
const receiptOf = (unit_index: number, attempt: number) => ({
  unit_index,
  attempt,
  outcome: { kind: 'output', cid: CID, metrics },
})

/** A digest of the durable state. */
const digestOf = (state: Readonly<PeerState>) => createHash('sha256').update(encodeState(state)).digest('hex')

/** A peer with a job, and a contact who has units of it and bad intentions. */
async function attacked() {
  const network = createMemoryNetwork()
  const home = await newHome()
  victim = await startPeer(network, home, honest)
  attacker = await startAttacker(network)
  await attacker.pair(victim, 0.8)
  // Two must agree, so that what the attacker says decides nothing by itself.
  const asked = testJob(victim.peer, 4_000, 2)
  const { manifestCid } = await victim.runtime.submit(asked)
  const { manifest } = victim.runtime.state.requester.jobs.get(asked.job_id)!
  attacker.offer(manifest, { units: 1_024, lanes: 1_024 })
  const { awards } = attacker
  await until(() => awards.length > 0)
  const units = awards.flatMap((award) => award.units)
  return { home, peer: victim.peer, attacker, manifest, manifestCid, units }
}

/** After everything that was sent: what a restart makes of the folder is what was there before. */
async function expectSameAfterRestart(home: TestHome): Promise<void> {
  const { runtime, peer } = victim!
  const before = digestOf(runtime.state)
  // A snapshot of it would be read too.
  expect(decodeStateParts([...encodeStateParts(runtime.state)]).ok).toBe(true)
  const crashed = victim!.crash()
  victim = undefined
  await crashed
  const storage = await openStorage({ folder: home.folder, quotaBytes: 2 ** 30, clock: machineClock })
  try {
    expect(digestOf(restore(storage.journal, peer, 'new').state)).toBe(before)
  } finally {
    await storage.close()
  }
}

describe('a peer that is told numbers without end', () => {
  it('[E10] replays all that it journaled of a contact’s receipts', async () => {
    const { home, peer, attacker, manifest, manifestCid, units } = await attacked()
    const draws = extremes(receiptOf(0, 1), SEED) as ReturnType<typeof receiptOf>[]
    expect(units.length).toBeGreaterThanOrEqual(draws.length)
    for (const [i, draw] of draws.entries()) {
      // As drawn, and for a unit that is the attacker's own indeed.
      const own = { ...draw, unit_index: units[i]!.unit_index, attempt: units[i]!.attempt }
      for (const receipt of [draw, own]) {
        const envelope = attacker.receipts(peer, manifest.job_id, manifestCid, [receipt])
        await attacker.send(peer, { kind: 'results', envelope })
      }
    }
    await expectSameAfterRestart(home)
  })

  it('[E10] replays all that it journaled of a contact’s direct messages', async () => {
    const { home, peer, attacker, manifest, manifestCid, units } = await attacked()
    const job_id = manifest.job_id
    const unit = { unit_index: units[0]!.unit_index, attempt: 1 }
    const envelope = attacker.receipts(peer, job_id, manifestCid, [receiptOf(0, 1)])
    const award = { award_id: 'a', job_id: 'theirs', manifest_cid: CID, due_in_ms: 1_000 }
    const messages: unknown[] = [
      { kind: 'award', award: { ...award, units: [{ ...unit, role: 'primary' }] } },
      { kind: 'results', envelope },
      { kind: 'withdraw', job_id, units: [0, 1] },
      { kind: 'recall', job_id, units: [unit] },
      { kind: 'settled', job_id, units: [0] },
      { kind: 'hand-back', job_id, units: [unit], reason: 'because' },
      { kind: 'thanks', thanks: { job_id, note: 'thanks' } },
      { kind: 'pair', secret: 'x'.repeat(22), name: 'mallory', addresses: ['/memory/m'] },
      { kind: 'pair-again' },
      { kind: 'pair-answered' },
      { kind: 'pair-given-up' },
    ]
    for (const [i, message] of messages.entries()) {
      for (const draw of [message, ...extremes(message, SEED + i)]) await attacker.send(peer, draw)
    }
    await expectSameAfterRestart(home)
  })

  it('[E10] replays all that it journaled after what a contact published and asked for', async () => {
    const { home, peer, attacker, manifest } = await attacked()
    const theirs = { ...testJob(attacker.peer, 8, 1), job_id: 'theirs' as JobId }
    const commitment = commitmentOf(attacker.peer, peer, theirs)
    const draws = extremes(commitment, SEED).flatMap((draw) => ComputeCommitment.safeParse(draw).data ?? [])
    for (const draw of draws) {
      await victim!.runtime.dispatch({
        kind: 'commitment',
        at_ms: Date.now(),
        commitment: { ...draw, peer_id: attacker.peer },
      })
    }
    const award = { award_id: 'a', job_id: theirs.job_id, manifest_cid: CID, due_in_ms: 1_000 }
    for (const manifestDraw of extremes(theirs, SEED + 1)) {
      const parsed = JobManifest.safeParse(manifestDraw)
      if (!parsed.success) continue
      const at_ms = Date.now()
      await victim!.runtime.dispatch({ kind: 'manifest', at_ms, cid: CID, manifest: parsed.data })
      await victim!.runtime.dispatch({ kind: 'allocate', at_ms })
      await attacker.send(peer, {
        kind: 'award',
        award: { ...award, units: [{ unit_index: 0, attempt: 1, role: 'primary' }] },
      })
    }
    for (const [i, offered] of extremes({ units: 4, lanes: 4, unitMs: 1_000 }, SEED + 2).entries()) {
      const clock = { [attacker.peer]: i + 1 }
      const parsed = ComputeAllocationState.safeParse(allocationOf(attacker.peer, manifest, offered, clock))
      if (!parsed.success) continue
      await victim!.runtime.dispatch({ kind: 'allocation', at_ms: Date.now(), allocation: parsed.data })
    }
    expect(draws.length).toBeGreaterThan(0)
    await expectSameAfterRestart(home)
  })

  it('[P8] does not take what it could not read back: nothing is journaled, and the rest goes on', async () => {
    const { home, peer } = await attacked()
    const nested = (levels: number): Params[string] => (levels === 0 ? 1 : [nested(levels - 1)])
    const deep = { ...testJob(peer, 1, 1), params: { deep: nested(28) } }
    await expect(victim!.runtime.submit(deep)).rejects.toThrow(/nested too deep/)
    const at_ms = Date.now()
    for (const until_ms of [1e17, 1.7e308, NaN, Infinity, -1, 0.5]) {
      const paused = { kind: 'sharing-paused', at_ms, until_ms, finish_first: true } as const
      await expect(victim!.runtime.dispatch(paused)).rejects.toThrow(/sharing-paused.*until_ms/)
    }
    await victim!.runtime.dispatch({ kind: 'named', at_ms, name: 'still here' })
    expect(victim!.runtime.state.sharing.pause).toBeUndefined()
    await expectSameAfterRestart(home)
  })
})

function commitmentOf(peer: PeerId, trusted: PeerId, { job_id, unit_count }: JobManifest): unknown {
  const now = toTimestamp(Date.now())
  return {
    peer_id: peer,
    availability_slots: [
      {
        slot_id: 'always',
        start_time: now,
        end_time: toTimestamp(Date.now() + 86_400_000),
        resources: { cpu_cores: 4, ram_gb: 8 },
        algorithms: [{ algorithm_id: 'test.unit', version: '1', supported: true, performance_score: 1 }],
        priority: 0.5,
      },
    ],
    work_requests: [
      {
        request_id: 'request',
        requester_id: peer,
        job_id,
        work_units: [],
        deadline: now,
        priority: 0.5,
        timestamp: now,
        manifest_cid: CID,
        open_ranges: [[0, unit_count]],
        unfinished: unit_count,
      },
    ],
    trust_weights: { [trusted]: 1 },
    contribution_history: {
      total_work_units_completed: 1,
      total_compute_hours: 1,
      average_result_quality: 1,
      reliability_score: 1,
    },
    damping_factor: 1,
    over_allocation_history: [1],
    timestamp: now,
    vector_clock: { [peer]: 1 },
  }
}

function allocationOf(peer: PeerId, manifest: JobManifest, offered: unknown, clock: object): unknown {
  const { units, lanes, unitMs } = offered as Record<string, number>
  const now = toTimestamp(Date.now())
  const entry = {
    assignment_id: 'a',
    work_unit_id: `${manifest.job_id}:0`,
    assigned_to_peer: peer,
    assigned_by_peer: manifest.requester_id,
    slot_id: 'always',
    expected_start: now,
    expected_end: '9999-12-31T23:59:59.999Z',
    resources_allocated: manifest.required_resources,
    verification_role: 'primary',
    timestamp: now,
    unit_count: units,
    concurrency: lanes,
    unit_seconds: (unitMs ?? 0) / 1_000,
  }
  const slot = {
    slot_id: 'always',
    available_resources: { cpu_cores: 4, ram_gb: 8 },
    tier1_assignments: [entry],
    tier2_assignments: [],
    total_allocated_resources: { cpu_cores: 4, ram_gb: 8 },
    utilization_percent: 50,
  }
  return {
    peer_id: peer,
    slot_assignments: [slot],
    total_work_units_assigned: 4,
    timestamp: now,
    vector_clock: clock,
  }
}
