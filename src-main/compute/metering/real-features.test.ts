import { describe, expect, it } from 'vitest'
import { meteredBehaviour, originalBehaviour } from './equivalence/behaviour.fixture.ts'
import { codeOf, moduleOf, name, repeated, section, uleb } from './module-bytes.fixture.ts'

const FUEL = 1e9

/** `(param i32)`: a loop around so many blocks, each the target of a table of branches, as compilers of Go write functions. */
function switchOf(depth: number): number[] {
  const table = [0x20, 0, 0x0e, ...uleb(depth - 1)]
  for (let label = 0; label < depth; label++) table.push(...uleb(label))
  const one = [0x20, 1, 0x41, 3, 0x6c, 0x41, 1, 0x6a, 0x21, 1, 0x0b]
  return [
    ...[0x03, 0x40, ...repeated(depth, 0x02, 0x40), ...table],
    ...repeated(depth, ...one),
    ...[0x0b, 0x20, 1, 0x24, 0],
  ]
}

/** A module's results and final state are the same, metered and plain. */
function expectSame(bytes: Uint8Array, ...calls: readonly (readonly [string, ...number[]])[]): void {
  const { fuel: _fuel, ...metered } = meteredBehaviour(bytes, calls, { fuel: FUEL })
  expect(metered).toEqual(originalBehaviour(bytes, calls))
}

const exported = section(7, 2, name('f'), 0, 0, name('g'), 3, 0)
const mutable = section(6, 1, 0x7f, 1, 0x41, 0, 0x0b)

describe('[X15] what compilers write is taken, as far as V8 takes it', () => {
  it.each([
    ['Ruby 3.4', 616],
    ['mupdf', 2_250],
    ['esbuild', 3_232],
    ['as deep as may be', 19_998],
  ])('blocks within blocks: %s, %i', (_, depth) => {
    const options = { params: [0x7f], locals: [1, 1, 0x7f], sections: [mutable, exported] }
    expectSame(codeOf(switchOf(depth), options), ['f', 0], ['f', 7], ['f', depth - 1], ['f', depth + 5])
  })

  it.each([
    ['Go with json, regexp and template', 65_828],
    ['esbuild', 98_450],
  ])('data segments: %s, %i', (_, count) => {
    const segments: number[] = []
    for (let i = 0; i < count; i++) {
      // i32.const of up to three bytes, then one byte.
      const at = i % 65_536
      segments.push(0, 0x41, (at & 127) | 128, ((at >>> 7) & 127) | 128, at >>> 14, 0x0b, 1, i & 0xff)
    }
    const bytes = moduleOf(section(5, 1, 0, 1), section(7, 1, name('m'), 2, 0), [
      ...[11, ...uleb(uleb(count).length + segments.length), ...uleb(count)],
      ...segments,
    ])
    expectSame(bytes)
  })

  it('[X15] each segment is paid for, whatever is in it', () => {
    const withSegments = (count: number) =>
      moduleOf(section(5, 1, 0, 1), section(11, uleb(count), repeated(count, 0, 0x41, 0, 0x0b, 0)))
    const fuelOf = (count: number) => meteredBehaviour(withSegments(count), [], { fuel: FUEL }).fuel[0] ?? 0
    expect(fuelOf(1_000) - fuelOf(0)).toBe(400_000)
  })
})
