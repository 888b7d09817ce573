import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildKernels, kernelPath } from '../../../wasm/build.ts'
import { dice, pick } from './dice.fixture.ts'
import { everySource, nanPatches } from './nan-bits.ts'
import { cursorAt, readOpcode, skipImmediates } from './nan-cursor.ts'
import { openModule, patchModule } from './nan-insert.fixture.ts'
import { INPUT_BYTES, nanProgram } from './nan-program.fixture.ts'
import { ARITHMETIC, NAN_SHAPES } from './nan-shapes.ts'
import { FD } from './opcodes.ts'
import { wat } from './wat.fixture.ts'
import type { FunctionCode } from './function-code.ts'

/** Instructions after which the examples may be patched, by name. */
const NAMES = new Map([
  [0x03, 'loop'],
  [0x0b, 'end'],
  [0x1b, 'select'],
  [0x20, 'local.get'],
  [0x22, 'local.tee'],
  [0x92, 'f32.add'],
  [0x94, 'f32.mul'],
  [0xa0, 'f64.add'],
  [0xa2, 'f64.mul'],
  [0x9f, 'f64.sqrt'],
  [FD | 19, 'f32x4.splat'],
  [FD | 31, 'f32x4.extract_lane'],
  [FD | 228, 'f32x4.add'],
  [FD | 240, 'f64x2.add'],
])

/** The patches of a module's last function, as 'shape after instruction'. */
function patchesOf(text: string): string[] {
  const { types, functions } = openModule(wat(text))
  const code = functions.at(-1)!
  return nanPatches(types, code).map(({ at, shape }) => `${shape} after ${instructionBefore(code, at)}`)
}

function instructionBefore(code: FunctionCode, at: number): string {
  const cursor = cursorAt(code)
  let opcode = -1
  while (cursor.at < at) {
    opcode = readOpcode(cursor)
    skipImmediates(cursor, opcode)
  }
  return cursor.at === at ? (NAMES.get(opcode) ?? opcode.toString(16)) : 'the middle of an instruction'
}

/** The patches of a body with locals of all types, in a module with everything that a body may refer to. */
function patchesOfBody(body: string, head = ''): string[] {
  const locals = [
    ['x', 'f32'],
    ['a', 'f64'],
    ['b', 'f64'],
    ['v', 'v128'],
    ['w', 'v128'],
  ]
  // From memory, because what a local begins with is known.
  const loads = locals.map(([name, type]) => `(local.set $${name} (${type}.load offset=64 (i32.const 0)))`)
  const declared = locals.map(([name, type]) => `(local $${name} ${type})`).join(' ')
  return patchesOf(`(module (memory 1) (tag $t (param f64)) (global $g (mut f64) (f64.const 0))
    (type $callee (func (param f64))) (table 1 funcref) (func $callee (param f64)) (func $given (result f64) (f64.const 1))
    (func ${head} (local $i i32) ${declared} ${loads.join(' ')} ${body}))`)
}

const PATTERNS = [
  ...[0x7fc00000, 0xffc00000, 0x7fc00001, 0xffffffff, 0x7f800001, 0xff800001, 0x7f800000, 0xff800000],
  ...[0, 0x80000000, 0x3f800000, 0xbf800000, 0x40490fdb, 0x7ff80000, 0xfff80000, 0x7ff00000, 0xfff40000],
]

/** What `run` leaves in memory, from inputs full of NaNs with payloads and of both signs. */
function memoryAfter(bytes: Uint8Array, seed: number): string {
  const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  const view = new DataView((memory as WebAssembly.Memory).buffer)
  const roll = dice(seed)
  for (let at = 0; at < INPUT_BYTES; at += 4) view.setUint32(at, pick(roll, PATTERNS), true)
  ;(run as () => void)()
  return Buffer.from(view.buffer, 0, 4_096).toString('hex')
}

const ADD = '(f64.add (local.get $a) (local.get $b))'

describe('who sees the bits of a NaN', () => {
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
    ['a local that nobody reads', `(local.set $a ${ADD})`],
    ['a lane test', '(drop (f32x4.eq (f32x4.add (local.get $v) (local.get $v)) (local.get $w)))'],
    ['nobody', '(drop (f32.demote_f64 (f64.promote_f32 (f32.sqrt (local.get $x)))))'],
    [
      'nobody before a loop without end',
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

describe('where a value is made canonical', () => {
  const loop = (body: string) =>
    `(loop ${body} (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))`
  const accumulate = '(local.set $a (f64.add (local.get $a) (f64.load (i32.const 0))))'

  it('is after the loop, for a sum', () => {
    const body = `(local.set $a (f64.const 0)) ${loop(accumulate)} (f64.store (i32.const 0) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after local.get'])
  })

  it('is in the loop, for a sum that may be the number from elsewhere that it began with', () => {
    const turns = `(block (loop (br_if 1 (local.get $i)) ${accumulate} (br 0)))`
    const body = `(local.set $a (f64.load (i32.const 8))) ${turns} (f64.store (i32.const 0) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    // A loop that runs at least once leaves only sums.
    const sums = `(local.set $a (f64.load (i32.const 8))) ${loop(accumulate)} (f64.store (i32.const 0) (local.get $a))`
    expect(patchesOfBody(sums)).toEqual(['f64 after local.get'])
  })

  it('is once where it is made, if it is seen twice', () => {
    const store = '(f64.store (i32.const 0) (local.get $a))'
    expect(patchesOfBody(`(local.set $a ${ADD}) ${store} ${store}`)).toEqual(['f64 after f64.add'])
  })

  it('is where it is seen, on the copy, if that is once for both', () => {
    const body = `(f64.store (i32.const 0) (local.tee $a ${ADD})) (drop (f64.sqrt (local.get $a)))`
    expect(patchesOfBody(body)).toEqual(['f64 after local.tee'])
  })

  it('is after a block, a choice or a loop that it is the value of', () => {
    const block = `(block (result f64) (br_if 0 ${ADD} (local.get $i)) (drop) (f64.mul (local.get $a) (local.get $a)))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${block})`)).toEqual(['f64 after end'])
    const choice = `(if (result f64) (local.get $i) (then ${ADD}) (else (f64.sqrt (local.get $a))))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${choice})`)).toEqual(['f64 after end'])
    const selected = `(select ${ADD} (f64.sqrt (local.get $a)) (local.get $i))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${selected})`)).toEqual(['f64 after select'])
    const turns = `${ADD} (loop (param f64) (local.set $b) ${ADD} (br_if 0 (local.get $i)) (drop)) (global.set $g (local.get $b))`
    expect(patchesOfBody(turns)).toEqual(['f64 after local.get'])
  })
})

describe('a local', () => {
  it('holds different values at different times', () => {
    const body = `(local.set $a ${ADD}) (drop (f64.lt (local.get $a) (local.get $b)))
      (local.set $a (f64.load (i32.const 0))) (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual([])
  })

  it('holds what the path here put into it', () => {
    const body = `(if (local.get $i)
        (then (local.set $a ${ADD}) (drop (f64.lt (local.get $a) (local.get $b))) (return))
        (else (local.set $a (f64.const 1))))
      (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual([])
  })

  it('holds what any path here put into it', () => {
    const body = `(if (local.get $i) (then (local.set $a ${ADD}))) (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
  })

  it('holds in a loop what the turn before put into it', () => {
    const body = `(loop (f64.store (i32.const 8) (local.get $a)) (local.set $a ${ADD}) (br_if 0 (local.get $i)))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
  })

  it('holds in a handler what any instruction before put into it, of the older encoding', () => {
    const body = `(try (do (local.set $a ${ADD}) (call $callee (f64.const 0)) (local.set $a (f64.const 0)))
      (catch_all (f64.store (i32.const 8) (local.get $a))))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    const thrown = '(try (do (throw $t (f64.const 1))) (catch $t (global.set $g (f64.sqrt))))'
    expect(patchesOfBody(thrown)).toEqual(['f64 after f64.sqrt'])
  })

  it('holds in a handler what any instruction before put into it, of the newer encoding', () => {
    const body = `(block $caught (result f64) (try_table (catch $t $caught)
        (local.set $a ${ADD}) (call $callee (f64.const 0)) (local.set $a (f64.const 0))) (return))
      (drop) (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    // What was thrown may be any NaN: it is not made canonical with what else the block may be.
    const either = `(block $caught (result f64) (try_table (catch $t $caught) (call $callee (f64.const 1))) ${ADD})`
    expect(patchesOfBody(`(global.set $g ${either})`)).toEqual(['f64 after f64.add'])
  })
})

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

describe('code that cannot be reached', () => {
  it('is not patched, and does not make what follows unreached', () => {
    const body = `(block (br 0) (f64.store (i32.const 0) ${ADD}) (block (loop (br 0)))) (global.set $g ${ADD})`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    expect(patchesOfBody(`(unreachable) (global.set $g ${ADD})`)).toEqual([])
  })
})

describe('behaviour', () => {
  it('is as if every result of arithmetic were made canonical, in random programs', () => {
    let [everywhere, placed, visible] = [0, 0, 0]
    for (let seed = 0; seed < 400; seed++) {
      const bytes = wat(nanProgram(seed))
      const expected = memoryAfter(
        patchModule(bytes, (_, code) => {
          const patches = everySource(code)
          everywhere += patches.length
          return patches
        }),
        seed,
      )
      const actual = patchModule(bytes, (types, code) => {
        const patches = nanPatches(types, code)
        placed += patches.length
        return patches
      })
      expect(memoryAfter(actual, seed), `seed ${seed}`).toBe(expected)
      if (memoryAfter(bytes, seed) !== expected) visible++
    }
    // Otherwise the programs would show nothing: on this machine, most that see a NaN would without patches.
    expect(visible).toBeGreaterThan(80)
    expect(placed).toBeLessThan(everywhere * 0.6)
  })

  it('is that of bytes which are no program, too: anything, but an end', () => {
    const roll = dice(7)
    const { types, functions } = openModule(wat(nanProgram(3)))
    for (let round = 0; round < 3_000; round++) {
      const { bytes, start, end, type, locals } = pick(roll, functions)
      const mutated = bytes.slice()
      for (let left = 1 + roll(8); left > 0; left--) mutated[start + roll(end - start)] = roll(256)
      const patches = nanPatches(types, { bytes: mutated, start, end, type, locals })
      expect(patches.length).toBeLessThanOrEqual(end - start)
    }
  })
})

describe('the work for a function', () => {
  const types = { types: [{ params: [0x7f], results: [] }], functions: [0], globals: [], tags: [] }
  const index = (value: number) => [(value & 127) | 128, value >> 7]
  const [SQRT, END, LOCAL_0] = [0x9f, 0x0b, [0x20, 0]]
  /** Sets each of `count` f64 locals, which follow the parameter, to its root. */
  const roots = (count: number) =>
    Array.from({ length: count }, (_, at) => [0x20, ...index(at + 1), SQRT, 0x21, ...index(at + 1)]).flat()
  const patch = (body: number[], locals: number) => {
    const bytes = Uint8Array.from([...body, END])
    const code = { bytes, start: 0, end: bytes.length, type: 0, locals: [{ count: locals, type: 0x7c }] }
    return { patches: nanPatches(types, code).length, sources: everySource(code).length }
  }

  it('is bounded where many branches meet many locals: there locals are taken without paths', () => {
    const branches = Array.from({ length: 4_000 }, () => [...LOCAL_0, 0x0d, 0]).flat()
    const block = [0x02, 0x40, ...roots(4_000), ...branches, END]
    expect(patch(block, 4_000)).toEqual({ patches: 0, sources: 4_000 })
    // Path by path, the second value would be known to be a constant.
    const seen = [0x41, 0, 0x20, 7, 0x39, 0, 0]
    const overwritten = [0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 7]
    expect(patch([...block, ...overwritten, ...seen], 4_000).patches).toBe(1)
    expect(patch([...roots(4_000), ...overwritten, ...seen], 4_000).patches).toBe(0)
  })

  it('is bounded in loops within loops and in large tables of branches', () => {
    const depth = 490
    const labels = Array.from({ length: 20_000 }, (_, at) => index(at % depth)).flat()
    const table = [...LOCAL_0, 0x0e, ...index(19_999 & 0x7f), 0, 0]
    table.splice(3, 4, ...[0x9f, 0x9c, 0x01], ...labels, 0)
    const loops = Array.from({ length: depth }, () => [0x03, 0x40]).flat()
    const ends = new Array<number>(depth).fill(END)
    expect(patch([...loops, ...roots(2_000), ...table, ...ends], 2_000)).toEqual({
      patches: 0,
      sources: 2_000,
    })
  })

  it('is bounded where a value takes many turns of a loop to get to where it is seen', () => {
    const handOn = (count: number) => [
      ...[0x03, 0x40, ...Array.from({ length: count }, (_, at) => [0x20, at + 2, 0x21, at + 1]).flat()],
      ...[0x20, count + 1, SQRT, 0x21, count + 1, ...LOCAL_0, 0x0d, 0, END],
      ...[0x41, 0, 0x20, 1, 0x39, 0, 0],
    ]
    // Those that are not followed to their end are made canonical where they are made, not once after the loop.
    const at = (count: number) => {
      const bytes = Uint8Array.from([...handOn(count), END])
      const locals = [{ count: count + 1, type: 0x7c }]
      return nanPatches(types, { bytes, start: 0, end: bytes.length, type: 0, locals }).map(
        (patch) => bytes[patch.at],
      )
    }
    expect(at(5)).toEqual([0x39])
    expect(at(60)).toEqual([0x21])
  })

  it('is bounded where blocks have many values: there every source is patched', () => {
    const many = { params: [], results: new Array<number>(1_000).fill(0x7c) }
    const values = [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
    const body = [
      ...[0x02, 1, ...Array.from({ length: 1_000 }, () => values).flat(), SQRT],
      ...Array.from({ length: 4_000 }, () => [...LOCAL_0, 0x0d, 0]).flat(),
      ...[END, ...new Array<number>(1_000).fill(0x1a), END],
    ]
    const bytes = Uint8Array.from(body)
    const code = { bytes, start: 0, end: bytes.length, type: 0, locals: [] }
    const module = { ...types, types: [...types.types, many] }
    expect(nanPatches(module, code)).toEqual(everySource(code))
    expect(everySource(code)).toHaveLength(1)
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
