import { availableParallelism } from 'node:os'
import { machineReaders, processMeter } from '../hardware/machine-readers.ts'
import { createMachineWatch } from '../hardware/watch.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Hardware, MachineReader } from '../ports/hardware.ts'
import type { Settings } from '../ports/settings.ts'
import type { Transport } from '../ports/transport.ts'
import { createFavours, type Favours } from '../runtime/favours/favours.ts'
import { createHealth, type Health } from '../runtime/health.ts'
import { createResourceWatch, type ResourceWatch } from '../runtime/lending/resource-watch.ts'
import { createLocalityWatch } from '../runtime/locality/locality-watch.ts'
import type { PeerRuntime } from '../runtime/peer-runtime.ts'
import { createSharingWatch, type SharingWatch } from '../runtime/statistics/sharing-watch.ts'
import { createStatistics, type Statistics } from '../runtime/statistics/statistics.ts'
import { createUsageMeter } from '../runtime/statistics/usage-meter.ts'
import type { PeerRunners } from './peer-runners.ts'

/** The ports that the watches read. */
export interface MachineWatchesDependencies {
  readonly runtime: PeerRuntime
  readonly clock: Clock
  readonly hardware: Hardware
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly transport: Transport
  readonly settings: Settings
  readonly runners: PeerRunners
  /** The host's own readers; their readings win over the machine's. */
  readonly readers: readonly MachineReader[]
  /** A defect of ours that need not end the peer, for the log. */
  readonly report: (error: unknown) => void
}

/** The watches of a peer's machine and of its own work. */
export interface MachineWatches {
  /** Samples the machine for the rules that pause sharing; started by itself, after the machine was measured. */
  readonly sharing: SharingWatch
  readonly resources: ResourceWatch
  readonly statistics: Statistics
  readonly favours: Favours
  readonly health: Health
  /** Starts all but `sharing`. */
  start(): void
  /** Stops all but `sharing`. */
  stop(): void
}

/** Creates a peer's watches. */
export function createMachineWatches(dependencies: MachineWatchesDependencies): MachineWatches {
  const { runtime, clock, hardware, blobs, fetcher, settings, report } = dependencies
  const { ownHosts, lentHosts, hostPids } = dependencies.runners
  const meter = processMeter()
  const readers = machineReaders({ clock, meter, ownPids: () => [process.pid, ...hostPids()] })
  const sharing = createSharingWatch({
    runtime,
    clock,
    machine: createMachineWatch({ clock, readers: [...dependencies.readers, ...readers] }),
    usage: createUsageMeter({
      clock,
      meter,
      pids: hostPids,
      cores: availableParallelism(),
      blobs,
      traffic: dependencies.transport,
    }),
    report,
  })
  const resources = createResourceWatch({ runtime, hardware, blobs, fetcher, clock, report })
  const locality = createLocalityWatch({ runtime, blobs, fetcher, clock, settings, report })
  const statistics = createStatistics({ runtime, clock, settings })
  const favours = createFavours({ runtime, clock, settings, report })
  const health = createHealth({ runtime, hardware, hosts: [ownHosts, lentHosts], clock, report })
  return {
    sharing,
    resources,
    statistics,
    favours,
    health,
    start() {
      resources.start()
      locality.start()
      statistics.start()
      favours.start()
      health.start()
    },
    stop() {
      resources.stop()
      locality.stop()
      statistics.stop()
      favours.stop()
      health.stop()
    },
  }
}
