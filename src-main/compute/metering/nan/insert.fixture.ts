/** Opens modules for tests of the NaN analysis and puts its patches in, without the meter: only for valid modules. */
import type { FunctionCode, FunctionType, LocalRun, ModuleTypes } from '../parse/function-code.ts'
import type { NanPatch } from './patch.ts'
import { type CodeCursor, readByte, readIndex, readOpcode, skipImmediates } from './flow/cursor.ts'
import { canonicalSequence, SCRATCH_TYPE } from './sequence.ts'
import type { NanShape } from './flow/shapes.ts'

interface OpenModule {
  readonly types: ModuleTypes
  readonly functions: readonly FunctionCode[]
  /** the bytes around the code section */
  readonly before: Uint8Array
  readonly after: Uint8Array
}

function listOf<T>(cursor: CodeCursor, read: (cursor: CodeCursor) => T): T[] {
  return Array.from({ length: readIndex(cursor) }, () => read(cursor))
}

function readType(cursor: CodeCursor): FunctionType {
  readByte(cursor)
  return { params: listOf(cursor, readByte), results: listOf(cursor, readByte) }
}

function readGlobal(cursor: CodeCursor): number {
  const type = readByte(cursor)
  readByte(cursor)
  for (let opcode = readOpcode(cursor); opcode !== 0x0b; opcode = readOpcode(cursor))
    skipImmediates(cursor, opcode)
  return type
}

function readTag(cursor: CodeCursor): number {
  readByte(cursor)
  return readIndex(cursor)
}

function readLocals(cursor: CodeCursor): LocalRun {
  return { count: readIndex(cursor), type: readByte(cursor) }
}

/** A module's types and bodies. Of imports it knows functions and globals. */
export function openModule(bytes: Uint8Array): OpenModule {
  const types: { types: FunctionType[]; functions: number[]; globals: number[]; tags: number[] } = {
    types: [],
    functions: [],
    globals: [],
    tags: [],
  }
  let imported = 0
  const functions: FunctionCode[] = []
  let [before, after] = [bytes, bytes]
  const readImport = (cursor: CodeCursor) => {
    for (const _ of ['module', 'name']) cursor.at += readIndex(cursor)
    if (readByte(cursor) === 0) imported = types.functions.push(readIndex(cursor))
    else types.globals.push(readByte(cursor) + 0 * readByte(cursor))
  }
  const readBody = (cursor: CodeCursor) => {
    const end = readIndex(cursor) + cursor.at
    const locals = listOf(cursor, readLocals)
    const type = types.functions[imported + functions.length] ?? 0
    functions.push({ bytes, start: cursor.at, end, type, locals })
    cursor.at = end
  }
  for (let at = 8; at < bytes.length;) {
    const cursor: CodeCursor = { bytes, end: bytes.length, at }
    const id = readByte(cursor)
    const end = readIndex(cursor) + cursor.at
    if (id === 1) types.types = listOf(cursor, readType)
    if (id === 2) listOf(cursor, readImport)
    if (id === 3) types.functions.push(...listOf(cursor, readIndex))
    if (id === 6) types.globals.push(...listOf(cursor, readGlobal))
    if (id === 13) types.tags = listOf(cursor, readTag)
    if (id === 10) {
      listOf(cursor, readBody)
      ;[before, after] = [bytes.subarray(0, at), bytes.subarray(end)]
    }
    at = end
  }
  return { types, functions, before, after }
}

/** How a test makes the value on top of the stack canonical. */
export type Sequence = (shape: NanShape, scratch: number) => Uint8Array

/** The module with the patches that `find` gives for each of its functions. */
export function patchModule(
  bytes: Uint8Array,
  find: (types: ModuleTypes, code: FunctionCode) => readonly NanPatch[],
  sequence: Sequence = canonicalSequence,
): Uint8Array<ArrayBuffer> {
  const { types, functions, before, after } = openModule(bytes)
  if (functions.length === 0) return Uint8Array.from(bytes)
  const bodies = functions.map((code) => {
    const body = patchBody(code, types, find(types, code), sequence)
    return [uleb(body.length), body]
  })
  const content = concat([uleb(functions.length), ...bodies.flat()])
  return concat([before, [10], uleb(content.length), content, after])
}

const SHAPES = ['f32', 'f64', 'f32x4', 'f64x2'] as const

function patchBody(
  code: FunctionCode,
  types: ModuleTypes,
  patches: readonly NanPatch[],
  sequence: Sequence,
): Uint8Array {
  const params = types.types[code.type]?.params.length ?? 0
  const scratch = code.locals.reduce((sum, run) => sum + run.count, params)
  const sequences = new Map(SHAPES.map((shape, index) => [shape, sequence(shape, scratch + index)]))
  const parts: (Uint8Array | number[])[] = [uleb(code.locals.length + SHAPES.length)]
  for (const run of code.locals) parts.push(uleb(run.count), [run.type])
  for (const shape of SHAPES) parts.push([1, SCRATCH_TYPE[shape]])
  let at = code.start
  for (const patch of patches) {
    parts.push(code.bytes.subarray(at, patch.at), sequences.get(patch.shape) ?? [])
    at = patch.at
  }
  return concat([...parts, code.bytes.subarray(at, code.end)])
}

/** An unsigned LEB128 integer. */
export function uleb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...uleb(value >>> 7)]
}

function concat(parts: readonly (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
