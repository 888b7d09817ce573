/** The limits in the units in which people think of them. Pure. */
import type { HardwareInfo, Meters, SharingLimits } from '#contract'
import type { Format } from '#text'

const GIB = 2 ** 30
const GB = 1e9
const MB = 1e6
/** Upper bounds while the hardware is not known. */
const RAM_UNKNOWN = 64 * GIB
const DISK_UNKNOWN = 10_000 * GB
/** A local network of ten gigabits: nothing faster is worth a limit. */
const RATE_MOST = 1_250 * MB

/** Bounds of `cpu_percent`, as the contract has them. */
export const CPU_PERCENT = { least: 5, most: 100, step: 5 } as const

/** The limits that may be absent. */
type LimitKey = Exclude<keyof SharingLimits, 'cpu_percent'>

/** One limit that may be set: its unit, its bounds in bytes, its meter. */
export interface LimitKind {
  readonly name: 'memory' | 'disk' | 'upload' | 'download'
  readonly key: LimitKey
  readonly unit: 'gigabytes' | 'megabytesPerSecond'
  readonly unitBytes: number
  readonly least: number
  /** In units. */
  readonly step: number
  most(hardware: HardwareInfo | undefined): number
  /** The amount when it is switched on for the first time. */
  usual(hardware: HardwareInfo | undefined): number
  now(meters: Meters): number
  /** The amount that is there without a limit; undefined where it is not known. */
  room(meters: Meters, hardware: HardwareInfo | undefined): number | undefined
  words(format: Format, bytes: number): string
}

/** In the order in which they are shown. */
export const LIMITS: readonly LimitKind[] = [
  {
    name: 'memory',
    key: 'ram_bytes',
    unit: 'gigabytes',
    unitBytes: GIB,
    least: GIB / 2,
    step: 0.5,
    most: (hardware) => hardware?.ram_bytes ?? RAM_UNKNOWN,
    usual: (hardware) => Math.max(GIB, Math.round((hardware?.ram_bytes ?? RAM_UNKNOWN) / GIB / 4) * GIB),
    now: (meters) => meters.ram_bytes,
    room: (_meters, hardware) => hardware?.ram_bytes,
    // Memory is sold by powers of two, and called GB.
    words: (format, bytes) => `${format.number(bytes / GIB, 1)} GB`,
  },
  {
    name: 'disk',
    key: 'disk_bytes',
    unit: 'gigabytes',
    unitBytes: GB,
    least: GB / 10,
    step: 1,
    most: (hardware) => hardware?.disk.total_bytes ?? DISK_UNKNOWN,
    usual: () => 20 * GB,
    now: (meters) => meters.disk_bytes,
    room: (meters) => meters.disk_bytes_max,
    words: (format, bytes) => format.bytes(bytes),
  },
  rate('upload', 'upload_bytes_per_s', 'upload_bytes_per_s'),
  rate('download', 'download_bytes_per_s', 'download_bytes_per_s'),
]

/** The limits with one set, or free when absent. */
export function withLimit(limits: SharingLimits, key: LimitKey, bytes: number | undefined): SharingLimits {
  if (bytes !== undefined) return { ...limits, [key]: bytes }
  const { [key]: _before, ...rest } = limits
  return rest
}

function rate(name: 'upload' | 'download', key: LimitKey, meter: keyof Meters): LimitKind {
  return {
    name,
    key,
    unit: 'megabytesPerSecond',
    unitBytes: MB,
    least: MB / 100,
    step: 0.5,
    most: () => RATE_MOST,
    usual: () => 2 * MB,
    now: (meters) => meters[meter] ?? 0,
    room: () => undefined,
    words: (format, bytes) => format.bytesPerSecond(bytes),
  }
}
