import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildKernels, kernelPath } from '../../../../wasm/build.ts'
import type { FunctionCode } from '../parse/function-code.ts'
import { everySource, nanPatches } from './nan-bits.ts'
import { cursorAt, readOpcode, skipImmediates } from './flow/cursor.ts'
import { openModule } from './insert.fixture.ts'
import { ADD, patchesOfBody } from './patches.fixture.ts'
import { ARITHMETIC, NAN_SHAPES } from './flow/shapes.ts'
import { FD } from '../parse/opcodes.ts'
import { wat } from '../wat.fixture.ts'

describe('the bits of a NaN are seen by', () => {
  it.each([
    ['a store', `(f64.store (i32.const 0) ${ADD})`],
    ['a reinterpretation', `(drop (i64.reinterpret_f64 ${ADD}))`],
    ['a call', `(call $callee ${ADD})`],
    ['an indirect call', `(call_indirect (type $callee) ${ADD} (i32.const 0))`],
    ['a tail call', `(return_call $callee ${ADD})`],
    ['a global', `(global.set $g ${ADD})`],
    ['a thrown exception', `(throw $t ${ADD})`],
    ['the sign that copysign takes', `(drop (f64.lt (f64.copysign (f64.const 1) ${ADD}) (f64.const 0)))`],
  ])('%s', (_, body) => {
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
  })

  it.each([
    ['the end of the function', ADD],
    ['return', `(return ${ADD})`],
    ['a branch out of the function', `(br 0 ${ADD})`],
    ['a conditional one', `(br_if 0 ${ADD} (local.get $i))`],
    ['a table of them', `(br_table 0 0 ${ADD} (local.get $i))`],
  ])('the caller, by %s', (_, body) => {
    expect(patchesOfBody(body, '(result f64)')).toEqual(['f64 after f64.add'])
  })

  it.each([
    ['arithmetic alone', `(drop (f64.mul ${ADD} ${ADD}))`],
    ['a comparison', `(drop (f64.lt ${ADD} ${ADD}))`],
    ['a truncation', `(drop (i32.trunc_sat_f64_s ${ADD})) (drop (i64.trunc_f64_u ${ADD}))`],
    ['an unread local', `(local.set $a ${ADD})`],
    ['a lane test', '(drop (f32x4.eq (f32x4.add (local.get $v) (local.get $v)) (local.get $w)))'],
    ['an unused result', '(drop (f32.demote_f64 (f64.promote_f32 (f32.sqrt (local.get $x)))))'],
    [
      'code after a loop without end',
      `(local.set $a ${ADD}) (loop (br 0)) (f64.store (i32.const 0) (local.get $a))`,
    ],
  ])('not %s', (_, body) => {
    expect(patchesOfBody(body)).toEqual([])
  })
})

describe('what keeps its bits', () => {
  it.each([
    ['constants', '(f64.const -nan:0x4)'],
    ['loads', '(f64.load (i32.const 0))'],
    ['parameters', '(local.get 0)'],
    ['results of calls', '(call $given)'],
    ['globals', '(global.get $g)'],
    ['what was an integer', '(f64.reinterpret_i64 (i64.load (i32.const 0)))'],
    ['changes of sign of these', '(f64.neg (f64.abs (f64.copysign (local.get 0) (local.get 0))))'],
  ])('%s', (_, value) => {
    const beside = '(drop (f64.sqrt (f64.const 2)))'
    expect(patchesOfBody(`${beside} (f64.store (i32.const 0) ${value})`, '(param f64)')).toEqual([])
  })

  it('is made canonical before its sign is changed, never after', () => {
    const changed = `(f64.neg (f64.abs (f64.copysign (f64.sqrt (local.get $a)) (f64.const -1))))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${changed})`)).toEqual(['f64 after f64.sqrt'])
  })

  it('is made canonical only where it comes from arithmetic, if it may come from elsewhere', () => {
    const either = `(select (f64.load (i32.const 0)) ${ADD} (local.get $i))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${either})`)).toEqual(['f64 after f64.add'])
  })
})

describe('code that cannot be reached', () => {
  it('is not patched, and does not make what follows unreached', () => {
    const body = `(block (br 0) (f64.store (i32.const 0) ${ADD}) (block (loop (br 0)))) (global.set $g ${ADD})`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    expect(patchesOfBody(`(unreachable) (global.set $g ${ADD})`)).toEqual([])
  })
})

describe('instructions', () => {
  it('whose NaNs are the machine’s are these 48', () => {
    const opcodeOf = (instruction: string, operands: string) => {
      const code = openModule(wat(`(module (func (drop (${instruction} ${operands}))))`)).functions[0]!
      const cursor = cursorAt(code)
      let opcode = readOpcode(cursor)
      // The operands are constants.
      while ([0x43, 0x44, FD | 12].includes(opcode)) {
        skipImmediates(cursor, opcode)
        opcode = readOpcode(cursor)
      }
      return opcode
    }
    const listed = new Map<number, string | undefined>()
    for (const shape of ['f32', 'f64', 'f32x4', 'f64x2'] as const) {
      const type = shape === 'f32' || shape === 'f64' ? shape : 'v128'
      const operand = type === 'v128' ? '(v128.const i32x4 0 0 0 0)' : `(${type}.const 0)`
      for (const name of ['ceil', 'floor', 'trunc', 'nearest', 'sqrt']) {
        listed.set(opcodeOf(`${shape}.${name}`, operand), shape)
      }
      for (const name of ['add', 'sub', 'mul', 'div', 'min', 'max']) {
        listed.set(opcodeOf(`${shape}.${name}`, `${operand} ${operand}`), shape)
      }
    }
    const vector = '(v128.const i32x4 0 0 0 0)'
    listed.set(opcodeOf('f32.demote_f64', '(f64.const 0)'), 'f32')
    listed.set(opcodeOf('f64.promote_f32', '(f32.const 0)'), 'f64')
    listed.set(opcodeOf('f32x4.demote_f64x2_zero', vector), 'f32x4')
    listed.set(opcodeOf('f64x2.promote_low_f32x4', vector), 'f64x2')
    const table = Array.from(ARITHMETIC, (shape, opcode) => [opcode, NAN_SHAPES[shape]] as const)
    expect(new Map(table.filter(([, shape]) => shape !== undefined))).toEqual(listed)
    expect(listed.size).toBe(48)
  })
})

describe('kernels', () => {
  beforeAll(() => buildKernels(), 120_000)

  const counts = (name: Parameters<typeof kernelPath>[0]) => {
    const { types, functions } = openModule(readFileSync(kernelPath(name)))
    const sum = (of: (code: FunctionCode) => number) => functions.reduce((total, code) => total + of(code), 0)
    return {
      sources: sum((code) => everySource(code).length),
      patches: sum((code) => nanPatches(types, code).length),
    }
  }

  it('that only compare, or only truncate, are not patched', () => {
    expect(counts('example.sobel')).toEqual({ sources: 3, patches: 0 })
    const { types, functions } = openModule(readFileSync(kernelPath('metering-kernels')))
    const unpatched = functions.filter((code) => nanPatches(types, code).length === 0)
    // The largest is the set of Mandelbrot.
    expect(Math.max(...unpatched.map((code) => everySource(code).length))).toBeGreaterThanOrEqual(15)
  })

  it('that keep floats in memory are patched where these get there', () => {
    for (const name of ['path-trace', 'path-trace.scalar', 'metering-kernels'] as const) {
      const { sources, patches } = counts(name)
      expect(patches).toBeGreaterThan(0)
      expect(patches).toBeLessThan(sources * 0.2)
    }
  })
})
