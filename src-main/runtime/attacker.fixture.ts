import { randomBytes } from 'node:crypto'
import * as dagCbor from '@ipld/dag-cbor'
import { createIdentity } from '../network/identity/identity.ts'
import { localPeer } from '../network/local-mesh.ts'
import { createPublishedStores } from '../network/publishing/published-store.ts'
import type { Identity } from '../ports/identity.ts'
import { toAllocationState } from '../market/allocation-state.ts'
import { ComputeAllocationState } from '../protocol/assignment.ts'
import { decodeCanonical, encodeCanonical } from '../protocol/canonical.ts'
import { ComputeCommitment } from '../protocol/commitment.ts'
import { NUMERIC_CLASS } from '../protocol/engine.ts'
import { signedBytes } from '../protocol/envelope.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { JobKey } from '../protocol/job-key.ts'
import { MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import { DirectMessage, DirectReply, type Award, type Invite } from '../protocol/messages.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'
import { DIRECT_PROTOCOL } from './messages/direct-protocol.ts'
import { machineClock } from './machine.ts'
import { TEST_ENGINE, type MemoryNetwork, type TestPeer } from './mesh.fixture.ts'
import { engineDigest } from './engine-digest.ts'

/** A peer that speaks the protocol, knows the other side's schemas, and keeps to no rule. */
export interface Attacker {
  readonly peer: PeerId
  readonly identity: Identity
  /** Awards that it was given, and took without doing anything for them. */
  readonly awards: Award[]
  /** Keys of encrypted jobs that came with them. */
  readonly keys: JobKey[]
  /** Direct messages of its victim, awards aside. */
  readonly heard: DirectMessage[]
  /** Has itself invited, and uses that invite. */
  pair(victim: TestPeer, trust: number): Promise<void>
  /** Uses an invite. */
  accept(invite: Invite): Promise<void>
  /** Sends any value as a direct message. Resolves with the answer, or with what kind of refusal it met. */
  send(to: PeerId, message: unknown): Promise<string>
  /** Receipts in a signed envelope, whatever they are. */
  receipts(to: PeerId, job: JobId, manifestCid: Cid, receipts: unknown): Uint8Array
  /** Publishes that it takes units of a job, as one of the usual engine if it said nothing else: by default four at a time, a second each. */
  offer(manifest: JobManifest, changes?: Partial<Offered>): void
  /** Publishes what it asks for, and whom it trusts. */
  commit(commitment: ComputeCommitment): void
  stop(): Promise<void>
}

/** Capacity as the attacker says it. */
export interface Offered {
  readonly units: number
  readonly lanes: number
  readonly unitMs: number
  readonly startMs: number
  readonly endMs: number
}

const SLOT_RESOURCES = { cpu_cores: 4_096, ram_gb: 1e6 }

/** Joins a network, in memory or by real sockets. */
export async function startAttacker(network: MemoryNetwork | 'sockets'): Promise<Attacker> {
  const identity = createIdentity(randomBytes(32))
  const transport = network === 'sockets' ? localPeer({ identity }).transport : network.join(identity.peer)
  const awards: Award[] = []
  const keys: JobKey[] = []
  const heard: DirectMessage[] = []
  transport.handle(DIRECT_PROTOCOL, (_from, request) => {
    const message = decodeCanonical(request, DirectMessage, MESSAGE_BYTES_MAX)
    if (message.ok && message.value.kind === 'award') {
      awards.push(message.value.award)
      if (message.value.key !== undefined) keys.push(message.value.key)
    } else if (message.ok) heard.push(message.value)
    return Promise.resolve(encodeCanonical({ kind: 'taken' }))
  })
  const published = createPublishedStores({
    transport,
    identity,
    clock: machineClock,
    mayRead: () => true,
  })
  const how = { cacheable: false, persistDebounce: 1 }
  const commitments = published.createStore({
    networkPath: 'compute/commitment',
    schema: ComputeCommitment,
    ...how,
  })
  const allocations = published.createStore({
    networkPath: 'compute/allocation',
    schema: ComputeAllocationState,
    ...how,
  })
  for (const store of [commitments, allocations]) store.initialize()
  await transport.start()
  let published_count = 0
  let isCommitted = false

  async function send(to: PeerId, message: unknown): Promise<string> {
    try {
      const signal = AbortSignal.timeout(20_000)
      const bytes = await transport.request(to, DIRECT_PROTOCOL, encodeWild(message), { signal })
      const reply = decodeCanonical(bytes, DirectReply, MESSAGE_BYTES_MAX)
      if (!reply.ok) return reply.fault.kind
      return reply.value.kind === 'refused' ? reply.value.fault.kind : reply.value.kind
    } catch (error) {
      return (error as { fault?: { kind: string } }).fault?.kind ?? 'ended'
    }
  }

  async function accept({ peer_id, secret, addresses }: Invite): Promise<void> {
    await transport.connect(peer_id, addresses, { signal: AbortSignal.timeout(20_000) })
    transport.keepConnected([{ peer: peer_id, addresses }])
    await send(peer_id, { kind: 'pair', secret, name: 'mallory', addresses: transport.addresses() })
  }

  return {
    peer: identity.peer,
    identity,
    awards,
    keys,
    heard,
    pair: async (victim, trust) => accept(await victim.runtime.invite(trust, 60_000)),
    accept,
    send,
    receipts(to, job, manifestCid, receipts) {
      const payload = encodeWild({
        batch_id: `batch-${published_count++}`,
        job_id: job,
        requester_id: to,
        provider_id: identity.peer,
        manifest_cid: manifestCid,
        engine: TEST_ENGINE,
        numeric_class: NUMERIC_CLASS,
        receipts,
        timestamp: toTimestamp(Date.now()),
      })
      const domain = 'meshwork/1/receipts' as const
      const signature = identity.sign(signedBytes(domain, payload))
      return encodeCanonical({ domain, payload, signer: identity.peer, signature })
    },
    offer(manifest, changes = {}) {
      const nowMs = Date.now()
      if (!isCommitted) commitments.set(providerOf(identity.peer, manifest, nowMs))
      isCommitted = true
      const offered = { units: 4, lanes: 4, unitMs: 1_000, startMs: nowMs, endMs: nowMs + 1_000, ...changes }
      allocations.set(
        toAllocationState(
          [
            {
              slotId: 'always',
              tier: 1,
              requester: manifest.requester_id,
              jobId: manifest.job_id,
              begin: 0,
              resources: manifest.required_resources,
              ...offered,
            },
          ],
          {
            peer: identity.peer,
            slots: [
              {
                slot_id: 'always',
                start_time: toTimestamp(nowMs),
                end_time: toTimestamp(nowMs + 86_400_000),
                resources: SLOT_RESOURCES,
                algorithms: [],
                priority: 1,
              },
            ],
            nowMs,
            clock: { [identity.peer]: ++published_count },
          },
        ),
      )
    },
    commit(commitment) {
      isCommitted = true
      commitments.set(commitment)
    },
    async stop() {
      published.stop()
      await transport.stop()
    },
  }
}

/** The commitment of a peer that runs a job's algorithm by the usual engine. */
function providerOf(
  peer: PeerId,
  { algorithm_id, algorithm_version, requester_id }: JobManifest,
  nowMs: number,
): ComputeCommitment {
  const capability = { algorithm_id, version: algorithm_version, supported: true, performance_score: 1 }
  const engine = { engine_digest: engineDigest(TEST_ENGINE), numeric_class: NUMERIC_CLASS }
  return {
    peer_id: peer,
    availability_slots: [
      {
        slot_id: 'always',
        start_time: toTimestamp(nowMs),
        end_time: toTimestamp(nowMs + 86_400_000),
        resources: SLOT_RESOURCES,
        algorithms: [{ ...capability, ...engine }],
        priority: 1,
      },
    ],
    work_requests: [],
    trust_weights: { [requester_id]: 0.5 },
    contribution_history: {
      total_work_units_completed: 0,
      total_compute_hours: 0,
      average_result_quality: 1,
      reliability_score: 1,
    },
    damping_factor: 1,
    over_allocation_history: [],
    timestamp: toTimestamp(nowMs),
    vector_clock: { [peer]: 1 },
  }
}

/** Numbers that dag-cbor's encoder refuses to write, by those that stand for them until their bytes are changed. */
const FORBIDDEN: readonly (readonly [number, number])[] = [
  [NaN, 1.0000000000000051],
  [Infinity, 1.0000000000000053],
  [-Infinity, 1.0000000000000056],
  [-0, 1.0000000000000058],
]

/** Encodes anything that bytes can say, which is more than our own encoder would. */
export function encodeWild(value: unknown): Uint8Array {
  const bytes = dagCbor.encode(disguised(value))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 9 <= bytes.byteLength; at++) {
    if (bytes[at] !== 0xfb) continue
    const meant = FORBIDDEN.find(([, standIn]) => view.getFloat64(at + 1) === standIn)
    if (meant !== undefined) view.setFloat64(at + 1, meant[0])
  }
  return bytes
}

function disguised(value: unknown): unknown {
  if (typeof value === 'number') return FORBIDDEN.find(([number]) => Object.is(number, value))?.[1] ?? value
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(disguised)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, disguised(field)]))
}
