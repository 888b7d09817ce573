import {
  type ByteWriter,
  createByteWriter,
  unsignedBytes,
  writeByte,
  writeBytes,
  writeConstant,
  writeRange,
  writeSized,
  writeUnsigned,
} from './byte-writer.ts'
import { EDIT } from './edit-list.ts'
import { addType, type Injection } from './injection.ts'
import { FUNCTION_FORM, OP } from './instruction.ts'
import { STACK_SLOTS_MAX } from './limits.ts'
import type { ParsedModule } from './parsed-module.ts'
import { cursorOver, readU32 } from './reader.ts'
import { RESERVED } from './reserved-export.ts'
import type { Resources } from './resource-limits.ts'
import type { CodePlan } from './scan-code.ts'
import { SECTION, SECTION_ORDER } from './section.ts'
import { stackUse } from './stack-use.ts'
import { VALUE_TYPE } from './value-types.ts'
import { writeFunction } from './write-function.ts'
import { writeGrowMemory, writeGrowTable } from './write-grow.ts'

const HEADER_BYTES = 8
const MUTABLE = 1

/** Kinds of exports, as they are written. */
const FUNCTION_KIND = 0
const GLOBAL_KIND = 3

const utf8 = new TextEncoder()

/** Writes the instrumented module. */
export function writeModule(
  module: ParsedModule,
  plan: CodePlan,
  resources: Resources,
  canonicalNans: boolean,
): Uint8Array<ArrayBuffer> {
  const injection = createInjection(module, plan, canonicalNans)
  const helperTypes = writeCode(injection, resources)
  const code = injection.writer
  const writer = createByteWriter(module.bytes.length + code.length)
  writeRange(writer, module.bytes, 0, HEADER_BYTES)
  const rewritten: Readonly<Record<number, readonly ArrayLike<number>[] | ((to: ByteWriter) => void)>> = {
    [SECTION.type]: injection.addedTypes,
    [SECTION.function]: helperTypes.map(unsignedBytes),
    [SECTION.table]: (to) => writeTables(to, module, resources),
    [SECTION.memory]: (to) => writeMemory(to, module, resources),
    [SECTION.global]: meterGlobals(resources),
    [SECTION.export]: meterExports(injection),
    [SECTION.code]: (to) => {
      writeUnsigned(to, plan.functions.length + helperTypes.length)
      writeRange(to, code.bytes, 0, code.length)
    },
  }
  for (const id of SECTION_ORDER) {
    if (id === SECTION.start) continue
    const change = rewritten[id] ?? []
    const isThere = module.sections.has(id)
    if (typeof change === 'function') {
      if (isThere) writeSection(writer, id, change)
    } else if (isThere || change.length > 0) {
      writeSection(writer, id, (to) => writeExtended(to, module, id, change))
    }
  }
  return writer.bytes.slice(0, writer.length)
}

function createInjection(module: ParsedModule, plan: CodePlan, canonicalNans: boolean): Injection {
  const { edits } = plan
  const grownTables = new Set<number>()
  let growsMemory = false
  for (let edit = 0; edit < edits.count; edit++) {
    if (edits.kind[edit] === EDIT.growMemory) growsMemory = true
    if (edits.kind[edit] === EDIT.growTable) grownTables.add(edits.second[edit] ?? 0)
  }
  const growMemory = growsMemory ? module.functions.length : undefined
  const firstTable = module.functions.length + (growsMemory ? 1 : 0)
  return {
    ...{ module, plan, canonicalNans, growMemory, addedTypes: [] },
    stackUse: stackUse(module, plan),
    writer: createByteWriter(module.bytes.length * 2),
    fuel: module.globals.length,
    depth: module.globals.length + 1,
    growTable: new Map(Array.from(grownTables, (table, place) => [table, firstTable + place])),
  }
}

/** Writes all function bodies, then those of the meter's own functions, whose types are returned. */
function writeCode(injection: Injection, { pages, elements }: Resources): number[] {
  const { module, plan, growMemory, growTable } = injection
  const { i32 } = VALUE_TYPE
  for (const planned of plan.functions) writeFunction(injection, planned)
  const types: number[] = []
  if (growMemory !== undefined) {
    writeGrowMemory(injection, pages)
    types.push(addType(injection, [FUNCTION_FORM, 1, i32, 1, i32]))
  }
  for (const table of growTable.keys()) {
    writeGrowTable(injection, table, elements[table] ?? 0)
    types.push(addType(injection, [FUNCTION_FORM, 2, module.tables[table]?.type ?? 0, i32, 1, i32]))
  }
  return types
}

function writeSection(writer: ByteWriter, id: number, write: (to: ByteWriter) => void): void {
  writeByte(writer, id)
  writeSized(writer, write)
}

/** A vector as it was, with more entries at its end. */
function writeExtended(
  writer: ByteWriter,
  { bytes, sections }: ParsedModule,
  id: number,
  more: readonly ArrayLike<number>[],
): void {
  const range = sections.get(id)
  const cursor = cursorOver(bytes, range?.at ?? 0, range?.end ?? 0)
  if (range !== undefined && more.length === 0) return writeRange(writer, bytes, range.at, range.end)
  writeUnsigned(writer, (range === undefined ? 0 : readU32(cursor)) + more.length)
  writeRange(writer, bytes, cursor.at, cursor.end)
  for (const entry of more) writeBytes(writer, entry)
}

function writeTables(writer: ByteWriter, { tables }: ParsedModule, { elements }: Resources): void {
  writeUnsigned(writer, tables.length)
  tables.forEach(({ type, min }, table) => {
    writeBytes(writer, [type, 1])
    writeUnsigned(writer, min)
    writeUnsigned(writer, elements[table] ?? min)
  })
}

function writeMemory(writer: ByteWriter, { memory }: ParsedModule, { pages }: Resources): void {
  writeUnsigned(writer, memory === undefined ? 0 : 1)
  if (memory === undefined) return
  writeByte(writer, 1)
  writeUnsigned(writer, memory.min)
  writeUnsigned(writer, pages)
}

/** Fuel, which begins with what instantiation costs and is given the rest from outside; and depth. */
function meterGlobals({ units }: Resources): ArrayLike<number>[] {
  return [-units, STACK_SLOTS_MAX].map((value) => {
    const writer = createByteWriter(16)
    writeBytes(writer, [VALUE_TYPE.i64, MUTABLE])
    writeConstant(writer, value)
    writeByte(writer, OP.end)
    return writer.bytes.subarray(0, writer.length)
  })
}

function meterExports({ module, fuel, depth }: Injection): ArrayLike<number>[] {
  const exports = [
    [RESERVED.fuel, GLOBAL_KIND, fuel],
    [RESERVED.depth, GLOBAL_KIND, depth],
  ] as [string, number, number][]
  if (module.start !== undefined) exports.push([RESERVED.start, FUNCTION_KIND, module.start])
  return exports.map(([name, kind, index]) => {
    const bytes = utf8.encode(name)
    return [...unsignedBytes(bytes.length), ...bytes, kind, ...unsignedBytes(index)]
  })
}
