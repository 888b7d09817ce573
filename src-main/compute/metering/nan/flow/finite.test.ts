import { describe, expect, it } from 'vitest'
import { dice, pick } from '../../dice.fixture.ts'
import { everySource, nanPatches } from '../nan-bits.ts'
import { openModule, patchModule } from '../insert.fixture.ts'
import { memoryAfter, patchesOfBody } from '../patches.fixture.ts'
import { wat } from '../../wat.fixture.ts'

describe('a number of known size', () => {
  const integer = '(i32.load (i32.const 8))'
  const stored = (type: string, value: string) => patchesOfBody(`(${type}.store (i32.const 0) ${value})`)

  it.each([
    ['a scaled integer', 'f64', `(f64.mul (f64.convert_i32_s ${integer}) (f64.const 0.5))`],
    ['a ratio to one or more', 'f32', `(f32.div (f32.convert_i32_u ${integer}) (f32.const 255))`],
    [
      'a weighted sum',
      'f32',
      `(f32.add (f32.const 3) (f32.ceil (f32.neg (f32.convert_i64_s (i64.load (i32.const 0))))))`,
    ],
    ['a choice', 'f32', `(f32.min (f32.const 1) (f32.demote_f64 (f64.convert_i32_s ${integer})))`],
    [
      'a vector of them',
      'v128',
      `(f32x4.mul (f32x4.convert_i32x4_s (v128.load (i32.const 0))) (f32x4.splat (f32.const 0.1)))`,
    ],
    [
      'a vector with a constant one',
      'v128',
      `(f64x2.sub (f64x2.convert_low_i32x4_u (v128.load (i32.const 0))) (v128.const f64x2 1 2))`,
    ],
  ])('is no NaN: %s', (_, type, value) => {
    expect(stored(type, value)).toEqual([])
  })

  it.each([
    ['zero by zero', 'f64', `(f64.div (f64.convert_i32_s ${integer}) (f64.convert_i32_s ${integer}))`],
    ['a root', 'f64', `(f64.sqrt (f64.convert_i32_s ${integer}))`],
    ['an infinity less another', 'f32', '(f32.sub (f32.const inf) (f32.const inf))'],
    [
      'what has grown to infinity times zero',
      'f32',
      `(f32.mul (f32.convert_i32_s ${integer}) (f32.mul (f32.const 1e30) (f32.convert_i32_s ${integer})))`,
    ],
  ])('may be one: %s', (_, type, value) => {
    expect(stored(type, value)).toHaveLength(1)
  })

  it('is none in random arithmetic that is taken to have none', () => {
    const roll = dice(5)
    const one = (type: 'f32' | 'f64', depth: number): string => {
      const constants =
        type === 'f32' ? ['0', '-1', '1e38', '3e-30', '-255'] : ['0', '1', '-1e308', '1e300', '0.1']
      if (roll(20) === 0) return `(${type}.load (i32.const ${8 * roll(8)}))`
      if (depth === 0 || roll(4) === 0) {
        return roll(2) === 0
          ? `(${type}.const ${pick(roll, constants)})`
          : `(${type}.convert_${pick(roll, ['i32_s (i32.load', 'i64_u (i64.load'])} (i32.const ${8 * roll(8)})))`
      }
      const next = () => one(type, depth - 1)
      if (roll(8) === 0)
        return type === 'f32'
          ? `(f32.demote_f64 ${one('f64', depth - 1)})`
          : `(f64.promote_f32 ${one('f32', depth - 1)})`
      if (roll(4) === 0) return `(${type}.${pick(roll, ['ceil', 'nearest', 'neg', 'abs'])} ${next()})`
      if (roll(8) === 0) return `(select ${next()} ${next()} (i32.load (i32.const 4)))`
      return `(${type}.${pick(roll, ['add', 'sub', 'mul', 'mul', 'div', 'min', 'max'])} ${next()} ${next()})`
    }
    let [saved, nans] = [0, 0]
    for (let round = 0; round < 60; round++) {
      const stores = Array.from({ length: 20 }, (_, at) => {
        const type = pick(roll, ['f32', 'f64'] as const)
        return `(${type}.store offset=${64 + 8 * at} (i32.const 0) ${one(type, 4)})`
      })
      const bytes = wat(`(module (memory (export "memory") 1) (func (export "run") ${stores.join('\n')}))`)
      saved += everySource(openModule(bytes).functions[0]!).length
      const actual = memoryAfter(
        patchModule(bytes, (types, code) => {
          const patches = nanPatches(types, code)
          saved -= patches.length
          return patches
        }),
        round,
      )
      expect(actual, `round ${round}`).toBe(
        memoryAfter(
          patchModule(bytes, (_, code) => everySource(code)),
          round,
        ),
      )
      nans += actual.match(/c07f|f87f/g)?.length ?? 0
    }
    expect(saved).toBeGreaterThan(1_000)
    expect(nans).toBeGreaterThan(60)
  })
})
