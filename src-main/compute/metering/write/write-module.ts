import {
  type ByteWriter,
  createByteWriter,
  writeByte,
  writeBytes,
  writeConstant,
  writeIndexed,
  writeRange,
  writeSized,
  writeUnsigned,
  writtenBytes,
} from './byte-writer.ts'
import { FUNCTION_KIND, GLOBAL_KIND, MEMORY_KIND } from '../parse/declaration.ts'
import type { FunctionPlan } from '../scan/function-plan.ts'
import { addType, type Injection } from './injection.ts'
import { OP } from './instruction.ts'
import { STACK_SLOTS_MAX } from '../limits.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import { prepayCalls } from '../scan/prepay-calls.ts'
import { cursorOver, readU32 } from '../parse/reader.ts'
import { RESERVED } from '../parse/reserved-export.ts'
import type { Resources } from '../parse/resource-limits.ts'
import type { CodePlan } from '../scan/scan-code.ts'
import { SECTION, SECTION_ORDER } from '../parse/section.ts'
import { PASSING, stackUse } from '../scan/stack-use.ts'
import { VALUE_TYPE } from '../parse/value-types.ts'
import { writeEntrance } from './write-entrance.ts'
import { writeFunction } from './write-function.ts'
import { writeGrowMemory, writeGrowTable } from './write-grow.ts'

/** Room for what the meter adds besides code: globals, exports, a few types. */
const ADDED_BYTES = 4_096

/** Sections that an instrumented module has even if the original had none. */
function isAdded({ tables, memory }: ParsedModule, id: number): boolean {
  if (id === SECTION.table) return tables.length > 0
  if (id === SECTION.memory) return memory !== undefined
  return id === SECTION.global || id === SECTION.export
}

const HEADER_BYTES = 8
const MUTABLE = 1

const utf8 = new TextEncoder()

/** Writes the instrumented module. */
export function writeModule(
  module: ParsedModule,
  plan: CodePlan,
  resources: Resources,
  canonicalNans: boolean,
): Uint8Array<ArrayBuffer> {
  const injection = createInjection(module, plan, canonicalNans)
  const types = writeCode(injection, resources)
  const code = injection.writer
  const { at = 0, end = 0 } = module.sections.get(SECTION.code) ?? {}
  const writer = createByteWriter(module.bytes.length - (end - at) + code.length + ADDED_BYTES)
  writeRange(writer, module.bytes, 0, HEADER_BYTES)
  const rewritten: Readonly<Record<number, (to: ByteWriter) => void>> = {
    [SECTION.type]: (to) => writeTypes(to, injection),
    [SECTION.import]: (to) => writeImports(to, module),
    [SECTION.function]: (to) => writeVector(to, types, writeUnsigned),
    [SECTION.table]: (to) => writeTables(to, module, resources),
    [SECTION.memory]: (to) => writeMemory(to, module, resources),
    [SECTION.global]: (to) => writeGlobals(to, module, resources),
    [SECTION.export]: (to) => writeExports(to, injection),
    [SECTION.code]: (to) => {
      writeUnsigned(to, types.length)
      writeRange(to, code.bytes, 0, code.length)
    },
  }
  for (const id of SECTION_ORDER) {
    if (id === SECTION.start || !(module.sections.has(id) || isAdded(module, id))) continue
    writeByte(writer, id)
    writeSized(writer, rewritten[id] ?? ((to) => copySection(to, module, id)))
  }
  return writtenBytes(writer)
}

function createInjection(module: ParsedModule, plan: CodePlan, canonicalNans: boolean): Injection {
  const { growsMemory, grownTables } = plan
  const stack = stackUse(module, plan)
  const growMemory = growsMemory ? module.functions.length : undefined
  const firstTable = module.functions.length + (growsMemory ? 1 : 0)
  return {
    ...{
      module,
      plan,
      canonicalNans,
      growMemory,
      addedTypes: { encoded: [], index: new Map(), longer: new Map() },
    },
    stack,
    prepaid: prepayCalls(module, plan, stack),
    writer: createByteWriter(module.bytes.length * 1.5),
    fuel: module.globals.length,
    depth: module.globals.length + 1,
    growTable: new Map(Array.from(grownTables, (table, place) => [table, firstTable + place])),
    moved: new Map(
      plan.functions
        .filter((_, defined) => stack.passing[defined] === PASSING.entrance)
        .map(({ index }, place) => [index, firstTable + grownTables.size + place]),
    ),
  }
}

/** Writes all functions, and those that are added; returns the index of each one's type. */
function writeCode(injection: Injection, { pages, elements }: Resources): number[] {
  const { module, plan, stack, growMemory, growTable } = injection
  const { i32 } = VALUE_TYPE
  const types: number[] = []
  const moved: FunctionPlan[] = []
  plan.functions.forEach((planned, defined) => {
    const passing = stack.passing[defined]
    types.push(passing === PASSING.parameter ? longerType(injection, planned) : planned.type)
    if (passing === PASSING.entrance) {
      moved.push(planned)
      writeEntrance(injection, planned)
    } else writeFunction(injection, planned)
  })
  if (growMemory !== undefined) {
    writeGrowMemory(injection, pages)
    types.push(addType(injection, [i32], [i32]))
  }
  for (const table of growTable.keys()) {
    writeGrowTable(injection, table, elements[table] ?? 0)
    types.push(addType(injection, [module.tables[table]?.type ?? 0, i32], [i32]))
  }
  for (const planned of moved) {
    writeFunction(injection, planned)
    types.push(longerType(injection, planned))
  }
  return types
}

/** A function's type, with the depth as another parameter. */
function longerType(injection: Injection, { type }: FunctionPlan): number {
  const { module, addedTypes } = injection
  const known = addedTypes.longer.get(type)
  if (known !== undefined) return known
  const { params = [], results = [] } = module.types[type] ?? {}
  const longer = addType(injection, [...Array.from(params), VALUE_TYPE.i64], results)
  addedTypes.longer.set(type, longer)
  return longer
}

function copySection(writer: ByteWriter, { bytes, sections }: ParsedModule, id: number): void {
  const { at, end } = sections.get(id) ?? { at: 0, end: 0 }
  writeRange(writer, bytes, at, end)
}

/** The entries of a vector as they were, with `more` after them. */
function writeExtended(writer: ByteWriter, module: ParsedModule, id: number, more: number): void {
  const { at, end } = module.sections.get(id) ?? { at: 0, end: 0 }
  const cursor = cursorOver(module.bytes, at, end)
  writeUnsigned(writer, (at === end ? 0 : readU32(cursor)) + more)
  writeRange(writer, module.bytes, cursor.at, end)
}

function writeVector<T>(
  writer: ByteWriter,
  entries: readonly T[],
  write: (to: ByteWriter, entry: T) => void,
): void {
  writeUnsigned(writer, entries.length)
  for (const entry of entries) write(writer, entry)
}

function writeTypes(writer: ByteWriter, { module, addedTypes }: Injection): void {
  writeExtended(writer, module, SECTION.type, addedTypes.encoded.length)
  for (const type of addedTypes.encoded) writeBytes(writer, type)
}

/** Functions only: whatever else was imported is the module's own from here on, fresh in each instance. */
function writeImports(writer: ByteWriter, { imports }: ParsedModule): void {
  writeVector(writer, imports, (to, { module, name, type }) => {
    writeName(to, module)
    writeName(to, name)
    writeIndexed(to, FUNCTION_KIND, type)
  })
}

function writeName(writer: ByteWriter, name: string): void {
  const bytes = utf8.encode(name)
  writeUnsigned(writer, bytes.length)
  writeBytes(writer, bytes)
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

/**
 * Those that it imported, zero or null; the module's own; then fuel, which begins with what instantiation costs and is
 * given from outside; and depth.
 */
function writeGlobals(writer: ByteWriter, module: ParsedModule, { units }: Resources): void {
  const added = [-units, STACK_SLOTS_MAX]
  const own = module.globals.length - module.givenGlobals.length
  const { at, end } = module.sections.get(SECTION.global) ?? { at: 0, end: 0 }
  const cursor = cursorOver(module.bytes, at, end)
  if (at !== end) readU32(cursor)
  writeUnsigned(writer, module.givenGlobals.length + own + added.length)
  for (const { type, isMutable } of module.givenGlobals) {
    writeBytes(writer, [type, isMutable ? MUTABLE : 0, ...(ZEROS[type] ?? [OP_REF_NULL, type]), OP.end])
  }
  writeRange(writer, module.bytes, cursor.at, end)
  for (const value of added) {
    writeBytes(writer, [VALUE_TYPE.i64, MUTABLE])
    writeConstant(writer, value)
    writeByte(writer, OP.end)
  }
}

const OP_REF_NULL = 0xd0
/** By value type: the constant zero. That of a reference is null, whose heap type is written as the type is. */
const ZEROS: Readonly<Record<number, readonly number[]>> = {
  [VALUE_TYPE.i32]: [0x41, 0],
  [VALUE_TYPE.i64]: [0x42, 0],
  [VALUE_TYPE.f32]: [0x43, 0, 0, 0, 0],
  [VALUE_TYPE.f64]: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  [VALUE_TYPE.v128]: [0xfd, 12, ...Array.from({ length: 16 }, () => 0)],
}

/** As which a memory is exported that the module imports: linkers leave it to the host, which then has it anyway. */
export const MEMORY_NAME = 'memory'

/** Whether the memory is exported besides: nothing else of its name is. */
export function exportsMemory({ isMemoryImported, exports }: ParsedModule): boolean {
  return isMemoryImported && !exports.some(({ name }) => name === MEMORY_NAME)
}

/** The module's own; then the meter's. */
function writeExports(writer: ByteWriter, { module, fuel, depth }: Injection): void {
  const added: (readonly [string, number, number])[] = [
    [RESERVED.fuel, GLOBAL_KIND, fuel],
    [RESERVED.depth, GLOBAL_KIND, depth],
  ]
  if (module.start !== undefined) added.push([RESERVED.start, FUNCTION_KIND, module.start])
  if (exportsMemory(module)) added.push([MEMORY_NAME, MEMORY_KIND, 0])
  writeExtended(writer, module, SECTION.export, added.length)
  for (const [name, kind, index] of added) {
    writeName(writer, name)
    writeIndexed(writer, kind, index)
  }
}
