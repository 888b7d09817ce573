/**
 * Reads a module for the interpreter beside this file. Written apart from the meter's own reader, so that a mistake
 * in one is not repeated in the other; only the table of immediates is shared. It trusts what it reads.
 */
import { FC, FD, IMMEDIATE, IMMEDIATES } from '../parse/opcodes.ts'

/** An instruction with its immediates; `target` is where a block ends, and for `if` where its `else` begins. */
export interface Instruction {
  readonly code: number
  readonly a: number | bigint
  readonly b: number
  readonly labels: readonly number[]
  end: number
  otherwise: number
}

/** A function's type: value types as bytes. */
export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

/** A function, ready to run. */
export interface InterpretedFunction {
  readonly type: FunctionType
  /** Types of locals, parameters included. */
  readonly locals: readonly number[]
  readonly code: readonly Instruction[]
}

/** The parts of a module that the interpreter needs. */
export interface InterpretedModule {
  readonly types: readonly FunctionType[]
  readonly functions: readonly InterpretedFunction[]
  readonly exports: ReadonlyMap<string, number>
  /** Exports of all kinds. */
  readonly exportCount: number
  readonly segmentCount: number
  readonly globals: (number | bigint)[]
  readonly pages: number
  readonly pagesMax: number
  readonly table: (number | null)[]
  readonly data: readonly { readonly at: number; readonly bytes: Uint8Array }[]
  readonly start: number | null
}

/** Walks over bytes. */
class Cursor {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  byte(): number {
    const value = this.bytes[this.at++]
    if (value === undefined) throw new Error('the module ends too early')
    return value
  }

  signed(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asIntN(Number(shift) + 7, value)
    }
  }

  unsigned(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.unsigned() }, item)
  }

  take(length: number): Uint8Array {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  float(length: 4 | 8): number {
    const view = new DataView(this.take(length).slice().buffer)
    return length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true)
  }
}

/** A module while its sections are read. */
interface Reading {
  readonly types: FunctionType[]
  readonly typeIndices: number[]
  readonly functions: InterpretedFunction[]
  readonly exports: Map<string, number>
  exportCount: number
  readonly globals: (number | bigint)[]
  readonly table: (number | null)[]
  readonly data: { at: number; bytes: Uint8Array }[]
  pages: number
  pagesMax: number
  start: number | null
  segmentCount: number
}

/** Reads a section's content, by the section's number. */
const SECTIONS: Readonly<Record<number, (cursor: Cursor, module: Reading) => void>> = {
  1: (cursor, { types }) => {
    const read = () => {
      cursor.byte()
      const params = cursor.list(() => cursor.byte())
      return { params, results: cursor.list(() => cursor.byte()) }
    }
    types.push(...cursor.list(read))
  },
  2: () => {
    throw new Error('the interpreter has no imports')
  },
  3: (cursor, { typeIndices }) => {
    typeIndices.push(...cursor.list(() => cursor.unsigned()))
  },
  4: (cursor, { table }) => {
    cursor.unsigned()
    cursor.byte()
    const bounded = cursor.byte() === 1
    const least = cursor.unsigned()
    if (bounded) cursor.unsigned()
    for (let i = 0; i < least; i++) table.push(null)
  },
  5: (cursor, module) => {
    cursor.unsigned()
    const bounded = cursor.byte() === 1
    module.pages = cursor.unsigned()
    if (bounded) module.pagesMax = cursor.unsigned()
  },
  6: (cursor, { globals }) => {
    cursor.list(() => {
      cursor.take(2)
      globals.push(constantOf(cursor, globals))
    })
  },
  7: (cursor, module) => {
    cursor.list(() => {
      const name = Buffer.from(cursor.take(cursor.unsigned())).toString()
      const kind = cursor.byte()
      const index = cursor.unsigned()
      if (kind === 0) module.exports.set(name, index)
      module.exportCount++
    })
  },
  8: (cursor, module) => {
    module.start = cursor.unsigned()
  },
  9: (cursor, module) => {
    cursor.list(() => {
      if (cursor.unsigned() !== 0) throw new Error('an element segment of an unknown kind')
      module.segmentCount++
      const at = Number(constantOf(cursor, module.globals))
      for (const [i, index] of cursor.list(() => cursor.unsigned()).entries()) module.table[at + i] = index
    })
  },
  10: (cursor, { types, typeIndices, functions }) => {
    for (let left = cursor.unsigned(); left > 0; left--) {
      const type = types[typeIndices[functions.length] ?? -1]
      if (type === undefined) throw new Error('a function without a type')
      functions.push(functionOf(cursor, type))
    }
  },
  11: (cursor, module) => {
    cursor.list(() => {
      if (cursor.unsigned() !== 0) throw new Error('a data segment of an unknown kind')
      module.segmentCount++
      const at = Number(constantOf(cursor, module.globals))
      module.data.push({ at, bytes: cursor.take(cursor.unsigned()) })
    })
  },
}

/** Reads a valid module without imports. Throws at what the interpreter does not know. */
export function interpretedModule(bytes: Uint8Array): InterpretedModule {
  const cursor = new Cursor(bytes)
  cursor.take(8)
  const module: Reading = {
    ...{ types: [], typeIndices: [], functions: [], exports: new Map(), exportCount: 0 },
    ...{ globals: [], table: [], data: [], pages: 0, pagesMax: 65_536, start: null, segmentCount: 0 },
  }
  while (cursor.at < bytes.length) {
    const id = cursor.byte()
    const size = cursor.unsigned()
    const end = cursor.at + size
    SECTIONS[id]?.(cursor, module)
    cursor.at = end
  }
  return module
}

function constantOf(cursor: Cursor, globals: readonly (number | bigint)[]): number | bigint {
  const code = cursor.byte()
  const value =
    code === 0x41
      ? Number(cursor.signed())
      : code === 0x42
        ? cursor.signed()
        : code === 0x43 || code === 0x44
          ? cursor.float(code === 0x43 ? 4 : 8)
          : (globals[cursor.unsigned()] ?? 0)
  if (cursor.byte() !== 0x0b) throw new Error('a constant expression of more than one instruction')
  return value
}

function functionOf(cursor: Cursor, type: FunctionType): InterpretedFunction {
  const end = cursor.unsigned() + cursor.at
  const locals = [...type.params]
  cursor.list(() => {
    const count = cursor.unsigned()
    const local = cursor.byte()
    for (let i = 0; i < count; i++) locals.push(local)
  })
  const code: Instruction[] = []
  while (cursor.at < end) code.push(instruction(cursor))
  linkBlocks(code)
  return { type, locals, code }
}

function instruction(cursor: Cursor): Instruction {
  const first = cursor.byte()
  const code = first === 0xfc ? FC | cursor.unsigned() : first === 0xfd ? FD | cursor.unsigned() : first
  let a: number | bigint = 0
  let b = 0
  let labels: number[] = []
  switch (IMMEDIATES[code]) {
    case IMMEDIATE.none:
      break
    case IMMEDIATE.blockType:
      a = Number(cursor.signed())
      break
    case IMMEDIATE.labels:
      labels = cursor.list(() => cursor.unsigned())
      a = cursor.unsigned()
      break
    case IMMEDIATE.indirectCall:
      a = cursor.unsigned()
      b = cursor.unsigned()
      break
    case IMMEDIATE.memoryArgument:
      b = cursor.unsigned()
      a = cursor.unsigned()
      break
    case IMMEDIATE.valueTypes:
      cursor.list(() => cursor.byte())
      break
    case IMMEDIATE.memoryMemory:
      cursor.take(2)
      break
    case IMMEDIATE.i32:
      a = Number(cursor.signed())
      break
    case IMMEDIATE.i64:
      a = cursor.signed()
      break
    case IMMEDIATE.f32:
    case IMMEDIATE.f64:
      a = cursor.float(IMMEDIATES[code] === IMMEDIATE.f32 ? 4 : 8)
      break
    case IMMEDIATE.label:
    case IMMEDIATE.function:
    case IMMEDIATE.local:
    case IMMEDIATE.global:
    case IMMEDIATE.memory:
      a = cursor.unsigned()
      break
    default:
      throw new Error(`the interpreter does not know instruction 0x${code.toString(16)}`)
  }
  return { code, a, b, labels, end: 0, otherwise: 0 }
}

function linkBlocks(code: readonly Instruction[]): void {
  const open: Instruction[] = []
  for (const [at, one] of code.entries()) {
    if (one.code >= 0x02 && one.code <= 0x04) open.push(one)
    const block = open[open.length - 1]
    if (one.code === 0x05 && block) block.otherwise = at
    if (one.code === 0x0b && block) {
      block.end = at
      open.pop()
    }
  }
}
