import { z } from 'zod'

const Amount = z.number().min(0).max(1e9)

/**
 * Resources that a machine has or a unit needs (document 000). Absent optional amounts count as zero. Memory is in GiB,
 * of one graphics card where it is a card's; disk in 10⁹ bytes; the network in 10⁶ bits a second.
 */
export const ComputeResource = z.object({
  cpu_cores: Amount,
  ram_gb: Amount,
  gpu_vram_gb: Amount.exactOptional(),
  disk_gb: Amount.exactOptional(),
  network_mbps: Amount.exactOptional(),
})
export type ComputeResource = z.infer<typeof ComputeResource>

/** The names of all resource dimensions, in a fixed order. */
export const RESOURCE_DIMENSIONS = ['cpu_cores', 'ram_gb', 'gpu_vram_gb', 'disk_gb', 'network_mbps'] as const
export type ResourceDimension = (typeof RESOURCE_DIMENSIONS)[number]

/** The amount of one dimension, zero when it is not named. */
export function amount(resource: ComputeResource, dimension: ResourceDimension): number {
  return resource[dimension] ?? 0
}
