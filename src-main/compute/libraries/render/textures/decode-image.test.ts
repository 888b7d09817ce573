import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { encode } from 'fast-png'
import { encode as encodeJpeg } from 'jpeg-js'
import { describe, expect, test } from 'vitest'
import { decodeImage } from './decode-image.ts'

/** A PNG put together by hand, so that it can hold what an encoder would not write. */
function pngOf(header: number[], data: Uint8Array, extra: [string, number[]][] = []): Uint8Array {
  const chunk = (type: string, body: ArrayLike<number>) => {
    const out = new Uint8Array(12 + body.length)
    new DataView(out.buffer).setUint32(0, body.length)
    out.set(new TextEncoder().encode(type), 4)
    out.set(Array.from(body), 8)
    return out
  }
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const chunks = [chunk('IHDR', header), ...extra.map(([type, body]) => chunk(type, body))]
  return Buffer.concat([signature, ...chunks, chunk('IDAT', deflateSync(data)), chunk('IEND', [])])
}

const headerOf = (width: number, height: number, depth: number, colour: number, interlace = 0) => {
  const bytes = new Uint8Array(13)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  bytes.set([depth, colour, 0, 0, interlace], 8)
  return [...bytes]
}

const texels = (bytes: Uint8Array) => {
  const image = decodeImage(bytes)
  if (image.kind !== 'image') throw new Error(image.message)
  return [...image.rgba]
}

describe('PNG', () => {
  test('RGB and RGBA of 8 bits come out as they are', () => {
    const rgb = encode({ width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6), channels: 3 })
    expect(texels(rgb)).toEqual([1, 2, 3, 255, 4, 5, 6, 255])
    const rgba = encode({ width: 1, height: 1, data: Uint8Array.of(9, 8, 7, 6), channels: 4 })
    expect(texels(rgba)).toEqual([9, 8, 7, 6])
  })

  test('16 bits are rounded to 8, grey is spread over three channels', () => {
    const deep = encode({ width: 2, height: 1, data: Uint16Array.of(0xffff, 0x8080), channels: 1, depth: 16 })
    expect(texels(deep)).toEqual([255, 255, 255, 255, 128, 128, 128, 255])
    const grey = encode({ width: 1, height: 1, data: Uint8Array.of(50, 100), channels: 2 })
    expect(texels(grey)).toEqual([50, 50, 50, 100])
  })

  test('grey of 1, 2 and 4 bits is unpacked row by row', () => {
    expect(texels(pngOf(headerOf(3, 1, 1, 0), Uint8Array.of(0, 0b101_00000)))).toEqual(
      [255, 0, 255].flatMap((v) => [v, v, v, 255]),
    )
    expect(texels(pngOf(headerOf(3, 1, 2, 0), Uint8Array.of(0, 0b00_01_11_00)))).toEqual(
      [0, 85, 255].flatMap((v) => [v, v, v, 255]),
    )
    expect(texels(pngOf(headerOf(1, 2, 4, 0), Uint8Array.of(0, 0x30, 0, 0xf0)))).toEqual(
      [51, 255].flatMap((v) => [v, v, v, 255]),
    )
  })

  test('palettes are looked up, transparency included', () => {
    const extra: [string, number[]][] = [
      ['PLTE', [10, 20, 30, 40, 50, 60]],
      ['tRNS', [7]],
    ]
    const png = pngOf(headerOf(2, 1, 1, 3), Uint8Array.of(0, 0b01_000000), extra)
    expect(texels(png)).toEqual([10, 20, 30, 7, 40, 50, 60, 255])
  })

  test('a transparent colour is transparent', () => {
    const data = Uint8Array.of(0, 1, 2, 3, 1, 2, 4, 5, 5, 5)
    const png = pngOf(headerOf(3, 1, 8, 2), data, [['tRNS', [0, 1, 0, 2, 0, 3]]])
    expect(texels(png)).toEqual([1, 2, 3, 0, 1, 2, 4, 255, 5, 5, 5, 255])
  })

  test('interlaced pictures of 8 bits are put in order', () => {
    const plain = encode({
      width: 9,
      height: 5,
      data: Uint8Array.from({ length: 45 }, (_, i) => i),
      channels: 1,
    })
    const woven = encode(
      { width: 9, height: 5, data: Uint8Array.from({ length: 45 }, (_, i) => i), channels: 1 },
      { interlace: 'Adam7' },
    )
    expect(texels(woven)).toEqual(texels(plain))
  })

  test.each<[string, Uint8Array]>([
    ['a header that promises 4 gigapixels', pngOf(headerOf(65_535, 65_535, 8, 2), new Uint8Array(16))],
    ['sides of zero', pngOf(headerOf(0, 1, 8, 2), new Uint8Array(1))],
    ['data that inflates beyond its picture', pngOf(headerOf(1, 1, 8, 0), new Uint8Array(50_000_000))],
    ['too little data', pngOf(headerOf(100, 100, 8, 0), new Uint8Array(5000))],
    ['an unknown colour type', pngOf(headerOf(1, 1, 8, 5), new Uint8Array(2))],
    ['an interlaced picture of single bits', pngOf(headerOf(1, 1, 1, 0, 1), new Uint8Array(2))],
    ['the middle missing', pngOf(headerOf(9, 9, 8, 0), new Uint8Array(90)).subarray(0, 40)],
  ])('%s is undecodable', (_, bytes) => {
    expect(decodeImage(bytes).kind).toBe('undecodable')
  })

  // A copy of all that came before for each of the 1.4 million pieces would take many minutes.
  test('in as many chunks as it has bytes it is decoded like in one', { timeout: 60_000 }, () => {
    const side = 1_200
    const rows = new Uint8Array((side + 1) * side)
    const whole = deflateSync(rows, { level: 0 })
    const piece = Uint8Array.of(0, 0, 0, 1, 0x49, 0x44, 0x41, 0x54, 0, 0, 0, 0, 0)
    const pieces = new Uint8Array(piece.length * whole.length)
    whole.forEach((byte, i) => {
      piece[8] = byte
      pieces.set(piece, i * piece.length)
    })
    const one = pngOf(headerOf(side, side, 8, 0), rows)
    const headBytes = 33
    const endBytes = 12
    const many = Buffer.concat([one.subarray(0, headBytes), pieces, one.subarray(-endBytes)])
    const [image, expected] = [decodeImage(many), decodeImage(one)]
    if (image.kind !== 'image' || expected.kind !== 'image') throw new Error('both are pictures')
    expect(Buffer.compare(image.rgba, expected.rgba)).toBe(0)
  })

  test('a profile that inflates without end is never opened', () => {
    const bomb = [...new TextEncoder().encode('x\0\0'), ...deflateSync(new Uint8Array(30_000_000))]
    expect(texels(pngOf(headerOf(1, 1, 8, 0), Uint8Array.of(0, 77), [['iCCP', bomb]]))).toEqual([
      77, 77, 77, 255,
    ])
  })
})

describe('JPEG', () => {
  const grey = new Uint8Array(16 * 16 * 4).fill(120)
  const jpeg = new Uint8Array(encodeJpeg({ width: 16, height: 16, data: grey }, 95).data)

  test('decodes to nearly what was encoded', () => {
    const image = decodeImage(jpeg)
    expect(image).toMatchObject({ kind: 'image', width: 16, height: 16 })
    expect(texels(jpeg).every((v, i) => (i % 4 === 3 ? v === 255 : Math.abs(v - 120) < 4))).toBe(true)
  })

  test('of one colour, however large, is decoded, and one that claims more than its bytes can hold is not', () => {
    const [width, height] = [2_048, 1_024]
    const even = new Uint8Array(
      encodeJpeg({ width, height, data: new Uint8Array(width * height * 4) }, 50).data,
    )
    expect(decodeImage(even)).toMatchObject({ kind: 'image', width, height })
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0)
    const claims = jpeg.slice()
    new DataView(claims.buffer).setUint16(frame + 5, 4_096)
    new DataView(claims.buffer).setUint16(frame + 7, 4_096)
    const message = 'a JPEG whose data cannot hold as many pixels as it claims'
    expect(decodeImage(claims)).toEqual({ kind: 'undecodable', message })
    // Its markers do not follow one another, which decoders do not mind.
    const shifted = Uint8Array.of(...claims.subarray(0, 2), 0x11, ...claims.subarray(2))
    expect(decodeImage(shifted)).toEqual({ kind: 'undecodable', message })
  })

  test('with a second, larger frame or hundreds of components takes no more memory than its header says', () => {
    const frame = (side: number, components: number) => {
      const bytes = new Uint8Array(10 + 3 * components)
      bytes.set([
        0xff,
        0xc0,
        0,
        bytes.length - 2,
        8,
        side >> 8,
        side & 255,
        side >> 8,
        side & 255,
        components,
      ])
      for (let i = 0; i < components; i++) bytes.set([i, 0x11, 0], 10 + 3 * i)
      return bytes
    }
    const undecodable = (...parts: Uint8Array[]) =>
      decodeImage(Buffer.concat([jpeg.subarray(0, 2), ...parts, jpeg.subarray(2)]))
    const message: unknown = expect.stringMatching('maxMemoryUsageInMB limit exceeded')
    expect(undecodable(frame(8, 3), frame(4_000, 3))).toEqual({ kind: 'undecodable', message })
    expect(undecodable(frame(1_000, 80))).toEqual({ kind: 'undecodable', message })
  })

  test('with more scans than any encoder writes is undecodable', () => {
    const scans = Buffer.concat([
      jpeg.subarray(0, 2),
      ...Array.from({ length: 100 }, () => [0xff, 0xda]).map((s) => Uint8Array.from(s)),
      jpeg.subarray(2),
    ])
    expect(decodeImage(scans).kind).toBe('undecodable')
  })
})

test('damaged images give an image or a reason, never an exception', () => {
  const data = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256)
  const files = [
    encode({ width: 10, height: 10, data, channels: 3 }),
    new Uint8Array(encodeJpeg({ width: 10, height: 10, data: new Uint8Array(400).fill(99) }, 90).data),
  ]
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(change, { maxLength: 5 }), (file, changes) => {
      const bytes = Uint8Array.from(file)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      const image = decodeImage(bytes)
      if (image.kind === 'image') expect(image.rgba.length).toBe(image.width * image.height * 4)
      else expect(image.message).not.toBe('')
    }),
    { numRuns: 500 },
  )
})
