import type { ConstantScope } from './constant-expression.ts'
import * as declaration from './declaration.ts'
import { readFunctionType } from './function-type.ts'
import * as limits from '../limits.ts'
import type { ParsedModule } from './parsed-module.ts'
import { type Cursor, readCount, readU32, skipBytes } from './reader.ts'
import { refuseModule } from '../refusal.ts'
import { readSection, readSections, SECTION } from './section.ts'
import { readDataSegments, readElementSegments } from './segment.ts'

/**
 * Reads a module's sections strictly, in their order, and finds its function bodies.
 *
 * @throws FaultError `module-refused`, with what and where, for anything that the sandbox does not take
 */
export function parseModule(bytes: Uint8Array): ParsedModule {
  const sections = readSections(bytes)
  const section = <T>(id: number, none: T, read: (cursor: Cursor) => T) =>
    readSection(bytes, sections, id, none, read)
  const vector = <T>(id: number, what: string, max: number, read: (cursor: Cursor, index: number) => T) =>
    section<T[]>(id, [], (cursor) => declaration.readVector(cursor, what, max, read))

  const types = vector(SECTION.type, 'types', limits.TYPES_MAX, readFunctionType)
  const readType = (cursor: Cursor) => declaration.readIndex(cursor, types.length, 'type')
  const known = new Set<string>()
  const imported = vector(SECTION.import, 'imports', limits.IMPORTS_MAX, (cursor) =>
    declaration.readImport(cursor, types.length, known),
  )
  const imports = imported.flatMap((one) => (one.kind === 'function' ? [one.import] : []))
  const givenTables = imported.flatMap((one) => (one.kind === 'table' ? [one.table] : []))
  const givenMemories = imported.flatMap((one) => (one.kind === 'memory' ? [one.memory] : []))
  const givenGlobals = imported.flatMap((one) => (one.kind === 'global' ? [one.global] : []))
  const defined = vector(SECTION.function, 'functions', limits.FUNCTIONS_MAX, readType)
  const functions = [...imports.map(({ type }) => type), ...defined]
  /** Those of the module's own after those that it imports; together they are as many as its own may be. */
  const withGiven = <T>(
    given: readonly T[],
    id: number,
    what: string,
    max: number,
    read: (cursor: Cursor, index: number) => T,
  ): T[] => {
    const own = vector(id, what, max, (cursor, index) => read(cursor, given.length + index))
    const all = given.length + own.length
    if (all > max) refuseModule(`${all} ${what} are over the limit ${max}`)
    return [...given, ...own]
  }
  const tables = withGiven(givenTables, SECTION.table, 'tables', limits.TABLES_MAX, declaration.readTable)
  const memories = withGiven(
    givenMemories,
    SECTION.memory,
    'memories (multi-memory)',
    limits.MEMORIES_MAX,
    declaration.readMemory,
  )
  const tags = vector(SECTION.tag, 'tags', limits.TAGS_MAX, (cursor) =>
    declaration.readTag(cursor, types.length),
  )

  const referenced = new Set<number>()
  const onFunction = (index: number) => void referenced.add(index)
  const scopeOf = (count: number): ConstantScope => ({
    globals: count,
    functions: functions.length,
    onFunction,
  })
  const globals = withGiven(
    givenGlobals.map(({ type }) => type),
    SECTION.global,
    'globals',
    limits.GLOBALS_MAX,
    (cursor, index) => declaration.readGlobal(cursor, scopeOf(index)),
  )
  const scope = scopeOf(globals.length)
  const counts = [functions.length, tables.length, memories.length, globals.length, tags.length]
  const exports = vector(SECTION.export, 'exports', limits.EXPORTS_MAX, (cursor) =>
    declaration.readExport(cursor, counts),
  )
  const start = section<number | undefined>(SECTION.start, undefined, (cursor) =>
    declaration.readIndex(cursor, functions.length, 'function'),
  )
  const none = { segments: 0, active: 0 }
  const elements = section(SECTION.element, none, (cursor) =>
    readElementSegments(cursor, tables.length, scope),
  )
  const announced = section<number | undefined>(SECTION.dataCount, undefined, (cursor) =>
    readCount(cursor, 'data segments', limits.DATA_SEGMENTS_MAX),
  )
  const bodies = vector(SECTION.code, 'function bodies', limits.FUNCTIONS_MAX, readBody)
  if (bodies.length !== defined.length) {
    refuseModule(`${defined.length} functions and ${bodies.length} bodies`)
  }
  const data = section(SECTION.data, none, (cursor) => readDataSegments(cursor, memories.length, scope))
  if (announced !== undefined && announced !== data.segments) {
    refuseModule(`${announced} data segments announced, ${data.segments} there`)
  }

  const dataCounted = announced !== undefined
  const memory = memories[0]
  return {
    ...{ bytes, sections, types, imports, functions, tables, memory, tags, globals, exports, start },
    ...{ elements, data, dataCounted, referenced, bodies },
    ...{ givenGlobals, isMemoryImported: givenMemories.length > 0 },
  }
}

/** Where a body lies. @throws FaultError `module-refused` when it is longer than the section or the limit */
function readBody(cursor: Cursor): { readonly at: number; readonly end: number } {
  const from = cursor.at
  const size = readU32(cursor)
  if (size > limits.BODY_BYTES_MAX) {
    refuseModule(`a function of ${size} bytes is over the limit ${limits.BODY_BYTES_MAX}`, from)
  }
  const at = cursor.at
  skipBytes(cursor, size)
  return { at, end: cursor.at }
}
