import { describe, expect, it } from 'vitest'
import { codeOf, moduleOf, name, section } from '../module-bytes.fixture.ts'
import { parseModule } from './parse-module.ts'
import { faultFrom } from '../refused.fixture.ts'
import { wat } from '../wat.fixture.ts'

const message = (...sections: readonly (readonly number[])[]) =>
  faultFrom(() => parseModule(moduleOf(...sections))).message

const TYPE = section(1, 1, 0x60, 0, 0)
const FUNCTION = section(3, 1, 0)
const CODE = section(10, 1, 2, 0, 0x0b)

describe('sections', () => {
  it('begin after the header of version 1', () => {
    expect(faultFrom(() => parseModule(Uint8Array.of(0, 0x61, 0x73))).message).toMatch(
      'no WebAssembly at byte 3',
    )
    expect(faultFrom(() => parseModule(Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0))).message).toMatch(
      'unknown version at byte 4',
    )
    expect(parseModule(moduleOf()).functions).toEqual([])
  })

  it('come once and in order', () => {
    expect(message(TYPE, TYPE)).toBe('module refused: section 1 twice at byte 14')
    expect(message(FUNCTION, TYPE)).toBe('module refused: section 1 out of order at byte 12')
    expect(message(TYPE, FUNCTION, section(6, 0), section(13, 0))).toMatch('section 13 out of order')
    expect(message(section(12, 0), section(9, 0))).toMatch('section 9 out of order')
    expect(message(section(14, 0))).toBe('module refused: unknown section 14 at byte 8')
  })

  it('have exactly their size', () => {
    expect(message([1, 5, 1, 0x60, 0, 0])).toMatch('section 1 is longer than the module at byte 8')
    expect(message(section(1, 1, 0x60, 0, 0, 0))).toMatch('section 1 has bytes left over at byte 14')
    expect(message(section(1, 2, 0x60, 0, 0))).toMatch('unexpected end at byte 14')
    expect(message(TYPE, [3])).toMatch('unexpected end')
  })

  it('of a custom kind stand anywhere, under a name', () => {
    const custom = section(0, ...name('anything'), 1, 2, 3)
    expect(parseModule(moduleOf(custom, TYPE, custom, FUNCTION, CODE, custom)).bodies).toHaveLength(1)
    expect(message(section(0, 5, 0x61))).toMatch('unexpected end')
    expect(message(section(0, 1, 0xff))).toMatch('a name that is no UTF-8')
  })

  it('agree on how many functions and data segments there are', () => {
    expect(message(TYPE, FUNCTION)).toBe('module refused: 1 functions and 0 bodies')
    expect(message(TYPE, FUNCTION, section(10, 2, 2, 0, 0x0b, 2, 0, 0x0b))).toMatch(
      '1 functions and 2 bodies',
    )
    expect(message(section(12, 1))).toBe('module refused: 1 data segments announced, 0 there')
  })
})

describe('an index', () => {
  it.each<[string, string, readonly (readonly number[])[]]>([
    ['a type', 'type 1 of 1 at byte 17', [TYPE, section(3, 1, 1)]],
    ['a function exported', 'function 1 of 1', [TYPE, FUNCTION, section(7, 1, 0, 0, 1), CODE]],
    ['a memory exported', 'memory 0 of 0', [TYPE, FUNCTION, section(7, 1, 0, 2, 0), CODE]],
    ['a start function', 'function 3 of 1', [TYPE, FUNCTION, section(8, 3), CODE]],
    ['a global not yet there', 'global 0 of 0', [section(6, 1, 0x7f, 0, 0x23, 0, 0x0b)]],
    ['an element', 'function 7 of 0', [section(4, 1, 0x70, 0, 1), section(9, 1, 0, 0x41, 0, 0x0b, 1, 7)]],
    [
      'a table of elements',
      'table 1 of 1',
      [section(4, 1, 0x70, 0, 1), section(9, 1, 2, 1, 0x41, 0, 0x0b, 0, 0)],
    ],
    ['a tag', 'type 0 of 0', [section(13, 1, 0, 0)]],
  ])('of %s is refused beyond what is there', (_, expected, sections) => {
    expect(message(...sections)).toMatch(`module refused: ${expected}`)
  })
})

describe('segments', () => {
  it('are of known kinds', () => {
    expect(message(section(9, 1, 8))).toMatch('an element segment of unknown kind 8')
    expect(message(section(9, 1, 1, 5, 0))).toMatch('elements of kind unknown value type 0x5')
    expect(message(section(11, 1, 3))).toMatch('a data segment of unknown kind 3')
  })

  it('that are active need what they are written to', () => {
    expect(message(section(9, 1, 0, 0x41, 0, 0x0b, 0))).toMatch('elements without a table')
    expect(message(section(11, 1, 0, 0x41, 0, 0x0b, 0))).toMatch('data without a memory')
  })

  it('count what instantiation writes, and make functions ones that a table may hold', () => {
    const module = parseModule(
      wat(`(module (memory 1) (table 4 funcref) (func) (func) (func) (func)
        (global funcref (ref.func 3))
        (data (i32.const 0) "abc") (data "passive")
        (elem (i32.const 0) 0) (elem func 1) (elem funcref (ref.func 2)))`),
    )
    expect(module.data).toEqual({ segments: 2, active: 3 })
    expect(module.elements).toEqual({ segments: 3, active: 1 })
    expect(module.referenced).toEqual(new Set([3, 0, 1, 2]))
  })
})

describe('a constant expression', () => {
  const global = (...expression: readonly number[]) => message(section(6, 1, 0x7f, 0, ...expression))

  it('takes sums and products, and nothing else that computes', () => {
    const sum = [0x41, 1, 0x41, 2, 0x6a, 0x41, 3, 0x6c, 0x0b]
    expect(parseModule(moduleOf(section(6, 1, 0x7f, 0, ...sum))).globals).toEqual([0x7f])
    expect(global(0x41, 1, 0x45, 0x0b)).toMatch('no constant instruction 0x45')
    expect(global(0x10, 0, 0x0b)).toMatch('no constant instruction 0x10')
    expect(global(0xfd, 0x0f, 0x0b)).toMatch('a constant expression that computes')
    expect(global(0xfb, 0x00, 0x0b)).toMatch('garbage collection')
  })

  it('is short', () => {
    expect(global(...Array.from({ length: 65 }, () => [0x41, 0]).flat(), 0x0b)).toMatch(
      'a constant expression of over 64 instructions',
    )
  })
})

it('finds the bodies where they are', () => {
  const [body] = parseModule(codeOf([0x01])).bodies
  expect(body).toEqual({ at: 22, end: 25 })
})
