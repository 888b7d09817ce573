import { setFlagsFromString } from 'node:v8'
import { describe, expect, it } from 'vitest'
import {
  CONTEXT,
  FC,
  FD,
  FE,
  IMMEDIATE,
  IMMEDIATES,
  OPCODES,
  OPERANDS,
  operandOf,
  RESULTS,
  refusedFeature,
  resultOf,
  SIGNATURES,
} from './opcodes.ts'
import { VALUE_TYPE } from './value-types.ts'

// Exceptions of the final encoding are behind a flag in Node 24.
setFlagsFromString('--experimental-wasm-exnref')

const TYPES = [0, VALUE_TYPE.i32, VALUE_TYPE.i64, VALUE_TYPE.f32, VALUE_TYPE.f64, VALUE_TYPE.v128]

const uleb = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...uleb(value >>> 7)]
const section = (id: number, ...content: number[]) => [id, ...uleb(content.length), ...content]

function headOf(opcode: number): number[] {
  if (opcode >= FE) return [0xfe, ...uleb(opcode - FE)]
  if (opcode >= FD) return [0xfd, ...uleb(opcode - FD)]
  return opcode >= FC ? [0xfc, ...uleb(opcode - FC)] : [opcode]
}

/** The alignment that an atomic access must have. */
function alignmentOf(opcode: number): number {
  const n = opcode - FE
  if (n < 0x10) return n === 2 ? 3 : 2
  return [2, 3, 0, 1, 0, 1, 2][(n - 0x10) % 7] ?? 0
}

/** The bytes of an instruction with immediates that fit the module below. */
function instruction(opcode: number): number[] {
  const head = headOf(opcode)
  const zeros = (count: number) => new Array<number>(count).fill(0)
  const immediates: Record<number, number[]> = {
    [IMMEDIATE.none]: [],
    [IMMEDIATE.table]: [0],
    [IMMEDIATE.memoryArgument]: [opcode >= FE ? alignmentOf(opcode) : 0, 0],
    [IMMEDIATE.memoryArgumentLane]: [0, 0, 0],
    [IMMEDIATE.memory]: [0],
    [IMMEDIATE.i32]: [0x7f],
    [IMMEDIATE.i64]: [0xff, 0],
    [IMMEDIATE.f32]: zeros(4),
    [IMMEDIATE.f64]: zeros(8),
    [IMMEDIATE.v128]: zeros(16),
    [IMMEDIATE.lane]: [opcode >= FE ? 0 : 1],
    [IMMEDIATE.dataMemory]: [0, 0],
    [IMMEDIATE.data]: [0],
    [IMMEDIATE.elementsTable]: [0, 0],
    [IMMEDIATE.elements]: [0],
    [IMMEDIATE.memoryMemory]: [0, 0],
    [IMMEDIATE.tableTable]: [0, 0],
  }
  return [...head, ...immediates[IMMEDIATES[opcode]!]!]
}

/** Whether V8 takes a function of these parameters and results with this body; it may use a tag, a table, a memory. */
function isValid(params: number[], results: number[], body: number[], locals: number[] = []): boolean {
  const code = [locals.length, ...locals.flatMap((type) => [1, type]), ...body, 0x0b]
  return WebAssembly.validate(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, 2, 0x60, params.length, ...params, results.length, ...results, 0x60, 0, 0),
      ...section(3, 2, 0, 1),
      ...section(4, 1, 0x70, 0, 1),
      ...section(5, 1, 0, 1),
      ...section(13, 1, 0, 1),
      ...section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
      ...section(9, 1, 1, 0, 1, 1),
      ...section(12, 1),
      ...section(10, 2, ...uleb(code.length), ...code, 2, 0, 0x0b),
      ...section(11, 1, 1, 0),
    ]),
  )
}

const all = Array.from({ length: OPCODES }, (_, opcode) => opcode)
const name = (opcode: number) => `0x${opcode.toString(16)}`

describe('the tables of instructions', () => {
  const fixed = all.filter(
    (opcode) => IMMEDIATES[opcode] !== IMMEDIATE.refused && SIGNATURES[opcode] !== CONTEXT,
  )

  it('gives each instruction the operands, results and immediates that V8 gives it, and no others', () => {
    const wrong: string[] = []
    for (const opcode of fixed) {
      const signature = SIGNATURES[opcode]!
      const params = [0, 1, 2].map((index) => TYPES[operandOf(signature, index)]!).filter((type) => type > 0)
      const result = TYPES[resultOf(signature)]!
      const results = result === 0 ? [] : [result]
      expect([OPERANDS[opcode], RESULTS[opcode]], name(opcode)).toEqual([params.length, results.length])
      const body = [...params.flatMap((_, index) => [0x20, index]), ...instruction(opcode)]
      if (!isValid(params, results, body)) wrong.push(`${name(opcode)} as listed`)
      const others = (types: number[], index: number) =>
        TYPES.slice(1)
          .filter((type) => type !== types[index])
          .map((type) => types.with(index, type))
      for (const index of params.keys())
        for (const other of others(params, index))
          if (isValid(other, results, body)) wrong.push(`${name(opcode)} with other operands`)
      for (const index of results.keys())
        for (const other of others(results, index))
          if (isValid(params, other, body)) wrong.push(`${name(opcode)} with another result`)
      if (isValid(params, [...results, VALUE_TYPE.i32], body))
        wrong.push(`${name(opcode)} with one result more`)
    }
    expect(wrong).toEqual([])
    expect(fixed.length).toBe(158 + 16 + 236 + 67)
  })

  // By hand: what surrounds an instruction of context, so that its immediates are seen to have the listed form.
  const { i32, f32, funcref } = VALUE_TYPE
  const CONTEXTS: Record<number, { kind: keyof typeof IMMEDIATE; body: number[]; result?: number }> = {
    0x00: { kind: 'none', body: [0x00] },
    0x02: { kind: 'blockType', body: [0x02, 0x40, 0x0b] },
    0x03: { kind: 'blockType', body: [0x03, i32, 0x41, 0, 0x0b], result: i32 },
    0x04: { kind: 'blockType', body: [0x41, 0, 0x04, 0x01, 0x0b] },
    0x05: { kind: 'none', body: [0x41, 0, 0x04, 0x40, 0x05, 0x0b] },
    0x06: { kind: 'blockType', body: [0x06, 0x40, 0x0b] },
    0x07: { kind: 'tag', body: [0x06, 0x40, 0x07, 0, 0x0b] },
    0x08: { kind: 'tag', body: [0x08, 0] },
    0x09: { kind: 'label', body: [0x06, 0x40, 0x19, 0x09, 0, 0x0b] },
    0x0a: { kind: 'none', body: [0x02, 0x69, 0x1f, 0x40, 1, 3, 0, 0x0b, 0x00, 0x0b, 0x0a] },
    0x0b: { kind: 'none', body: [0x02, 0x40, 0x0b] },
    0x0c: { kind: 'label', body: [0x0c, 0] },
    0x0d: { kind: 'label', body: [0x41, 0, 0x0d, 0] },
    0x0e: { kind: 'labels', body: [0x02, 0x40, 0x41, 0, 0x0e, 2, 0, 1, 0, 0x0b] },
    0x0f: { kind: 'none', body: [0x0f] },
    0x10: { kind: 'function', body: [0x10, 1] },
    0x11: { kind: 'indirectCall', body: [0x41, 0, 0x11, 1, 0] },
    0x12: { kind: 'function', body: [0x12, 1] },
    0x13: { kind: 'indirectCall', body: [0x41, 0, 0x13, 1, 0] },
    0x18: { kind: 'label', body: [0x06, 0x40, 0x18, 0] },
    0x19: { kind: 'none', body: [0x06, 0x40, 0x19, 0x0b] },
    0x1a: { kind: 'none', body: [0x41, 0, 0x1a] },
    0x1b: { kind: 'none', body: [0x41, 0, 0x41, 0, 0x41, 0, 0x1b], result: i32 },
    0x1c: { kind: 'valueTypes', body: [0x41, 0, 0x41, 0, 0x41, 0, 0x1c, 1, i32], result: i32 },
    0x1f: { kind: 'tryTable', body: [0x1f, 0x40, 2, 0, 0, 0, 2, 0, 0x0b] },
    0x20: { kind: 'local', body: [0x20, 0], result: f32 },
    0x21: { kind: 'local', body: [0x20, 0, 0x21, 0] },
    0x22: { kind: 'local', body: [0x20, 0, 0x22, 0], result: f32 },
    0x23: { kind: 'global', body: [0x23, 0], result: i32 },
    0x24: { kind: 'global', body: [0x41, 0, 0x24, 0] },
    0x25: { kind: 'table', body: [0x41, 0, 0x25, 0], result: funcref },
    0x26: { kind: 'table', body: [0x41, 0, 0xd0, 0x70, 0x26, 0] },
    0xd0: { kind: 'heapType', body: [0xd0, 0x70], result: funcref },
    0xd1: { kind: 'none', body: [0xd0, 0x70, 0xd1], result: i32 },
    0xd2: { kind: 'function', body: [0xd2, 1], result: funcref },
    [FC | 15]: { kind: 'table', body: [0xd0, 0x70, 0x41, 0, 0xfc, 15, 0], result: i32 },
    [FC | 17]: { kind: 'table', body: [0x41, 0, 0xd0, 0x70, 0x41, 0, 0xfc, 17, 0] },
  }

  it('marks as of context exactly those of which neither operands nor results are fixed', () => {
    const listed = all.filter((opcode) => SIGNATURES[opcode] === CONTEXT)
    expect(listed).toEqual(Object.keys(CONTEXTS).map(Number))
  })

  it.each(Object.entries(CONTEXTS))(
    'knows the immediates of instruction of context %i',
    (opcode, example) => {
      expect(IMMEDIATES[Number(opcode)]).toBe(IMMEDIATE[example.kind])
      const results = example.result === undefined ? [] : [example.result]
      // The local is a parameter of type f32, so that the function's own type has a result at most.
      expect(isValid([], results, example.body, [f32])).toBe(true)
    },
  )

  it('takes every instruction that V8 takes with some operands, but those of refused features', () => {
    for (const opcode of all.filter(
      (candidate) => IMMEDIATES[candidate] === IMMEDIATE.refused && candidate > FC,
    )) {
      // After `unreachable` any operands are there: only an unknown instruction, or its immediates, can be invalid.
      const head = headOf(opcode)
      const tries = [0, 1, 2, 3].map((count) => [0x00, ...head, ...new Array<number>(count).fill(0), 0x00])
      expect(
        tries.some((body) => isValid([], [], body)),
        name(opcode),
      ).toBe(false)
    }
  })
})

describe('a refused instruction', () => {
  it.each([
    [[0xfe, 0x4f], 'unknown opcode 0xfe 0x4f'],
    [[0xfb, 0], 'garbage collection'],
    [[0xfd, 0x100], 'relaxed SIMD'],
    [[0xfd, 0x113], 'relaxed SIMD'],
    [[0xfd, 0x114], 'unknown opcode 0xfd 0x114'],
    [[0xfd, 0x9a], 'unknown opcode 0xfd 0x9a'],
    [[0xfc, 0x13], 'wide arithmetic'],
    [[0xfc, 0xffffffff], 'unknown opcode 0xfc 0xffffffff'],
    [[0x14], 'typed function references'],
    [[0xd3], 'garbage collection'],
    [[0xd5], 'typed function references'],
    [[0xe3], 'stack switching'],
    [[0x27], 'unknown opcode 0x27'],
    [[0xff], 'unknown opcode 0xff'],
  ])('%j is named as %s', ([prefix, number], feature) => {
    expect(refusedFeature(prefix!, number)).toBe(feature)
  })

  it('of one byte has no immediates, a prefix neither', () => {
    const accepted = all.slice(0, 256).filter((opcode) => IMMEDIATES[opcode] !== IMMEDIATE.refused)
    expect(accepted.filter((opcode) => !refusedFeature(opcode).startsWith('unknown'))).toEqual([])
  })
})
