import { expect, it } from 'vitest'
import { canonicalSequence, SCRATCH_TYPE } from './sequence.ts'
import { uleb } from './insert.fixture.ts'
import type { NanShape } from './flow/shapes.ts'

const section = (id: number, ...content: number[]) => [id, ...uleb(content.length), ...content]

/** Words of 32 bits, four to a vector; those of f64s come low word first. */
function canonical(shape: NanShape, words: readonly number[]): number[] {
  const [load, store] = {
    f32: [[0x2a], [0x38]],
    f64: [[0x2b], [0x39]],
    f32x4: [
      [0xfd, 0],
      [0xfd, 11],
    ],
    f64x2: [
      [0xfd, 0],
      [0xfd, 11],
    ],
  }[shape] as [number[], number[]]
  // The scratch local is far off, so that its index takes two bytes.
  const body = [
    ...[2, ...uleb(200), 0x7f, 1, SCRATCH_TYPE[shape]],
    ...[0x41, 0, 0x41, 0, ...load, 0, 0, ...canonicalSequence(shape, 200), ...store, 0, 0, 0x0b],
  ]
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 0, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 2, 1, 0x72, 0, 0, 1, 0x6d, 2, 0),
    ...section(10, 1, ...uleb(body.length), ...body),
  ])
  const { m, r } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  const memory = new Uint32Array((m as WebAssembly.Memory).buffer, 0, words.length)
  memory.set(words)
  ;(r as () => void)()
  return [...memory]
}

it('the sequence of a shape makes every NaN the canonical one, and leaves all else', () => {
  const nan = 0x7fc00000
  for (const word of [nan, 0xffc00000, 0x7f800001, 0xffffffff, 0x7fc12345]) {
    expect(canonical('f32', [word])).toEqual([nan])
    expect(canonical('f32x4', [word, 0x3f800000, word, 0x80000000])).toEqual([
      nan,
      0x3f800000,
      nan,
      0x80000000,
    ])
  }
  for (const [low, high] of [
    [0, 0x7ff80000],
    [0, 0xfff80000],
    [1, 0x7ff00000],
    [7, 0xffffffff],
  ] as const) {
    expect(canonical('f64', [low, high])).toEqual([0, 0x7ff80000])
    expect(canonical('f64x2', [low, high, 5, 0x3ff00000])).toEqual([0, 0x7ff80000, 5, 0x3ff00000])
    expect(canonical('f64x2', [5, 0x3ff00000, low, high])).toEqual([5, 0x3ff00000, 0, 0x7ff80000])
  }
  for (const word of [0, 0x80000000, 0x7f800000, 0xff800000, 1, 0x807fffff, 0x7f7fffff]) {
    expect(canonical('f32', [word])).toEqual([word])
    expect(canonical('f32x4', [word, word, word, word])).toEqual([word, word, word, word])
  }
  for (const high of [0, 0x80000000, 0x7ff00000, 0xfff00000, 0x7fefffff]) {
    expect(canonical('f64', [0, high])).toEqual([0, high])
    // Lanes of f32 that are NaNs do not count.
    expect(canonical('f64x2', [nan, 0x3ff00000, 0, high])).toEqual([nan, 0x3ff00000, 0, high])
  }
})
