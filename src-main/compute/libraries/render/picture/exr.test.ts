import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { encodeExr } from './exr.ts'

/** Reads what the OpenEXR documents say of scanline files with ZIP, written apart from the writer. */
function readExr(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 8
  const text = () => {
    const start = at
    while (bytes[at] !== 0) at++
    return Buffer.from(bytes.subarray(start, at++)).toString()
  }
  const attributes = new Map<string, { type: string; value: DataView }>()
  while (bytes[at] !== 0) {
    const [name, type] = [text(), text()]
    const size = view.getInt32(at, true)
    attributes.set(name, { type, value: new DataView(bytes.buffer, bytes.byteOffset + at + 4, size) })
    at += 4 + size
  }
  at++
  const box = attributes.get('dataWindow')?.value
  const [width, height] = [(box?.getInt32(8, true) ?? 0) + 1, (box?.getInt32(12, true) ?? 0) + 1]
  const rgb = new Float32Array(width * height * 3)
  for (let block = 0; block < Math.ceil(height / 16); block++) {
    const offset = Number(view.getBigUint64(at + block * 8, true))
    const [y, size] = [view.getInt32(offset, true), view.getInt32(offset + 4, true)]
    const rows = Math.min(16, height - y)
    const length = rows * width * 12
    const data = bytes.subarray(offset + 8, offset + 8 + size)
    const raw = size === length ? data : undo(new Uint8Array(inflateSync(data)))
    const floats = new Float32Array(raw.slice().buffer)
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < 3; c++) {
        for (let x = 0; x < width; x++) {
          rgb[((y + row) * width + x) * 3 + (2 - c)] = floats[(row * 3 + c) * width + x] ?? NaN
        }
      }
    }
  }
  return { magic: view.getInt32(0, true), version: view.getInt32(4, true), attributes, width, height, rgb }
}

function undo(packed: Uint8Array): Uint8Array {
  for (let i = 1; i < packed.length; i++) packed[i] = (packed[i - 1] ?? 0) + (packed[i] ?? 0) - 128
  const out = new Uint8Array(packed.length)
  const half = (packed.length + 1) >> 1
  for (let i = 0; i < packed.length; i++) out[i] = packed[i % 2 === 0 ? i / 2 : half + (i - 1) / 2] ?? 0
  return out
}

const picture = (width: number, height: number, value: (i: number) => number) =>
  Float32Array.from({ length: width * height * 3 }, (_, i) => value(i))

describe('an OpenEXR file', () => {
  test.each([
    [1, 1],
    [5, 16],
    [33, 40],
  ])('of %d × %d pixels holds every float exactly', (width, height) => {
    const radiance = picture(width, height, (i) => Math.fround(Math.sin(i) ** 2 * 1000))
    const read = readExr(encodeExr(width, height, radiance))
    expect([read.magic, read.version, read.width, read.height]).toEqual([20_000_630, 2, width, height])
    expect(read.rgb).toEqual(radiance)
  })

  test('of one colour is packed small', () => {
    expect(
      encodeExr(
        200,
        200,
        picture(200, 200, () => 0.5),
      ).length,
    ).toBeLessThan(5000)
  })

  test('has the eight attributes that the format requires', () => {
    const { attributes } = readExr(
      encodeExr(
        2,
        2,
        picture(2, 2, () => 1),
      ),
    )
    expect([...attributes].map(([name, { type }]) => `${name}:${type}`)).toEqual([
      'channels:chlist',
      'compression:compression',
      'dataWindow:box2i',
      'displayWindow:box2i',
      'lineOrder:lineOrder',
      'pixelAspectRatio:float',
      'screenWindowCenter:v2f',
      'screenWindowWidth:float',
    ])
  })
})
