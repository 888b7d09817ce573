import type { DiskSpace, GpuInfo, HardwareInfo } from '../../ports/hardware.ts'
import type { ComputeResource } from '../../protocol/resource.ts'

/** Memory is counted in powers of 1,024 … */
const GIB = 2 ** 30
/** … and disk as it is sold. */
const GB = 1e9
const MBPS_PER_BYTE_PER_S = 8 / 1e6
/** Resources are published; a figure of which every megabyte counts would be news at every moment. */
const STEPS_PER_GB = 10

/** The amounts of the machine that the probe does not tell. */
export interface MachineUse {
  /** How full the disk is now. */
  readonly disk: DiskSpace | undefined
  /** The bytes that blobs use of it, and may use at most. */
  readonly blobs: { readonly bytes: number; readonly quotaBytes: number }
  /** Bytes a second that came in from the fastest peer so far; counts where the link's speed is not known. */
  readonly fastestBytesPerS: number | undefined
}

/**
 * All that this machine has for units: processors, memory, the memory of its largest card, the disk that blobs may take,
 * and the network. What is not known, or not there, is left out, which means none.
 */
export function machineResources(
  { cpu, ramBytes, gpus, network }: Pick<HardwareInfo, 'cpu' | 'ramBytes' | 'gpus' | 'network'>,
  { disk, blobs, fastestBytesPerS }: MachineUse,
): ComputeResource {
  const vram_gb = largestCardBytes(gpus) / GIB
  // Blobs without a pin give way to new ones, so what they take counts as free, up to the quota.
  const diskBytes = disk === undefined ? 0 : Math.min(blobs.quotaBytes, disk.freeBytes + blobs.bytes)
  const disk_gb = Math.floor((diskBytes / GB) * STEPS_PER_GB) / STEPS_PER_GB
  const measuredMbps = fastestBytesPerS === undefined ? undefined : fastestBytesPerS * MBPS_PER_BYTE_PER_S
  const network_mbps = network.linkMbps ?? measuredMbps
  return {
    cpu_cores: cpu.cores,
    ram_gb: ramBytes / GIB,
    ...(vram_gb > 0 ? { gpu_vram_gb: vram_gb } : {}),
    ...(disk_gb > 0 ? { disk_gb } : {}),
    ...(network_mbps === undefined || network_mbps <= 0 ? {} : { network_mbps: Math.round(network_mbps) }),
  }
}

/** Memory of the largest single card in bytes: a unit runs on one card, so that the memory of two never adds up. */
export function largestCardBytes(gpus: readonly GpuInfo[]): number {
  return Math.max(0, ...gpus.map(({ vramBytes }) => vramBytes ?? 0))
}
