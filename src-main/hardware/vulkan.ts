import type { GpuInfo } from '../ports/hardware.ts'

/** A Vulkan device that is not the CPU in disguise. */
export interface VulkanDevice extends GpuInfo {
  /** PCI vendor and device, and the driver that shows it: one card may be shown by several. */
  readonly vendorId: number
  readonly deviceId: number
  readonly driver: string
}

/** PCI vendors of graphics (pcisig.com), by the name that people know. */
const VENDORS: ReadonlyMap<number, string> = new Map([
  [0x10de, 'NVIDIA'],
  [0x1002, 'AMD'],
  [0x8086, 'Intel'],
  [0x106b, 'Apple'],
  [0x13b5, 'Arm'],
  [0x5143, 'Qualcomm'],
  [0x1010, 'Imagination'],
  [0x14e4, 'Broadcom'],
  [0x1af4, 'Virtio'],
])

/**
 * Reads the text that `vulkaninfo` prints (Vulkan-Tools, any version that names `deviceType` as
 * `PHYSICAL_DEVICE_TYPE_…`). A device's memory is its largest device-local heap: the others are windows into it
 * (256 MB of a card) or the machine's own RAM. On an integrated GPU that heap is a share of the RAM.
 *
 * @returns the devices in the order of the text, without software ones, each card once; none for any other text
 */
export function parseVulkanInfo(text: string): readonly VulkanDevice[] {
  const devices: VulkanDevice[] = []
  for (const section of sections(text)) {
    const type = field(section, 'deviceType')
    const name = field(section, 'deviceName')
    if (type === undefined || name === undefined || type.includes('TYPE_CPU')) continue
    const vendorId = Number(field(section, 'vendorID') ?? 0)
    const vramBytes = largestLocalHeap(section)
    const device: VulkanDevice = {
      name,
      vendor: VENDORS.get(vendorId) ?? 'unknown',
      vendorId,
      deviceId: Number(field(section, 'deviceID') ?? 0),
      driver: field(section, 'driverName') ?? field(section, 'driverID') ?? '',
      ...(vramBytes === undefined ? {} : { vramBytes }),
    }
    if (!devices.some((known) => isSameCard(known, device))) devices.push(device)
  }
  return devices
}

/** The text about each device, which begins with a line `GPU0:` or `GPU id = 0 (NAME)`. */
function sections(text: string): string[] {
  const detail = text.slice(Math.max(0, text.search(/^Device Properties and Extensions/m)))
  return detail.split(/^GPU(?:\d+:| id = \d+).*$/m).slice(1)
}

function field(section: string, name: string): string | undefined {
  return new RegExp(`^\\s*${name}\\s*=\\s*(.+?)\\s*$`, 'm').exec(section)?.[1]
}

function largestLocalHeap(section: string): number | undefined {
  const heaps = section.split(/^\s*memoryHeaps\[\d+\]:\s*$/m).slice(1)
  const sizes = heaps.flatMap((heap) => {
    const [own = ''] = heap.split(/^\s*memoryTypes:/m)
    const size = Number(/^\s*size\s*=\s*(\d+)/m.exec(own)?.[1] ?? Number.NaN)
    return own.includes('DEVICE_LOCAL_BIT') && Number.isSafeInteger(size) ? [size] : []
  })
  return sizes.length === 0 ? undefined : Math.max(...sizes)
}

/** Two drivers of one machine show the same card twice; two equal cards have the same driver. */
function isSameCard(a: VulkanDevice, b: VulkanDevice): boolean {
  return a.vendorId === b.vendorId && a.deviceId === b.deviceId && a.driver !== b.driver
}
