import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBlobExchange } from '../network/blobs/blob-exchange.ts'
import { createIdentity } from '../network/identity/identity.ts'
import { localPeer } from '../network/local-mesh.ts'
import { createMemoryNetwork, type MemoryNetwork } from '../network/memory-transport.ts'
import { createComputeStores } from '../network/publishing/compute-stores.ts'
import { createPublishedStores } from '../network/publishing/published-store.ts'
import { decodeEvent } from '../peer/codec.ts'
import type { DurableEvent } from '../peer/event.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { TurnClock } from '../ports/clock.ts'
import type { JobKeys } from '../ports/job-keys.ts'
import type { Journal, NewRecord } from '../ports/journal.ts'
import type { Runner, RunOutcome, RunTask } from '../ports/runner.ts'
import type { Standing, Transport } from '../ports/transport.ts'
import { NUMERIC_CLASS } from '../protocol/engine.ts'
import { refuse } from '../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'
import { createJobKeys } from '../storage/keys/job-keys.ts'
import { openStorage } from '../storage/storage.ts'
import { engineDigest } from './engine-digest.ts'
import { machineClock, machineRandom } from './machine.ts'
import { createPeerRuntime, type PeerRuntime } from './peer-runtime.ts'

/** Decides, for a test, how a unit's run ends: its output, or its failure. May take its time. */
export type Behaviour = (task: RunTask) => Promise<RunOutcome> | RunOutcome

/** An honest output: 1,000 bytes made of the unit's index, too many to travel inside the receipt. */
export const honest: Behaviour = (task) => outputOf(`unit ${task.unitIndex ?? -1}`)

/** An output that names what it was made of. */
export function outputOf(text: string): RunOutcome {
  const bytes = new Uint8Array(Buffer.alloc(1_000, createHash('sha256').update(text).digest()))
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: bytes.length }
  return { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics }
}

/** The engine of `test.unit`, unless a test wants another one. */
export const TEST_ENGINE = 'test.unit@1+usual'

/** The algorithm of most tests. */
const TEST_ALGORITHM = { id: 'test.unit', version: '1' }

/** What a scripted runner says of its one algorithm. */
interface ScriptedOptions {
  readonly algorithm: { readonly id: string; readonly version: string }
  readonly engine: string
  readonly limited: boolean
}

/** A runner in this process: what runs is up to the test. */
function scriptedRunner(
  behave: Behaviour,
  { algorithm: { id, version }, engine, limited }: ScriptedOptions,
): Runner {
  let stopped = false
  return {
    start: () => Promise.resolve(),
    stop: () => {
      stopped = true
      return Promise.resolve()
    },
    algorithms: () => [{ algorithmId: id, version, scope: 'shared', engine, limited }],
    concurrency: 1,
    setConcurrency: () => undefined,
    cancel: () => undefined,
    benchmark: () => Promise.resolve(1),
    async run(tasks, { signal, finished }) {
      for (const task of tasks) {
        const outcome = await behave(task)
        if (stopped || signal.aborted) {
          finished(task, { kind: 'failed', fault: { kind: 'cancelled', message: 'stopped' } })
        } else {
          finished(task, outcome)
        }
      }
    },
  }
}

/** A peer of a test: the real runtime, storage and stores over a memory network. */
export interface TestPeer {
  readonly runtime: PeerRuntime
  readonly transport: Transport
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly keys: JobKeys
  readonly peer: PeerId
  /** The durable events of its journal since its last snapshot, oldest first. */
  journaled(): DurableEvent[]
  /** Ends it as a crash does: nothing is flushed, no peer is told. The folder and the key stay. */
  crash(): Promise<void>
  stop(): Promise<void>
}

/** A disk that a test fills, and makes room on. */
export interface TestDisk {
  isFull: boolean
}

/** The machine's clock, and what a test adds to the time that it tells; its timers run as ever. */
export interface SetClock extends TurnClock {
  passedMs: number
}

/** A clock that a test sets. */
export function setClock(): SetClock {
  const clock: SetClock = {
    passedMs: 0,
    nowMs: () => machineClock.nowMs() + clock.passedMs,
    after: (delayMs, callback) => machineClock.after(delayMs, callback),
    soon: (callback) => machineClock.soon(callback),
  }
  return clock
}

/** Where a test peer's memory lives, so that it can start again. */
export interface TestHome {
  readonly folder: string
  readonly seed: Uint8Array
}

/** A folder and a key for a new peer. */
export async function newHome(): Promise<TestHome> {
  return { folder: await mkdtemp(join(tmpdir(), 'meshwork-test-')), seed: randomBytes(32) }
}

/** A network for `startPeer`; a restarted peer needs a new place in it, so networks are made per start. */
export { createMemoryNetwork, type MemoryNetwork }

/** Where a test's peers meet. The memory network treats every peer as a contact. */
export interface TestNetwork {
  join(peer: PeerId, standing: (peer: PeerId) => Standing): Transport
}

/** A place in the real network, on 127.0.0.1, for the peer of this home. */
export function socketsOf(home: TestHome): TestNetwork {
  return {
    join: (_peer, standing) =>
      localPeer({ identity: createIdentity(home.seed), standingOf: standing }).transport,
  }
}

/** Starts a peer that shares one core, or nothing, and runs `test.unit`, or the algorithm that a test names. */
export async function startPeer(
  network: TestNetwork,
  home: TestHome,
  behave: Behaviour,
  {
    name = home.folder.slice(-6),
    disk = { isFull: false },
    clock = machineClock,
    shares = true,
    limited = false,
    engine = TEST_ENGINE,
    algorithm: named = TEST_ALGORITHM,
    wrapRunner = (scripted) => scripted,
  }: {
    name?: string
    disk?: TestDisk
    clock?: TurnClock
    shares?: boolean
    /** Whether its algorithm runs strangers' code. */
    limited?: boolean
    engine?: string
    algorithm?: ScriptedOptions['algorithm']
    /** Puts a runner around the scripted one; blobs lie in the folder. */
    wrapRunner?: (scripted: Runner, blobFolder: string) => Runner
  } = {},
): Promise<TestPeer> {
  let crashed = false
  const append = (records: readonly NewRecord[]): number => {
    if (disk.isFull) refuse('disk-full', 'the disk is full: the journal')
    return storage.journal.append(records)
  }
  const identity = createIdentity(home.seed)
  const transport = network.join(identity.peer, (peer) => runtime.standingOf(peer))
  const storage = await openStorage({ folder: home.folder, quotaBytes: 2 ** 30, clock })
  const mayRead = (peer: PeerId): boolean => runtime.standingOf(peer) === 'contact'
  const published = createPublishedStores({ transport, identity, clock, mayRead })
  const stores = createComputeStores(published, {
    isTrusted: (peer) => runtime.isTrusted(peer),
    persistDebounce: 5,
    remembersCommitments: false,
  })
  const mayServe = (peer: PeerId, cid: Cid): boolean => runtime.rights.mayServe(peer, cid)
  const mayVouch = (peer: PeerId, cid: Cid): boolean => runtime.rights.mayVouch(peer, cid)
  const fetcher = createBlobExchange({ transport, identity, blobs: storage.blobs, clock, mayServe, mayVouch })
  const keys = createJobKeys(storage.jobKeys, identity.ownKeyFor('job-keys'))
  const runtime: PeerRuntime = createPeerRuntime({
    name,
    clock,
    random: machineRandom,
    identity,
    // Decisions that a crashed peer still takes in this process do not count: its disk is gone, and so is its network.
    journal: { ...storage.journal, append: (records) => (crashed ? 0 : append(records)) },
    history: storage.history,
    blobs: storage.blobs,
    fetcher,
    transport,
    keys,
    stores,
    runner: wrapRunner(scriptedRunner(behave, { algorithm: named, engine, limited }), storage.blobFolder),
    fatal: (error) => {
      if (!crashed) throw error
    },
  })
  await runtime.start()
  const at_ms = clock.nowMs()
  const resources = { cpu_cores: 1, ram_gb: 1 }
  const algorithm = {
    algorithm_id: named.id,
    version: named.version,
    supported: true,
    performance_score: 1,
    engine_digest: engineDigest(engine),
    numeric_class: NUMERIC_CLASS,
  }
  await runtime.dispatch({
    kind: 'availability-set',
    at_ms,
    availability: shares ? { kind: 'always', resources, priority: 0.5 } : { kind: 'never' },
  })
  await runtime.dispatch({ kind: 'capabilities-measured', at_ms, algorithms: [algorithm] })
  return {
    runtime,
    transport,
    blobs: storage.blobs,
    fetcher,
    keys,
    peer: identity.peer,
    journaled: () => journaledIn(storage.journal),
    async crash() {
      crashed = true
      published.stop()
      await transport.stop()
      await storage.close()
    },
    async stop() {
      published.stop()
      await runtime.stop()
      await storage.close()
    },
  }
}

function journaledIn(journal: Journal): DurableEvent[] {
  const after = journal.latestSnapshot()?.sequence ?? 0
  return [...journal.readAfter(after)].map(({ bytes }) => {
    const event = decodeEvent(bytes)
    if (!event.ok) throw new Error(event.fault.message)
    return event.value
  })
}

/** Pairs two peers by an invite. */
export async function pairPeers(inviter: TestPeer, joiner: TestPeer, trust = 0.8): Promise<void> {
  const invite = await inviter.runtime.invite(trust, 60_000)
  await joiner.runtime.pair(invite, trust, AbortSignal.timeout(120_000))
}

/** A job of `test.unit`. */
export function testJob(requester: PeerId, units: number, redundancy: number): JobManifest {
  return {
    job_id: `job-${randomBytes(4).toString('hex')}` as JobId,
    requester_id: requester,
    description: '',
    algorithm_id: 'test.unit',
    algorithm_version: '1',
    params: {},
    inputs: {},
    unit_count: units,
    required_resources: { cpu_cores: 1, ram_gb: 0.1 },
    estimated_duration_seconds: 0.01,
    priority: 0.5,
    verification_redundancy: redundancy,
    created_at: toTimestamp(Date.now()),
  }
}

/** Waits until something holds; the test's own timeout ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
