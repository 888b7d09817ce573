import { describe, expect, it } from 'vitest'
import * as limits from './limits.ts'
import { meterModule } from './meter.ts'
import { codeOf, moduleOf, name, repeated, section, uleb } from './module-bytes.fixture.ts'
import { refusalOf, ROOMY } from './refused.fixture.ts'
import { wat } from './wat.fixture.ts'

const MEMORY = section(5, 1, 0, 1)

describe('[X1] what the sandbox does not take is refused by its name and byte', () => {
  it.each<[string, Uint8Array, string]>([
    ['a shared memory', wat('(module (memory 1 1 shared))'), 'threads: shared memory at byte 11'],
    ['a shared global', moduleOf(section(6, 1, 0x7f, 2)), 'threads: shared global at byte 12'],
    ['a 64-bit memory', wat('(module (memory i64 1))'), '64-bit memory at byte 11'],
    ['a 64-bit table', moduleOf(section(4, 1, 0x70, 4, 1)), '64-bit table at byte 12'],
    ['custom page sizes', moduleOf(section(5, 1, 8, 1, 0)), 'custom page sizes at byte 11'],
    ['unknown limits', moduleOf(section(5, 1, 0x10, 1)), 'unknown memory flags 0x10 at byte 11'],
    ['two memories', moduleOf(section(5, 2)), '2 memories (multi-memory) are over the limit 1 at byte 10'],
    [
      'an access to another memory',
      codeOf([0x41, 0, 0x28, 0x42, 1, 0, 0x1a], { sections: [MEMORY] }),
      'multi-memory at byte 31',
    ],
    [
      'the size of another memory',
      codeOf([0x3f, 1, 0x1a], { sections: [MEMORY] }),
      'multi-memory at byte 29',
    ],
    [
      'an unknown alignment',
      codeOf([0x41, 0, 0x28, 5, 0, 0x1a], { sections: [MEMORY] }),
      'unknown alignment 5 at byte 31',
    ],
    ['relaxed SIMD', codeOf([0xfd, 0x80, 0x02]), 'relaxed SIMD at byte 23'],
    ['a struct type', moduleOf(section(1, 1, 0x5f, 0)), 'garbage collection at byte 11'],
    ['a group of types', moduleOf(section(1, 1, 0x4e, 1)), 'garbage collection at byte 11'],
    ['an i31 reference', moduleOf(section(1, 1, 0x60, 1, 0x6c)), 'garbage collection at byte 13'],
    ['a GC instruction', codeOf([0xfb, 0x00, 0x00]), 'garbage collection at byte 23'],
    ['a typed reference', moduleOf(section(1, 1, 0x60, 1, 0x64)), 'typed function references at byte 13'],
    ['call_ref', codeOf([0x14, 0x00]), 'typed function references at byte 23'],
    ['a null of a type of its own', codeOf([0xd0, 0x00]), 'typed function references at byte 24'],
    [
      'a table with a first value',
      moduleOf(section(4, 1, 0x40, 0, 0x70, 0, 1)),
      'typed function references at byte 11',
    ],
    ['a continuation type', moduleOf(section(1, 1, 0x5d, 0)), 'stack switching at byte 11'],
    ['suspend', codeOf([0xe2, 0x00]), 'stack switching at byte 23'],
    ['wide arithmetic', codeOf([0xfc, 0x13]), 'wide arithmetic at byte 23'],
    ['an unknown opcode', codeOf([0x27]), 'unknown opcode 0x27 at byte 23'],
    ['an unknown one with a prefix', codeOf([0xfc, 0xff, 0x01]), 'unknown opcode 0xfc 0xff at byte 23'],
    ['an unknown value type', moduleOf(section(1, 1, 0x60, 1, 0x01)), 'unknown value type 0x1 at byte 13'],
    [
      'a shared memory that is imported',
      wat('(module (import "a" "b" (memory 1 1 shared)))'),
      'threads: shared memory at byte 16',
    ],
    [
      'one name twice for what each instance has of its own',
      wat('(module (import "a" "b" (global i32)) (import "a" "b" (table 1 funcref)))'),
      'import a.b twice at byte 18',
    ],
    [
      'two memories, one imported',
      wat('(module (import "a" "b" (memory 1)) (memory 1))'),
      '2 memories (multi-memory) are over the limit 1',
    ],
    ['an imported tag', wat('(module (import "a" "b" (tag)))'), 'import a.b of a tag at byte 17'],
    [
      'an import of an unknown kind',
      moduleOf(section(2, 1, name('a'), name('b'), 9)),
      'import a.b of a kind unknown at byte 11',
    ],
    [
      'a name of the meter',
      wat('(module (func (export "meshwork:fuel")))'),
      'the export name meshwork:fuel is reserved at byte 21',
    ],
    [
      'another of its names, on a memory',
      wat('(module (memory (export "meshwork:start") 1))'),
      'the export name meshwork:start is reserved at byte 16',
    ],
  ])('%s', (_, bytes, expected) => {
    expect(refusalOf(bytes)).toBe(`module refused: ${expected}`)
  })
})

describe('[X15] what would stop the compiler is refused before the compiler sees it', () => {
  it.each<[string, () => Uint8Array, string]>([
    [
      'locals × control instructions',
      () => codeOf(repeated(5_000, 0x03, 0x40, 0x0b), { locals: [1, ...uleb(4_900), 0x7e] }),
      'compiling it is over the limit of 20000000 units (locals × control instructions',
    ],
    ['locals', () => codeOf([], { locals: [1, ...uleb(5_001), 0x7e] }), 'over 5000 locals'],
    [
      'locals by the milliard',
      () => codeOf([], { locals: [1, ...uleb(0xffffffff), 0x7e] }),
      'over 5000 locals',
    ],
    [
      'a body',
      () => codeOf(repeated(limits.BODY_BYTES_MAX, 0x01)),
      'a function of 1048578 bytes is over the limit 1048576',
    ],
    [
      'loops × loops, in one function',
      () => codeOf(repeated(12_700, 0x03, 0x40, 0x0b)),
      'compiling it is over the limit of 20000000 units (locals × control instructions and loops × loops)',
    ],
    ['nesting', () => codeOf(repeated(20_001, 0x02, 0x40)), 'over 20000 blocks within each other'],
    [
      'nesting that is not reached',
      () => codeOf([0, ...repeated(20_001, 0x02, 0x40)]),
      'over 20000 blocks within',
    ],
    ['a br_table', () => codeOf([0x0e, ...uleb(20_001)]), '20001 br_table entries are over the limit 20000'],
    ['the operand stack', () => codeOf(repeated(5_001, 0x41, 0)), 'over 5000 values on the operand stack'],
    ['calls', () => codeOf(repeated(20_001, 0x10, 0)), 'over 20000 calls in a function'],
    ['types', () => moduleOf(section(1, uleb(20_001))), '20001 types are over the limit 20000'],
    ['functions', () => moduleOf(section(3, uleb(200_001))), '200001 functions are over the limit 200000'],
    [
      'parameters',
      () => moduleOf(section(1, 1, 0x60, uleb(1_000))),
      '1000 parameters are over the limit 999',
    ],
    ['results', () => moduleOf(section(1, 1, 0x60, 0, uleb(1_001))), '1001 results are over the limit 1000'],
    ['imports', () => moduleOf(section(2, uleb(10_001))), '10001 imports are over the limit 10000'],
    ['exports', () => moduleOf(section(7, uleb(10_001))), '10001 exports are over the limit 10000'],
    ['globals', () => moduleOf(section(6, uleb(50_001))), '50001 globals are over the limit 50000'],
    ['tables', () => moduleOf(section(4, uleb(101))), '101 tables are over the limit 100'],
    ['tags', () => moduleOf(section(13, uleb(1_001))), '1001 tags are over the limit 1000'],
    [
      'data segments',
      () => moduleOf(section(11, uleb(100_001))),
      '100001 data segments are over the limit 100000',
    ],
    [
      'element segments',
      () => moduleOf(section(9, uleb(10_001))),
      '10001 element segments are over the limit',
    ],
    ['elements', () => moduleOf(section(9, 1, 1, 0, uleb(1_000_001))), '1000001 elements are over the limit'],
    ['the module', () => new Uint8Array(limits.MODULE_BYTES_MAX + 1), '67108865 bytes are over the limit'],
    ['a function that grows when it is instrumented', growing, 'a function too large to be instrumented'],
  ])('%s', (_, bytes, expected) => {
    expect(refusalOf(bytes())).toContain(`module refused: ${expected}`)
  })

  it('and what is near the limits is taken', () => {
    const blocks = [...repeated(1_900, 0x02, 0x40), ...repeated(1_900, 0x0b)]
    const values = [...repeated(4_000, 0x41, 0), ...repeated(4_000, 0x1a)]
    const module = codeOf([...blocks, ...values], { locals: [1, ...uleb(5_000), 0x7e] })
    expect(WebAssembly.validate(meterModule(module, ROOMY).bytes)).toBe(true)
  })
})

/** Ways out four bytes apart, each with a charge, where exceptions forbid to fold them and the fuel has a long index. */
function growing(): Uint8Array {
  const globals = section(6, uleb(20_000), repeated(20_000, 0x7f, 0, 0x41, 0, 0x0b))
  const code = [0x06, 0x40, 0x0b, ...repeated(262_000, 0x20, 0, 0x0d, 0)]
  return codeOf(code, { params: [0x7f], sections: [globals] })
}

describe('[X1] what V8 refuses is refused with its reason, and its byte', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['a type error', codeOf([0x41, 0]), /^module refused: .*expected 0 elements on the stack.* at byte \d+$/],
    [
      'a name exported twice',
      wat('(module (memory (export "m") (export "m") 1))'),
      /Duplicate export name 'm'/,
    ],
    [
      'a start function with parameters',
      wat('(module (func (param i32)) (start 0))'),
      /invalid start function/,
    ],
    [
      'a write to the global that would come after the last: the fuel',
      codeOf([0x42, 0, 0x24, 0]),
      /^module refused: global 0 of 0 at byte 26$/,
    ],
  ])('%s', (_, bytes, expected) => {
    expect(refusalOf(bytes)).toMatch(expected)
  })
})

describe('a name of the module’s own in a refusal', () => {
  const HOSTILE = 'a\u001b[2J\r\u202ecod\u2028\u200f'

  it('[X18] is shown without control and bidirectional characters wherever it is quoted', () => {
    const tag = moduleOf(section(1, 1, 0x60, 0, 0), section(2, 1, name(HOSTILE), name('x y'), 4, 0, 0))
    expect(refusalOf(tag)).toBe('module refused: import a?[2J??cod??.x?y of a tag at byte 17')
    const memory = section(5, 1, 0, 1)
    const twice = moduleOf(memory, section(7, 2, name(HOSTILE), 2, 0, name(HOSTILE), 2, 0))
    expect(refusalOf(twice)).toMatch(/^module refused: Duplicate export name 'a\?\[2J\?\?cod\?\?'/)
    expect(refusalOf(twice)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u)
  })

  it('[X18] is cut to what a line can show', () => {
    const long = moduleOf(
      section(1, 1, 0x60, 0, 0),
      section(2, 1, name('m'.repeat(5_000)), name('n'.repeat(5_000)), 4, 0, 0),
    )
    expect(refusalOf(long)).toBe(
      `module refused: import ${'m'.repeat(60)}….${'n'.repeat(60)}… of a tag at byte 18`,
    )
  })
})
