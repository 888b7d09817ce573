import { describe, expect, it } from 'vitest'
import { patchesOfBody } from '../patches.fixture.ts'

describe('a vector', () => {
  const v = '(local.get $v)'
  const stored = (value: string) => `(v128.store (i32.const 0) ${value})`

  it('is made canonical in the shape of its arithmetic', () => {
    expect(patchesOfBody(stored(`(f32x4.add ${v} ${v})`))).toEqual(['f32x4 after f32x4.add'])
    expect(patchesOfBody(stored(`(f64x2.add ${v} ${v})`))).toEqual(['f64x2 after f64x2.add'])
  })

  it('is seen by arithmetic of the other shape, and by integer instructions', () => {
    expect(patchesOfBody(`(drop (f64x2.sqrt (f32x4.add ${v} ${v})))`)).toEqual(['f32x4 after f32x4.add'])
    expect(patchesOfBody(`(drop (f32x4.sqrt (f64x2.add ${v} ${v})))`)).toEqual(['f64x2 after f64x2.add'])
    expect(patchesOfBody(`(drop (i32x4.bitmask (f32x4.add ${v} ${v})))`)).toEqual(['f32x4 after f32x4.add'])
  })

  it('is seen by arithmetic of the other shape when lanes were moved or signs changed before', () => {
    const turned = `(i8x16.shuffle 4 5 6 7 0 1 2 3 16 17 18 19 20 21 22 23 (f32x4.add ${v} ${v}) ${v})`
    expect(patchesOfBody(`(drop (f64x2.sqrt ${turned}))`)).toEqual(['f32x4 after f32x4.add'])
    const negated = `(f32x4.neg (f64x2.add ${v} ${v}))`
    expect(patchesOfBody(`(drop (f32x4.sqrt ${negated}))`)).toEqual(['f64x2 after f64x2.add'])
  })

  it('is made canonical before an integer gets into a lane, never after', () => {
    const replaced = `(i32x4.replace_lane 0 (f32x4.add ${v} ${v}) (local.get $i))`
    expect(patchesOfBody(stored(replaced))).toEqual(['f32x4 after f32x4.add'])
    const loaded = `(v128.load32_lane 0 (i32.const 0) (f32x4.add ${v} ${v}))`
    expect(patchesOfBody(stored(loaded))).toEqual(['f32x4 after f32x4.add'])
  })

  it('is not made canonical where it may be bits that were put together', () => {
    const bits = `(v128.not (local.get $w))`
    const either = `(if (result v128) (local.get $i) (then (f64x2.add ${v} ${v})) (else ${bits}))`
    expect(patchesOfBody(stored(either))).toEqual(['f64x2 after f64x2.add'])
    expect(patchesOfBody(`(try (do) (catch_all)) ${stored(either)}`)).toEqual(['f64x2 after f64x2.add'])
  })

  it('takes no NaN from the second operand of pmin and pmax', () => {
    expect(patchesOfBody(stored(`(f32x4.pmin ${v} (f32x4.add ${v} ${v}))`))).toEqual([])
    expect(patchesOfBody(stored(`(f64x2.pmax (f64x2.add ${v} ${v}) ${v})`))).toHaveLength(1)
  })

  it('may be taken apart and put together', () => {
    const lane = `(f32x4.extract_lane 0 (f32x4.add ${v} ${v}))`
    expect(patchesOfBody(`(drop (f32.sqrt ${lane}))`)).toEqual([])
    expect(patchesOfBody(`(f32.store (i32.const 0) ${lane})`)).toEqual(['f32 after f32x4.extract_lane'])
    const splat = `(f32x4.splat (f32.add (local.get $x) (local.get $x)))`
    expect(patchesOfBody(stored(splat))).toEqual(['f32x4 after f32x4.splat'])
    expect(patchesOfBody(`(drop (f32x4.sqrt ${splat}))`)).toEqual([])
  })

  it('is blindly selected by the lanes of a comparison, but not by any bits', () => {
    const sum = `(f32x4.add ${v} ${v})`
    const chosen = (mask: string) => `(drop (f32x4.sqrt (v128.bitselect ${sum} ${v} ${mask})))`
    expect(patchesOfBody(chosen(`(f32x4.lt ${v} ${v})`))).toEqual([])
    expect(patchesOfBody(chosen('(v128.load (i32.const 0))'))).toEqual(['f32x4 after f32x4.add'])
    expect(patchesOfBody(`(drop (f32x4.sqrt (v128.and ${sum} (i32x4.gt_s ${v} ${v}))))`)).toEqual([])
    expect(patchesOfBody(`(drop (f32x4.sqrt (v128.xor ${sum} (i32x4.gt_s ${v} ${v}))))`)).toEqual([
      'f32x4 after f32x4.add',
    ])
  })

  it('is moved in whole lanes by a shuffle that is one of lanes', () => {
    const shuffled = (lanes: string) =>
      `(drop (f32x4.sqrt (i8x16.shuffle ${lanes} (f32x4.add ${v} ${v}) ${v})))`
    expect(patchesOfBody(shuffled('4 5 6 7 0 1 2 3 16 17 18 19 20 21 22 23'))).toEqual([])
    expect(patchesOfBody(shuffled('1 2 3 4 0 1 2 3 16 17 18 19 20 21 22 23'))).toEqual([
      'f32x4 after f32x4.add',
    ])
  })
})
