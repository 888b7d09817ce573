import { join } from 'node:path'
import { createMachineWatches, type MachineWatches } from './assembly/machine-watches.ts'
import { createPeerNetwork, type NetworkOptions, type PeerNetwork } from './assembly/peer-network.ts'
import { createPeerRunners, type PeerRunners, type RunnerOptions } from './assembly/peer-runners.ts'
import { createRunner } from './compute/runner.ts'
import { findWall } from './compute/host/wall.ts'
import { friendlyName, readNameFacts } from './hardware/pc-name.ts'
import { createHardware } from './hardware/probe.ts'
import { keptListenAddresses } from './network/port-mapping/kept-port.ts'
import { awaitsGuests } from './peer/pairing/pairing.ts'
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
import type { Transport } from './ports/transport.ts'
import type { AddressRecord } from './protocol/address-record.ts'
import type { Cid, PeerId } from './protocol/ids.ts'
import { PauseRules, RULE_NAMES } from './protocol/pause-rule.ts'
import type { Favours } from './runtime/favours/favours.ts'
import type { Health } from './runtime/health.ts'
import { machineClock, machineRandom } from './runtime/machine.ts'
import { measureCapabilities, type Share } from './runtime/lending/capabilities.ts'
import { keepLentShare, type LentShare } from './runtime/lending/lent-share.ts'
import { createNearby, type Nearby } from './runtime/nearby/nearby.ts'
import { createPeerRuntime, type PeerRuntime } from './runtime/peer-runtime.ts'
import type { SharingWatch } from './runtime/statistics/sharing-watch.ts'
import type { Statistics } from './runtime/statistics/statistics.ts'
import { shortNameOf } from './network/identity/peer-name.ts'
import { createJobKeys } from './storage/keys/job-keys.ts'
import { openStorage } from './storage/storage.ts'

/** How a peer is set up. */
export interface PeerOptions extends FolderOptions, NetworkOptions, RunnerOptions {
  /** This PC's name until its user chooses one; made of its owner or model when absent. */
  readonly name?: string
  /** Multiaddresses to listen at; everywhere, at a port that is chosen once and kept, when absent. */
  readonly listen?: readonly string[]
  /** Whether this PC tells others in its network that it is there, until its user has chosen; absent is no. */
  readonly visibleNearby?: boolean
  /** The share from now on; when absent, as before, or most of the machine on a first start. */
  readonly share?: Share
  /** Switches off all rules that pause sharing, from now on; absent leaves them as they are. */
  readonly rules?: 'off'
  /** The host's own readings of the machine; they win over those made here. */
  readonly readers?: readonly MachineReader[]
  /** The journal failed or a promise of our own broke: the process must end. */
  readonly fatal: (error: unknown) => void
  /** Something works less well than it could; one line for the log. */
  readonly warn: (line: string) => void
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
  readonly favours: Favours
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
    const name = options.name ?? friendlyName(await readNameFacts(), shortNameOf(opened.identity.peer))
    return wirePeer({ ...options, listen, name }, opened)
  } catch (error) {
    await opened.storage.close()
    throw error
  }
}

function wirePeer(
  options: PeerOptions & { readonly listen: readonly string[]; readonly name: string },
  opened: OpenedFolder,
): AssembledPeer {
  const clock = machineClock
  const random = machineRandom
  const { storage, identity } = opened
  const { journal, history, blobs, settings } = storage
  const { folder, fatal, report } = options
  for (const repair of storage.repairs) options.warn(`repaired while opening: ${JSON.stringify(repair)}`)
  const view = {
    standingOf: (peer: PeerId) => runtime.standingOf(peer),
    isTrusted: (peer: PeerId) => runtime.isTrusted(peer),
    isBlocked: (peer: PeerId) => runtime.state.pairing.blocked.has(peer),
    contacts: () =>
      [...runtime.state.pairing.contacts.keys()].filter((peer) => runtime.standingOf(peer) === 'contact'),
    awaitsGuests: () => awaitsGuests(runtime.state, clock.nowMs()),
    mayServe: (peer: PeerId, cid: Cid) => runtime.rights.mayServe(peer, cid),
    mayVouch: (peer: PeerId, cid: Cid) => runtime.rights.mayVouch(peer, cid),
    learn: (record: AddressRecord) => runtime.learn(record),
  }
  const network = createPeerNetwork(options, { clock, random, storage, identity, view })
  const { transport, fetcher, stores, ownReach } = network
  const hardware = createHardware({ folder, clock })
  const runners = createPeerRunners(options, { clock, blobFolder: storage.blobFolder })
  const { runner, lentRunner } = runners
  const runtime: PeerRuntime = createPeerRuntime({
    name: options.name,
    clock,
    random,
    identity,
    journal,
    history,
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
  const ports = { runtime, clock, hardware, blobs, fetcher, transport, settings, runners }
  const watches = createMachineWatches({ ...ports, readers: options.readers ?? [], report })
  const { sharing, statistics, favours, health } = watches
  const shown = { runtime, nearby, settings, network: network.choices, sharing, statistics, favours, health }
  return {
    ...shown,
    ...{ blobs, fetcher, runner, hardware, findWall, transport, ownReach, clock, random },
    ...createLifecycle(options, opened, { clock, runtime, nearby, network, runners, watches }),
  }
}

/** The parts of a peer that are started and stopped. */
interface StartedParts {
  readonly clock: Clock
  readonly runtime: PeerRuntime
  readonly nearby: Nearby
  readonly network: PeerNetwork
  readonly runners: PeerRunners
  readonly watches: MachineWatches
}

/** Creates the start and stop of a peer, which start and stop its parts in order. */
function createLifecycle(
  options: PeerOptions,
  { storage, quotaBytes }: OpenedFolder,
  { clock, runtime, nearby, network, runners, watches }: StartedParts,
): Pick<AssembledPeer, 'start' | 'stop'> {
  const { blobs, settings } = storage
  const { runner, lentRunner, lentHosts } = runners
  const { name, share, warn } = options
  let lentShare: LentShare | undefined
  const stopping = new AbortController()
  let measuring: Promise<void> | undefined

  /** Applies the options that change what an earlier start has kept. */
  async function applyRules(): Promise<void> {
    if (options.rules !== 'off') return
    const rules = rulesOff(runtime.state.sharing.rules)
    await runtime.dispatch({ kind: 'rules-set', at_ms: clock.nowMs(), rules })
  }

  async function applyName(): Promise<void> {
    if (name === undefined || name === runtime.state.name) return
    await runtime.dispatch({ kind: 'named', at_ms: clock.nowMs(), name })
  }

  return {
    async start() {
      await runtime.start()
      nearby.start()
      network.start()
      lentShare = keepLentShare({
        runtime,
        clock,
        runner: lentRunner,
        hosts: lentHosts,
        setQuota: (bytes) => blobs.setQuota(bytes ?? quotaBytes),
        setRates: (rates) => network.fetcher.setRates(rates),
      })
      await applyRules()
      watches.start()
      await applyName()
      // The peer answers at once; it offers nothing until it knows how fast it is.
      measuring = measureCapabilities({
        runtime,
        runner,
        machine: watches.resources,
        settings,
        clock,
        share,
        lendsPartOfCores: lentHosts.canShareTime,
        warn,
        signal: stopping.signal,
      })
      watches.sharing.start()
    },
    async stop() {
      stopping.abort()
      await measuring
      await Promise.all([watches.sharing.stop(), network.stop()])
      nearby.stop()
      lentShare?.stop()
      watches.stop()
      network.close()
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
  const { defaultSceneGlb } = await import('./compute/libraries/render/samples/knot-room.ts')
  return defaultSceneGlb()
}
