import { availableParallelism, hostname } from 'node:os'
import { join } from 'node:path'
import { createRunner } from './compute/runner.ts'
import { findWall } from './compute/host/wall.ts'
import { machineReaders, processMeter } from './hardware/machine-readers.ts'
import { createHardware } from './hardware/probe.ts'
import { createMachineWatch } from './hardware/watch.ts'
import { createBlobExchange } from './network/blobs/blob-exchange.ts'
import { keptListenAddresses, keptPort } from './network/port-mapping/kept-port.ts'
import { createNetworkChoices } from './network/network-choices.ts'
import { createNetworkWatch } from './network/addresses/network-watch.ts'
import { createTransport } from './network/node.ts'
import { createOwnReach } from './network/reach/own-reach.ts'
import { createPortMapper, portBehindRouter, type PortMapper } from './network/port-mapping/port-mapping.ts'
import { createPublishedStores } from './network/publishing/published-store.ts'
import { createWhereabouts } from './network/whereabouts/whereabouts.ts'
import { awaitsGuests } from './peer/pairing.ts'
import { openPeerFolder, type FolderOptions, type OpenedFolder } from './peer-folder.ts'
import type { BlobFetcher } from './ports/blob-fetcher.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { Clock } from './ports/clock.ts'
import type { Hardware, MachineReader } from './ports/hardware.ts'
import type { NetworkChoices } from './ports/network-choices.ts'
import type { OwnReach } from './ports/own-reach.ts'
import type { Random } from './ports/random.ts'
import type { Runner } from './ports/runner.ts'
import type { Settings } from './ports/settings.ts'
import type { RelayChoice, Transport } from './ports/transport.ts'
import { ComputeAllocationState } from './protocol/assignment.ts'
import { ComputeCommitment } from './protocol/commitment.ts'
import type { Cid, PeerId } from './protocol/ids.ts'
import { PUBLISH_WITHIN_MS } from './protocol/limits.ts'
import { PauseRules, RULE_NAMES } from './protocol/pause-rule.ts'
import { ComputeRoundState } from './protocol/result.ts'
import { createHealth, type Health } from './runtime/health.ts'
import { machineClock, machineRandom } from './runtime/machine.ts'
import { measureCapabilities, type Share } from './runtime/lending/capabilities.ts'
import { keepLentShare, type LentShare } from './runtime/lending/lent-share.ts'
import { createLocalityWatch } from './runtime/locality/locality-watch.ts'
import { createNearby, type Nearby } from './runtime/nearby/nearby.ts'
import { createPeerRuntime, type PeerRuntime } from './runtime/peer-runtime.ts'
import { createResourceWatch } from './runtime/lending/resource-watch.ts'
import { createSharingWatch, type SharingWatch } from './runtime/statistics/sharing-watch.ts'
import { createStatistics, type Statistics } from './runtime/statistics/statistics.ts'
import { createUsageMeter } from './runtime/statistics/usage-meter.ts'
import { createEnvelopeMemory } from './storage/envelope-memory.ts'
import { createJobKeys } from './storage/keys/job-keys.ts'
import { openStorage } from './storage/storage.ts'

/** The stores' own debounce: with the runtime's a change is out well within the protocol's time. */
const PUBLISH_DEBOUNCE_MS = PUBLISH_WITHIN_MS / 4

/** How a peer is set up. */
export interface PeerOptions extends FolderOptions {
  readonly name?: string
  /** Multiaddresses to listen at; everywhere, at a port that is chosen once and kept, when absent. */
  readonly listen?: readonly string[]
  readonly mdns: boolean
  readonly bootstrap: readonly string[]
  /** Whether this PC tells others in its network that it is there, until its user has chosen; absent is no. */
  readonly visibleNearby?: boolean
  /** Answers others' questions of who is where; off unless asked for. */
  readonly serveDht?: boolean
  /** Whether contacts may reach each other through this peer; as the user chose before, or else not, when absent. */
  readonly relay?: RelayChoice
  /** What it does about that where its user chose nothing; `off` when absent. */
  readonly relayDefault?: RelayChoice
  /** False asks no router to let others in, whatever was chosen before. */
  readonly mapPort?: boolean
  /** What to share from now on; what was shared before when absent, or most of the machine on a first start. */
  readonly share?: Share
  /** Switches off all rules that pause sharing, from now on; absent leaves them as they are. */
  readonly rules?: 'off'
  /** What the host itself tells of the machine; it wins over what is read here. */
  readonly readers?: readonly MachineReader[]
  /** The journal failed or a promise of our own broke: the process must end. */
  readonly fatal: (error: unknown) => void
  /** A defect of ours that need not end the peer, for the log. */
  readonly report: (error: unknown) => void
  /** Something works less well than it could; one line for the log. */
  readonly warn: (line: string) => void
  /** Puts something between the peer and its runner; for demonstrations of what the mesh withstands. */
  readonly wrapRunner?: (runner: Runner) => Runner
  /** The module with the `libraries` that run here, instead of the program's own; for measurements of the mesh. */
  readonly registry?: URL
}

/** A peer with all its parts, for those who serve it. */
export interface AssembledPeer {
  readonly runtime: PeerRuntime
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly runner: Runner
  readonly hardware: Hardware
  readonly findWall: typeof findWall
  readonly transport: Transport
  readonly ownReach: OwnReach
  readonly nearby: Nearby
  readonly settings: Settings
  /** How others reach this peer, and each other through it. */
  readonly network: NetworkChoices
  readonly sharing: SharingWatch
  readonly statistics: Statistics
  readonly health: Health
  readonly clock: Clock
  readonly random: Random
  start(): Promise<void>
  stop(): Promise<void>
}

/** Builds a peer: the one place that constructs adapters and wires them. Nothing runs before `start`. */
export async function assemblePeer(options: PeerOptions): Promise<AssembledPeer> {
  const opened = await openPeerFolder(options)
  try {
    const { settings } = opened.storage
    const listen = options.listen ?? (await keptListenAddresses({ settings, random: machineRandom }))
    return wirePeer({ ...options, listen }, opened)
  } catch (error) {
    await opened.storage.close()
    throw error
  }
}

function wirePeer(
  options: PeerOptions & { readonly listen: readonly string[] },
  { storage, identity, quotaBytes }: OpenedFolder,
): AssembledPeer {
  const clock = machineClock
  const random = machineRandom
  const { journal, blobs, settings } = storage
  for (const repair of storage.repairs) options.warn(`repaired while opening: ${JSON.stringify(repair)}`)
  const { listen, mdns, bootstrap, fatal, report } = options
  const mayConnect = (peer: string): boolean => !runtime.state.blocked.has(peer as PeerId)
  const transport = createTransport({
    identity,
    listen,
    mdns,
    bootstrap,
    serveDht: options.serveDht === true,
    mayConnect,
    standingOf: (peer) => runtime.standingOf(peer),
    awaitsGuests: () => awaitsGuests(runtime.state, clock.nowMs()),
    clock,
    random,
    onDefect: report,
  })
  const mayRead = (peer: PeerId): boolean => runtime.standingOf(peer) === 'contact'
  const memory = createEnvelopeMemory(storage.envelopes, clock, report)
  const published = createPublishedStores({ transport, identity, clock, memory, mayRead })
  const debounce = { persistDebounce: PUBLISH_DEBOUNCE_MS }
  const stores = {
    commitment: published.createStore({
      networkPath: 'compute/commitment',
      schema: ComputeCommitment,
      cacheable: true,
      ...debounce,
    }),
    allocation: published.createStore({
      networkPath: 'compute/allocation',
      schema: ComputeAllocationState,
      cacheable: false,
      ...debounce,
    }),
    round: published.createStore({
      networkPath: 'compute/round',
      schema: ComputeRoundState,
      cacheable: false,
      ...debounce,
    }),
  }
  const whereabouts = createWhereabouts({
    transport,
    identity,
    pairKeyOf: identity.pairKeyOf,
    clock,
    random,
    settings,
    contacts: () =>
      [...runtime.state.contacts.keys()].filter((peer) => runtime.standingOf(peer) === 'contact'),
    learned: (record) => runtime.learn(record),
    onDefect: report,
  })
  const { relay, relayDefault = 'off', mapPort } = options
  const mapper: PortMapper = createPortMapper({
    clock,
    port: () => portBehindRouter(transport.addresses(), mapper.state()),
    announce: (addresses) => transport.announce(addresses),
  })
  const networkChoices = createNetworkChoices({
    settings,
    transport,
    mapper,
    relayDefault,
    ...(relay === undefined ? {} : { relay }),
    ...(mapPort === undefined ? {} : { mapPort }),
  })
  const port = keptPort(settings)
  const ownReach = createOwnReach({
    transport,
    mdns,
    choices: networkChoices,
    isContact: (peer) => runtime.standingOf(peer) === 'contact',
    ...(port === undefined ? {} : { keptPort: port }),
  })
  const network = createNetworkWatch({
    clock,
    changed: () => {
      transport.networkChanged()
      mapper.networkChanged()
      whereabouts.hurry()
    },
  })
  const hardware = createHardware({ folder: options.folder, clock })
  const hosting = {
    clock,
    blobFolder: storage.blobFolder,
    workers: 1,
    ...(options.registry === undefined ? {} : { registry: options.registry }),
  }
  const plainRunner = createRunner({ ...hosting, stagingFolder: join(options.folder, 'staging') })
  // What others ask for runs in processes of its own: it can be stopped, slowed and measured apart from own jobs.
  const lentHosts = createRunner({ ...hosting, stagingFolder: join(options.folder, 'staging-lent') })
  const runner = options.wrapRunner?.(plainRunner) ?? plainRunner
  const lentRunner = options.wrapRunner?.(lentHosts) ?? lentHosts
  const mayServe = (peer: PeerId, cid: Cid): boolean => runtime.rights.mayServe(peer, cid)
  const mayVouch = (peer: PeerId, cid: Cid): boolean => runtime.rights.mayVouch(peer, cid)
  const fetcher = createBlobExchange({ transport, identity, blobs, clock, mayServe, mayVouch })
  const runtime: PeerRuntime = createPeerRuntime({
    name: options.name ?? hostname(),
    clock,
    random,
    identity,
    journal,
    blobs,
    fetcher,
    transport,
    stores,
    keys: createJobKeys(storage.jobKeys, identity.ownKeyFor('job-keys')),
    runner,
    lentRunner,
    fatal,
    report,
  })
  const nearby = createNearby({
    clock,
    random,
    transport,
    settings,
    state: runtime.state,
    dispatch: (event) => runtime.dispatch(event),
    visibleAtFirst: options.visibleNearby === true,
    onDefect: report,
  })
  const hostPids = (): readonly number[] => [...plainRunner.pids(), ...lentHosts.pids()]
  const meter = processMeter()
  const readers = machineReaders({ clock, meter, ownPids: () => [process.pid, ...hostPids()] })
  const sharing = createSharingWatch({
    runtime,
    clock,
    machine: createMachineWatch({ clock, readers: [...(options.readers ?? []), ...readers] }),
    usage: createUsageMeter({
      clock,
      meter,
      pids: hostPids,
      cores: availableParallelism(),
      blobs,
      traffic: transport,
    }),
    report,
  })
  const machine = createResourceWatch({ runtime, hardware, blobs, fetcher, clock, report })
  const locality = createLocalityWatch({ runtime, blobs, fetcher, clock, settings, report })
  const statistics = createStatistics({ runtime, clock, settings })
  const health = createHealth({ runtime, hardware, hosts: [plainRunner, lentHosts], clock, report })
  let lentShare: LentShare | undefined
  const stopping = new AbortController()
  let measuring: Promise<void> | undefined
  return {
    runtime,
    blobs,
    fetcher,
    runner,
    hardware,
    findWall,
    transport,
    ownReach,
    nearby,
    settings,
    network: networkChoices,
    sharing,
    statistics,
    health,
    clock,
    random,
    async start() {
      await runtime.start()
      whereabouts.start()
      nearby.start()
      network.start()
      networkChoices.start()
      lentShare = keepLentShare({
        runtime,
        clock,
        runner: lentRunner,
        hosts: lentHosts,
        setQuota: (bytes) => blobs.setQuota(bytes ?? quotaBytes),
        setRates: (rates) => fetcher.setRates(rates),
      })
      if (options.rules === 'off') {
        await runtime.dispatch({
          kind: 'rules-set',
          at_ms: clock.nowMs(),
          rules: rulesOff(runtime.state.rules),
        })
      }
      machine.start()
      locality.start()
      statistics.start()
      health.start()
      const { name, share, warn } = options
      if (name !== undefined && name !== runtime.state.name) {
        await runtime.dispatch({ kind: 'named', at_ms: clock.nowMs(), name })
      }
      // The peer answers at once; it offers nothing until it knows how fast it is.
      measuring = measureCapabilities({
        runtime,
        runner,
        machine,
        settings,
        clock,
        share,
        lendsPartOfCores: lentHosts.canShareTime,
        warn,
        signal: stopping.signal,
      })
      sharing.start()
    },
    async stop() {
      stopping.abort()
      await measuring
      await Promise.all([sharing.stop(), mapper.stop()])
      network.stop()
      whereabouts.stop()
      nearby.stop()
      machine.stop()
      locality.stop()
      lentShare?.stop()
      statistics.stop()
      health.stop()
      published.stop()
      memory.close()
      await runtime.stop()
      await storage.close()
    },
  }
}

/** The same thresholds, and no rule holds. */
function rulesOff(rules: PauseRules): PauseRules {
  const off = RULE_NAMES.map((rule) => [rule, { ...rules[rule], enabled: false }])
  return PauseRules.parse(Object.fromEntries(off))
}

/** A runner and the blobs that it reads, for what is run on this machine alone. */
export interface Sandbox {
  readonly runner: Runner
  readonly blobs: BlobStore
  stop(): Promise<void>
}

/** Builds a sandbox without a peer around it, in a folder of its own that may go when it has stopped. */
export async function assembleSandbox(folder: string): Promise<Sandbox> {
  const clock = machineClock
  const storage = await openStorage({ folder, quotaBytes: Number.MAX_SAFE_INTEGER, clock })
  const runner = createRunner({
    clock,
    stagingFolder: join(folder, 'staging'),
    blobFolder: storage.blobFolder,
    workers: 1,
  })
  await runner.start()
  return {
    runner,
    blobs: storage.blobs,
    async stop() {
      await runner.stop()
      await storage.close()
    },
  }
}

/** The scene that is rendered when no other is given: a Cornell box with a golden knot, as a .glb file. */
export async function sampleScene(): Promise<Uint8Array> {
  const { defaultSceneGlb } = await import('./compute/libraries/render/default-scene.ts')
  return defaultSceneGlb()
}
