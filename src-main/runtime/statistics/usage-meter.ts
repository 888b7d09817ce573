import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ProcessMeter } from '../../ports/hardware.ts'
import type { Transport } from '../../ports/transport.ts'
import type { MachineSample } from '../../protocol/machine-sample.ts'

/** Rates are averages over this time: shorter ones jump, longer ones lag. */
const AVERAGE_MS = 3_000
/** Measurements that are kept for it; one a second comes. */
const KEPT_MAX = 16

/** The resources that sharing uses at this moment; the contract's shape and units. */
export interface SharingMeters {
  readonly cpu_percent_units: number
  readonly cpu_percent_others?: number
  readonly ram_bytes: number
  readonly disk_bytes: number
  readonly disk_bytes_max: number
  readonly upload_bytes_per_s: number
  readonly download_bytes_per_s: number
}

/** Who counts the bytes exchanged with people. */
export type TrafficSource = Pick<Transport, 'traffic'>

/** Measures what sharing takes. */
export interface UsageMeter {
  /** The newest measurement, with the disk as it is now; the same object until something changed. */
  latest(): SharingMeters
  /** Measures anew. `sample` is what the machine was last seen doing. */
  measure(sample: MachineSample): Promise<SharingMeters>
}

/** One reading of everything that only counts up. */
interface Counters {
  readonly atMs: number
  readonly cpuMs: number
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Creates the meter; rates are 0 until there are two measurements. */
export function createUsageMeter(parts: {
  readonly clock: Pick<Clock, 'nowMs'>
  /** Processes that run units at this moment. */
  readonly pids: () => readonly number[]
  readonly meter: ProcessMeter
  readonly cores: number
  readonly blobs: Pick<BlobStore, 'usage'>
  readonly traffic: TrafficSource
}): UsageMeter {
  const counters: Counters[] = []
  let latest: SharingMeters = { ...idle(), ...disk() }

  function disk(): Pick<SharingMeters, 'disk_bytes' | 'disk_bytes_max'> {
    const { bytes, quotaBytes } = parts.blobs.usage()
    return { disk_bytes: bytes, disk_bytes_max: quotaBytes }
  }

  async function count(): Promise<Counters & { ramBytes: number }> {
    const { cpuMs, ramBytes } = await parts.meter.read(parts.pids())
    let [bytesIn, bytesOut] = [0, 0]
    for (const exchanged of parts.traffic.traffic().values()) {
      bytesIn += exchanged.bytesIn
      bytesOut += exchanged.bytesOut
    }
    return { atMs: parts.clock.nowMs(), cpuMs, ramBytes, bytesIn, bytesOut }
  }

  return {
    latest() {
      const now = disk()
      const isSame = now.disk_bytes === latest.disk_bytes && now.disk_bytes_max === latest.disk_bytes_max
      if (!isSame) latest = { ...latest, ...now }
      return latest
    },
    async measure({ cpu_percent_total, cpu_percent_own }) {
      const now = await count()
      const first =
        counters.find(({ atMs }) => now.atMs - atMs <= AVERAGE_MS) ?? counters[counters.length - 1] ?? now
      const passedMs = now.atMs - first.atMs
      // A process or a person that is gone took its count with it: then nothing is known for a moment.
      const rate = (of: keyof Counters): number =>
        passedMs <= 0 ? 0 : Math.max(0, (now[of] - first[of]) / passedMs)
      counters.push(now)
      if (counters.length > KEPT_MAX) counters.shift()
      const others =
        cpu_percent_total === undefined ? undefined : Math.max(0, cpu_percent_total - (cpu_percent_own ?? 0))
      latest = {
        cpu_percent_units: Math.min(100, Math.round((1_000 * rate('cpuMs')) / parts.cores) / 10),
        ...(others === undefined ? {} : { cpu_percent_others: Math.round(others * 10) / 10 }),
        ram_bytes: now.ramBytes,
        ...disk(),
        upload_bytes_per_s: Math.round(rate('bytesOut') * 1_000),
        download_bytes_per_s: Math.round(rate('bytesIn') * 1_000),
      }
      return latest
    },
  }
}

function idle(): Omit<SharingMeters, 'disk_bytes' | 'disk_bytes_max'> {
  return { cpu_percent_units: 0, ram_bytes: 0, upload_bytes_per_s: 0, download_bytes_per_s: 0 }
}
