import type { TurnClock } from '../../ports/clock.ts'
import type { Standing } from '../../ports/transport.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import { cidParts, DAG_CBOR } from '../../protocol/cid.ts'
import { FaultError } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { DIRECT_PROTOCOL } from '../../runtime/messages/direct-protocol.ts'
import { createPeerRuntime } from '../../runtime/peer-runtime.ts'
import type { Dice } from '../dice.ts'
import type { Publication } from '../message.ts'
import type { Network } from '../network.ts'
import type { PlannedPeer } from '../scenario.ts'
import type { Schedule } from '../schedule.ts'
import { createBlobExchange } from './blob-exchange.ts'
import { openBlobStore } from './blob-store.ts'
import { createProcessClock } from './clock.ts'
import type { Conduct } from './conduct.ts'
import { openJournal, type Disk } from './disk.ts'
import { simulatedIdentity } from './identity.ts'
import { noKeys } from './keys.ts'
import { lie, overclaim } from './lies.ts'
import { createPower, type Power } from './power.ts'
import type { Process } from './process.ts'
import { createProcessStores } from './published.ts'
import { createProcessRunner, type SimulatedAlgorithm } from './runner.ts'
import { createProcessTransport } from './transport.ts'
import { watchedBrain, watchTurns, type WorldOptions } from './turns.ts'
import { guarded, type Watcher } from './watcher.ts'

/** Small, so that short runs restore from snapshots too. */
const RECORDS_PER_SNAPSHOT = 60

/** The machine, the world and the person that a peer's program runs with. */
export interface ProcessDependencies {
  readonly plan: PlannedPeer
  readonly disk: Disk
  readonly conduct: Conduct
  readonly options: WorldOptions
  readonly schedule: Schedule
  readonly dice: Dice
  readonly network: Network
  readonly algorithms: readonly SimulatedAlgorithm[]
  readonly manifestOf: (task: string) => JobManifest
  readonly watcher: Watcher
  /** The power is gone. */
  readonly died: () => void
  /** A defect, or an invariant that does not hold. */
  readonly failed: (error: unknown) => void
}

/** Creates a run of a peer's program on the state that its disk holds; nothing happens before its start. */
export function createProcess(dependencies: ProcessDependencies): Process {
  const { plan, disk, schedule, dice, network, options } = dependencies
  const { peer: me, machine, character } = plan
  const power = createPower(() => {
    network.leave(me)
    disk.blobs.lose()
    disk.history.lose()
    dependencies.died()
  })
  const failed = (error: unknown): void => {
    if (power.isOn) dependencies.failed(error)
  }
  const watcher = guarded(dependencies.watcher, failed)
  const clock = createProcessClock(schedule, dice.fork(), power, machine.skewMs)
  const identity = simulatedIdentity(me)
  const turns = watchTurns({
    journal: openJournal(disk),
    brain: watchedBrain(options),
    dice: dice.fork(),
    power,
    turned: (events, durable) => watcher.turned(process, events, durable),
  })
  const run: Run = { ...dependencies, power, clock, watcher, process: () => process }
  const { transport, stores, blobs, fetcher } = createMeshPorts(run)
  const runtime = createPeerRuntime({
    name: plan.name,
    clock,
    random: { bytes: (count) => Uint8Array.from({ length: count }, () => dice.between(0, 255)) },
    identity,
    journal: turns.journal,
    brain: turns.brain,
    recordsPerSnapshot: options.recordsPerSnapshot ?? RECORDS_PER_SNAPSHOT,
    history: disk.history,
    blobs,
    fetcher,
    transport,
    stores,
    keys: noKeys,
    runner: createProcessRunner({
      ...dependencies,
      me,
      machine,
      power,
      starting: ({ requester_id, job_id }, unit, running) =>
        watcher.starting(process, requester_id, job_id, unit, running),
    }),
    fatal: failed,
    report: failed,
  })
  runtime.onNotices(() => turns.performed())
  const { state } = runtime
  const process: Process = {
    me,
    state,
    character,
    runtime,
    nowMs: () => clock.nowMs(),
    async start() {
      await runtime.start()
      if (character.kind !== 'forger') return
      const send = (to: PeerId, message: Uint8Array): void => {
        const { signal } = new AbortController()
        process.attempt(transport.request(to, DIRECT_PROTOCOL, message, { signal }))
      }
      lie({ state, machine, dice, clock, identity, send })
    },
    dispatch: (event) => process.attempt(runtime.dispatch(event)),
    attempt(work) {
      work.catch((error: unknown) => {
        if (!(error instanceof FaultError) || error.fault.kind === 'internal') failed(error)
      })
    },
    crash(point) {
      if (point === 'now') power.fail()
      else turns.crashAt(point)
    },
  }
  return process
}

/** One run, for the ports that connect it with others. */
interface Run extends ProcessDependencies {
  readonly power: Power
  readonly clock: TurnClock
  readonly process: () => Process
}

/** Creates the ports by which a run reaches other peers, and they it. */
function createMeshPorts(run: Run) {
  const { plan, disk, schedule, network, power, clock, watcher } = run
  const { peer: me, character } = plan
  const standingOf = (peer: PeerId): Standing => run.process().runtime.standingOf(peer)
  const blobs = openBlobStore(disk.blobs, power, () => schedule.nowMs())
  const ends = createProcessTransport({
    me,
    network,
    skewMs: plan.machine.skewMs,
    power,
    standingOf,
    join,
    answered(from, protocol, request) {
      if (protocol === DIRECT_PROTOCOL) watcher.taken(run.process(), from, request)
    },
  })
  const { transport } = ends
  const published = createProcessStores({
    me,
    network,
    disk,
    clock,
    power,
    mayRead: (peer, store) =>
      standingOf(peer) === 'contact' && (store === 'commitment' || run.process().runtime.isTrusted(peer)),
    connectedPeers: () => transport.connections().map(({ peer }) => peer),
    told,
  })
  const fetcher = createBlobExchange({
    transport,
    blobs,
    clock,
    mayServe: (peer, cid) => !isWithheld(cid) && run.process().runtime.rights.mayServe(peer, cid),
  })

  function join(): void {
    network.join(me, {
      connected(peer) {
        ends.noticed({ kind: 'connected', peer })
        published.connected(peer)
      },
      disconnected: (peer) => ends.noticed({ kind: 'disconnected', peer }),
      answer(from, message, reply) {
        if (message.kind === 'request') ends.answer(from, message.protocol, message.bytes, reply)
        else reply(published.newest(from, message.store))
      },
      hear: (from, publication) => published.hear(from, publication),
    })
  }

  /** The value that others are told; a hoarder's offers are its own invention. */
  function told(publication: Publication): Publication {
    if (publication.store !== 'allocation') return publication
    const allocation = publication.value as ComputeAllocationState
    watcher.offered(run.process(), allocation)
    const { state } = run.process()
    return { store: 'allocation', value: overclaim(state, character, allocation, clock.nowMs()) }
  }

  /** Whether a peer does not hand a blob over that it should: a withholder hands over nothing but manifests. */
  function isWithheld(cid: Cid): boolean {
    return character.kind === 'withholder' && cidParts(cid).codec !== DAG_CBOR
  }

  return { transport, stores: published.stores, blobs, fetcher }
}
