import { describe, expect, it } from 'vitest'
import { everySource, nanPatches } from '../nan-bits.ts'

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
