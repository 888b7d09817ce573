import type { ConstantScope } from './constant-expression.ts'
import * as declaration from './declaration.ts'
import { readFunctionType } from './function-type.ts'
import * as limits from '../limits.ts'
import { moduleSections, type ModuleSections } from './module-sections.ts'
import type { GivenGlobal, Limits, ParsedImport, ParsedModule, Segments, Table } from './parsed-module.ts'
import { type Cursor, readCount, readU32, skipBytes } from './reader.ts'
import { refuseModule } from '../refusal.ts'
import { SECTION } from './section.ts'
import { readDataSegments, readElementSegments } from './segment.ts'

/**
 * Reads a module's sections strictly, in their order, and finds its function bodies.
 *
 * @throws FaultError `module-refused`, with what and where, for anything that the sandbox does not take
 */
export function parseModule(bytes: Uint8Array): ParsedModule {
  const sections = moduleSections(bytes)
  const { section, vector, withGiven } = sections
  const types = vector(SECTION.type, 'types', limits.TYPES_MAX, readFunctionType)
  const readType = (cursor: Cursor) => declaration.readIndex(cursor, types.length, 'type')
  const given = readImports(sections, types.length)
  const defined = vector(SECTION.function, 'functions', limits.FUNCTIONS_MAX, readType)
  const functions = [...given.functions.map(({ type }) => type), ...defined]
  const tables = withGiven(given.tables, SECTION.table, 'tables', limits.TABLES_MAX, declaration.readTable)
  const memories = readMemories(sections, given.memories)
  const tags = vector(SECTION.tag, 'tags', limits.TAGS_MAX, (cursor) =>
    declaration.readTag(cursor, types.length),
  )
  const referenced = new Set<number>()
  const scopeOf = (globals: number): ConstantScope => ({
    ...{ globals, functions: functions.length },
    onFunction: (index) => void referenced.add(index),
  })
  const globals = readGlobals(sections, given.globals, scopeOf)
  const scope = scopeOf(globals.length)
  const counts = [functions.length, tables.length, memories.length, globals.length, tags.length]
  const exports = vector(SECTION.export, 'exports', limits.EXPORTS_MAX, (cursor) =>
    declaration.readExport(cursor, counts),
  )
  const start = section<number | undefined>(SECTION.start, undefined, (cursor) =>
    declaration.readIndex(cursor, functions.length, 'function'),
  )
  const elements = section(SECTION.element, NO_SEGMENTS, (cursor) =>
    readElementSegments(cursor, tables.length, scope),
  )
  const announced = readDataCount(sections)
  const bodies = readBodies(sections, defined.length)
  const data = readData(sections, announced, memories.length, scope)
  return {
    ...{ bytes, sections: sections.found, types, imports: given.functions, functions, tables },
    ...{ memory: memories[0], isMemoryImported: given.memories.length > 0 },
    ...{ tags, globals, givenGlobals: given.globals, exports, start },
    ...{ elements, data, dataCounted: announced !== undefined, referenced, bodies },
  }
}

const NO_SEGMENTS: Segments = { segments: 0, active: 0 }

/** A module's imports, by kind, in their order. */
interface Given {
  readonly functions: readonly ParsedImport[]
  readonly tables: readonly Table[]
  readonly memories: readonly Limits[]
  readonly globals: readonly GivenGlobal[]
}

function readImports({ vector }: ModuleSections, types: number): Given {
  const known = new Set<string>()
  const imported = vector(SECTION.import, 'imports', limits.IMPORTS_MAX, (cursor) =>
    declaration.readImport(cursor, types, known),
  )
  return {
    functions: imported.flatMap((one) => (one.kind === 'function' ? [one.import] : [])),
    tables: imported.flatMap((one) => (one.kind === 'table' ? [one.table] : [])),
    memories: imported.flatMap((one) => (one.kind === 'memory' ? [one.memory] : [])),
    globals: imported.flatMap((one) => (one.kind === 'global' ? [one.global] : [])),
  }
}

function readMemories({ withGiven }: ModuleSections, given: readonly Limits[]): Limits[] {
  const what = 'memories (multi-memory)'
  return withGiven(given, SECTION.memory, what, limits.MEMORIES_MAX, declaration.readMemory)
}

/** The globals' value types. The initial value of each may name those before it. */
function readGlobals(
  { withGiven }: ModuleSections,
  given: readonly GivenGlobal[],
  scopeOf: (globals: number) => ConstantScope,
): number[] {
  const types = given.map(({ type }) => type)
  return withGiven(types, SECTION.global, 'globals', limits.GLOBALS_MAX, (cursor, index) =>
    declaration.readGlobal(cursor, scopeOf(index)),
  )
}

/** How many data segments are announced, in front of the code; undefined where that section is missing. */
function readDataCount({ section }: ModuleSections): number | undefined {
  return section<number | undefined>(SECTION.dataCount, undefined, (cursor) =>
    readCount(cursor, 'data segments', limits.DATA_SEGMENTS_MAX),
  )
}

function readData(
  { section }: ModuleSections,
  announced: number | undefined,
  memories: number,
  scope: ConstantScope,
): Segments {
  const data = section(SECTION.data, NO_SEGMENTS, (cursor) => readDataSegments(cursor, memories, scope))
  if (announced !== undefined && announced !== data.segments) {
    refuseModule(`${announced} data segments announced, ${data.segments} there`)
  }
  return data
}

type Body = ParsedModule['bodies'][number]

function readBodies({ vector }: ModuleSections, defined: number): Body[] {
  const bodies = vector(SECTION.code, 'function bodies', limits.FUNCTIONS_MAX, readBody)
  if (bodies.length !== defined) refuseModule(`${defined} functions and ${bodies.length} bodies`)
  return bodies
}

/** Where a body lies. @throws FaultError `module-refused` when it is longer than the section or the limit */
function readBody(cursor: Cursor): Body {
  const from = cursor.at
  const size = readU32(cursor)
  if (size > limits.BODY_BYTES_MAX) {
    refuseModule(`a function of ${size} bytes is over the limit ${limits.BODY_BYTES_MAX}`, from)
  }
  const at = cursor.at
  skipBytes(cursor, size)
  return { at, end: cursor.at }
}
