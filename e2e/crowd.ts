import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createIdentity } from '../src-main/network/identity/identity.ts'
import type { DurableEvent } from '../src-main/peer/event.ts'
import type { PeerState } from '../src-main/peer/state.ts'
import { advance } from '../src-main/peer/step.ts'
import { cidOfDigest, RAW } from '../src-main/protocol/cid.ts'
import { JobId, type Cid, type PeerId } from '../src-main/protocol/ids.ts'
import type { ExecutionReceipt } from '../src-main/protocol/receipt.ts'
import { toTimestamp } from '../src-main/protocol/time.ts'
import type { JobManifest } from '../src-main/protocol/work.ts'
import { recordOf } from '../src-main/runtime/journal-record.ts'
import { machineClock } from '../src-main/runtime/machine.ts'
import { restore } from '../src-main/runtime/restore.ts'
import { loadOrCreateKey } from '../src-main/storage/keys/key-file.ts'
import { openStorage } from '../src-main/storage/storage.ts'

/** A crowd that a window must still be pleasant with. */
export const CROWD_PEOPLE = 200
export const CROWD_UNITS = 10_000
/** Units given out together; a message's bound is 1,024. */
const UNITS_TOGETHER = 50
/** How much of the job that still runs is done. */
const DONE_SHARE = 0.62

const FIRST_NAMES = [
  'Ada',
  'Björn',
  'Chiara',
  'Dimitri',
  'Émile',
  'Fatima',
  'Goran',
  'Hana',
  'Ines',
  'Jun',
  'Kwame',
  'Łucja',
]
const MACHINES = ['’s PC', ' (attic)', '’s laptop', ' · studio', '’s old ThinkPad', '']
/** Names as people really write them: long, right to left, in pictures, with nowhere to break. */
const ODD_NAMES = [
  'مكتب يوسف',
  'המחשב של נועה',
  '🦊🌲 fox den',
  'Wolfeschlegelsteinhausenbergerdorff-Überbuchhaltungsrechner im Dachgeschoss links',
  'x'.repeat(90),
  '李明的工作站',
]

/**
 * Writes a crowd into a peer's journal: 200 people, a finished job of 10,000 units that they computed, and one that is
 * under way. Every event goes through the peer's own brain, so that what a window then shows is what such a history gives.
 *
 * @param folder of a peer that ran before and does not run now
 */
export async function seedCrowd(folder: string): Promise<void> {
  const storage = await openStorage({ folder, quotaBytes: Number.MAX_SAFE_INTEGER, clock: machineClock })
  try {
    const { seed } = await loadOrCreateKey(join(folder, 'peer.key'), {})
    const { state } = restore(storage.journal, createIdentity(seed).peer, 'crowded')
    const happen = (event: DurableEvent): void => {
      storage.journal.append(advance(state, event).durable.map(recordOf))
    }
    const people = meetEverybody(happen)
    runJob(state, happen, people, { id: 'sweep-done', name: 'Wing sweep, 10,000 angles', share: 1 })
    runJob(state, happen, people, {
      id: 'sweep-running',
      name: 'Protein folds of the whole family',
      share: DONE_SHARE,
    })
  } finally {
    await storage.close()
  }
}

type Happen = (event: DurableEvent) => void

const HOUR_MS = 3_600_000
const startMs = (): number => Date.now() - 30 * HOUR_MS

function meetEverybody(happen: Happen): PeerId[] {
  return Array.from({ length: CROWD_PEOPLE }, (_, i) => {
    const key = createHash('sha256').update(`crowd ${i}`).digest()
    const { peer } = createIdentity(key)
    const odd = ODD_NAMES[i % 31 === 7 ? Math.floor(i / 31) % ODD_NAMES.length : ODD_NAMES.length]
    const name =
      odd ?? `${FIRST_NAMES[i % FIRST_NAMES.length] ?? ''}${MACHINES[i % MACHINES.length] ?? ''} ${i}`
    const trust = [0.25, 0.5, 0.75, 1, 0][i % 5] ?? 0.5
    happen({
      kind: 'paired',
      at_ms: startMs() + i * 1_000,
      peer,
      name,
      addresses: ['/ip4/127.0.0.1/tcp/9'],
      trust,
    })
    return peer
  })
}

function runJob(
  state: PeerState,
  happen: Happen,
  people: readonly PeerId[],
  { id, name, share }: { readonly id: string; readonly name: string; readonly share: number },
): void {
  const job = JobId.parse(id)
  const at_ms = startMs() + HOUR_MS
  const manifest: JobManifest = {
    job_id: job,
    requester_id: state.me,
    description: name,
    algorithm_id: 'crowd.sweep',
    algorithm_version: '1.0.0',
    params: {},
    inputs: {},
    unit_count: CROWD_UNITS,
    required_resources: { cpu_cores: 1, ram_gb: 0.1 },
    estimated_duration_seconds: 20,
    priority: 0.5,
    verification_redundancy: 1,
    created_at: toTimestamp(at_ms),
  }
  happen({ kind: 'job-submitted', at_ms, manifest, manifest_cid: cidOf(Buffer.from(id)) })
  const end = Math.floor(CROWD_UNITS * share)
  let award = 0
  for (let first = 0; first < end; first += UNITS_TOGETHER) {
    const peer = people[award % people.length]
    if (peer === undefined) return
    const units = Array.from({ length: Math.min(UNITS_TOGETHER, end - first) }, (_, i) => first + i)
    giveUnits(happen, { job, peer, units, award: award++, atMs: at_ms + award * 60_000 })
  }
}

/** One person is given units and returns them; now and then the first try of one fails, and is made again. */
function giveUnits(
  happen: Happen,
  given: {
    readonly job: JobId
    readonly peer: PeerId
    readonly units: readonly number[]
    readonly award: number
    readonly atMs: number
  },
): void {
  const { job, peer, units, award, atMs } = given
  const issue = (attempt: number, indexes: readonly number[], at_ms: number): void =>
    happen({
      kind: 'awards-issued',
      at_ms,
      awards: [
        {
          award_id: `crowd-${job}-${award}-${attempt}`,
          job_id: job,
          peer,
          units: indexes.map((unit_index) => ({ unit_index, attempt, role: 'primary' })),
          deadline_ms: at_ms + HOUR_MS,
        },
      ],
    })
  const [first] = units
  issue(1, units, atMs)
  const fails = award % 9 === 4 && first !== undefined
  const receipts = units.map((unit) => receiptOf(job, unit, fails && unit === first))
  happen({ kind: 'results-received', at_ms: atMs + 20_000, from: peer, job_id: job, receipts })
  if (fails) {
    issue(2, [first], atMs + 21_000)
    const again = { ...receiptOf(job, first, false), attempt: 2 }
    happen({ kind: 'results-received', at_ms: atMs + 40_000, from: peer, job_id: job, receipts: [again] })
  }
  happen({ kind: 'outputs-stored', at_ms: atMs + 41_000, job_id: job, units: [...units] })
}

function receiptOf(job: JobId, unit: number, fails: boolean): ExecutionReceipt {
  const inline = new TextEncoder().encode(`${job} ${unit}`)
  const metrics = {
    wall_ms: 18_000 + (unit % 7) * 500,
    cpu_ms: 17_500,
    peak_memory_bytes: 1 << 20,
    input_bytes: 0,
    output_bytes: inline.byteLength,
  }
  return {
    unit_index: unit,
    attempt: 1,
    outcome: fails
      ? {
          kind: 'fault',
          fault: { kind: 'runner-lost', message: 'the machine was switched off while the unit ran' },
        }
      : { kind: 'output', cid: cidOf(inline), metrics, inline },
  }
}

function cidOf(bytes: Uint8Array): Cid {
  return cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
}
