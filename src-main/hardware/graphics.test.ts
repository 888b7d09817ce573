import { describe, expect, it } from 'vitest'
import { mergeGraphics } from './graphics.ts'

const nvidia = {
  name: 'RTX 3070',
  vendor: 'NVIDIA',
  vendorId: 0x10de,
  deviceId: 1,
  driver: 'NVIDIA',
  vramBytes: 8,
}
const amd = { name: 'RX 7900', vendor: 'AMD', vendorId: 0x1002, deviceId: 2, driver: 'radv', vramBytes: 24 }

describe('the list of graphics cards', () => {
  it('takes a card from Vulkan, not again from the operating system', () => {
    const controllers = [
      { vendor: 'NVIDIA Corporation', model: 'GA104 [GeForce RTX 3070]', vramBytes: 7 },
      { vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]', model: 'Navi 31' },
    ]
    expect(mergeGraphics([nvidia, amd], controllers)).toEqual([
      { name: 'RTX 3070', vendor: 'NVIDIA', vramBytes: 8 },
      { name: 'RX 7900', vendor: 'AMD', vramBytes: 24 },
    ])
  })

  it('adds what Vulkan does not show', () => {
    const intel = { vendor: 'Intel Corporation', model: 'UHD Graphics 770' }
    expect(mergeGraphics([nvidia], [intel])).toEqual([
      { name: 'RTX 3070', vendor: 'NVIDIA', vramBytes: 8 },
      { name: 'UHD Graphics 770', vendor: 'Intel Corporation' },
    ])
  })

  it('leaves out controllers without a name', () => {
    expect(mergeGraphics([], [{ vendor: '', model: '' }])).toEqual([])
  })
})
