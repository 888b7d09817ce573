import type { GpuInfo } from '../ports/hardware.ts'
import type { VulkanDevice } from './vulkan.ts'

/** A graphics controller as the operating system lists it. */
export interface Controller {
  readonly vendor: string
  readonly model: string
  readonly vramBytes?: number
}

/**
 * One list of cards from two sources. Vulkan knows memory well, but shows only cards with a driver for it; what it
 * shows of a vendor stands for all that the operating system lists of that vendor, under names of its own.
 */
export function mergeGraphics(
  devices: readonly VulkanDevice[],
  controllers: readonly Controller[],
): readonly GpuInfo[] {
  const shown = new Set(devices.map((device) => device.vendor.toLowerCase()))
  const others = controllers.filter(({ vendor, model }) => {
    const text = `${vendor} ${model}`.toLowerCase()
    return text.trim() !== '' && ![...shown].some((name) => text.includes(aliasOf(name)))
  })
  return [
    ...devices.map(({ name, vendor, vramBytes }) => gpu(name, vendor, vramBytes)),
    ...others.map(({ vendor, model, vramBytes }) => gpu(model === '' ? vendor : model, vendor, vramBytes)),
  ]
}

/** How a vendor is called in lists of PCI devices. */
function aliasOf(vendor: string): string {
  return vendor === 'amd' ? 'advanced micro devices' : vendor
}

function gpu(name: string, vendor: string, vramBytes: number | undefined): GpuInfo {
  return {
    name,
    vendor: vendor === '' ? 'unknown' : vendor,
    ...(vramBytes === undefined ? {} : { vramBytes }),
  }
}
