import { describe, expect, it } from 'vitest'
import { parseVulkanInfo } from './vulkan.ts'

/** Output of vulkaninfo 1.3.239, cut to the lines that are read and some that must not be. */
function text(...devices: string[]): string {
  return `==========
VULKANINFO
==========

Vulkan Instance Version: 1.3.239

Layers: count = 1
=================
VK_LAYER_MESA_device_select (Linux device selection layer) Vulkan version 1.3.211, layer version 1:
	Devices: count = 1
		GPU id = 0 (somewhere)
		Layer-Device Extensions: count = 0

Device Properties and Extensions:
=================================
${devices.map((device, i) => `GPU${i}:\n${device}`).join('\n')}`
}

function device(type: string, name: string, ids: string, driver: string, heaps: string): string {
  return `VkPhysicalDeviceProperties:
---------------------------
	apiVersion        = 1.3.230 (4206822)
	driverVersion     = 0.0.1 (1)
	vendorID          = ${ids.split(' ')[0] ?? ''}
	deviceID          = ${ids.split(' ')[1] ?? ''}
	deviceType        = ${type}
	deviceName        = ${name}

VkPhysicalDeviceLimits:
-----------------------
	maxImageDimension1D                             = 16384

VkPhysicalDeviceDriverProperties:
---------------------------------
	driverID           = DRIVER_ID_SOMETHING
	driverName         = ${driver}

VkPhysicalDeviceMemoryProperties:
=================================
${heaps}
memoryTypes: count = 2
	memoryTypes[0]:
		heapIndex     = 0
		propertyFlags = 0x000f: count = 4
			MEMORY_PROPERTY_DEVICE_LOCAL_BIT
	memoryTypes[1]:
		heapIndex     = 1
		size   = 99999999999999
`
}

function heap(index: number, size: string, isLocal: boolean): string {
  const flags = isLocal ? 'flags: count = 1\n\t\t\tMEMORY_HEAP_DEVICE_LOCAL_BIT' : 'flags:\n\t\t\tNone'
  return `	memoryHeaps[${index}]:\n\t\tsize   = ${size}\n\t\tbudget = 1026842624 (0x3d346000) (979.27 MiB)\n\t\t${flags}`
}

const CARD_HEAPS = `memoryHeaps: count = 3
${heap(0, '8589934592 (0x200000000) (8.00 GiB)', true)}
${heap(1, '16522608640 (0x3d8d00000) (15.39 GiB)', false)}
${heap(2, '257949696 (0x0f600000) (246.00 MiB)', true)}`
const CARD = device(
  'PHYSICAL_DEVICE_TYPE_DISCRETE_GPU',
  'NVIDIA GeForce RTX 3070',
  '0x10de 0x2484',
  'NVIDIA',
  CARD_HEAPS,
)
const SOFTWARE = device(
  'PHYSICAL_DEVICE_TYPE_CPU',
  'llvmpipe (LLVM 15.0.6, 256 bits)',
  '0x10005 0x0000',
  'llvmpipe',
  `memoryHeaps: count = 1\n${heap(0, '2147483648 (0x80000000) (2.00 GiB)', true)}`,
)
const INTEGRATED = device(
  'PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU',
  'Intel(R) UHD Graphics 770 (ADL-S GT1)',
  '0x8086 0x4680',
  'Intel open-source Mesa driver',
  `memoryHeaps: count = 1\n${heap(0, '12457635840 (0x2e6880000) (11.60 GiB)', true)}`,
)

describe('vulkaninfo', () => {
  it('tells cards with their largest own heap, and leaves software out', () => {
    expect(parseVulkanInfo(text(CARD, SOFTWARE, INTEGRATED))).toMatchObject([
      { name: 'NVIDIA GeForce RTX 3070', vendor: 'NVIDIA', vramBytes: 8 * 2 ** 30 },
      { name: 'Intel(R) UHD Graphics 770 (ADL-S GT1)', vendor: 'Intel', vramBytes: 12_457_635_840 },
    ])
  })

  it('counts two equal cards twice, and one card with two drivers once', () => {
    const amd = (driver: string) =>
      device('PHYSICAL_DEVICE_TYPE_DISCRETE_GPU', `Radeon (${driver})`, '0x1002 0x744c', driver, CARD_HEAPS)
    expect(parseVulkanInfo(text(CARD, CARD)).length).toBe(2)
    expect(parseVulkanInfo(text(amd('radv'), amd('AMD proprietary driver'))).map((d) => d.driver)).toEqual([
      'radv',
    ])
  })

  it('knows no memory where no heap is the device’s own', () => {
    const bare = device(
      'PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU',
      'Virtio-GPU Venus',
      '0x1af4 0x1050',
      'venus',
      `memoryHeaps: count = 1\n${heap(0, '100', false)}`,
    )
    expect(parseVulkanInfo(text(bare))).toEqual([
      { name: 'Virtio-GPU Venus', vendor: 'Virtio', vendorId: 0x1af4, deviceId: 0x1050, driver: 'venus' },
    ])
  })

  it.each(['', 'GPU0:', 'Cannot create Vulkan instance.', 'GPU0:\n\tdeviceType = x\n', '\0'.repeat(1_000)])(
    'finds no device in any other text (%#)',
    (other) => {
      expect(parseVulkanInfo(other)).toEqual([])
    },
  )
})
