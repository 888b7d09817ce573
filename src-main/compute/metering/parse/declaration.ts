import { checkIndex, type ConstantScope, skipConstantExpression } from './constant-expression.ts'
import { readReferenceType, readValueType, refusedType } from './function-type.ts'
import { RESERVED_EXPORTS } from './reserved-export.ts'
import type { GivenGlobal, Limits, ParsedExport, ParsedImport, Table } from './parsed-module.ts'
import { type Cursor, readByte, readCount, readName, readU32 } from './reader.ts'
import { quotedName, refuseModule } from '../refusal.ts'

/** Names of the kinds of imports and exports, in the order of their numbers. */
export const KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const

/** The numbers of some of them. */
export const FUNCTION_KIND = 0
export const MEMORY_KIND = 2
export const GLOBAL_KIND = 3

/** A vector's entries, each by `read`. @throws FaultError `module-refused` when there are more than `max` */
export function readVector<T>(
  cursor: Cursor,
  what: string,
  max: number,
  read: (cursor: Cursor, index: number) => T,
): T[] {
  const count = readCount(cursor, what, max)
  const entries: T[] = []
  for (let i = 0; i < count; i++) entries.push(read(cursor, i))
  return entries
}

/** An index. @throws FaultError `module-refused` when it is not below `count` */
export function readIndex(cursor: Cursor, count: number, what: string): number {
  const from = cursor.at
  const index = readU32(cursor)
  checkIndex(index, count, what, from)
  return index
}

/** A module's import, by kind. */
export type ReadImport =
  | { readonly kind: 'function'; readonly import: ParsedImport }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'memory'; readonly memory: Limits }
  | { readonly kind: 'global'; readonly global: GivenGlobal }

/**
 * An import. What is no function is given anew to each instance, so that two of one name would be two things.
 *
 * @param known names of the imports before it that are no functions
 * @throws FaultError `module-refused` for tags, and for one name twice
 */
export function readImport(cursor: Cursor, types: number, known: Set<string>): ReadImport {
  const from = cursor.at
  const [module, name] = [readName(cursor), readName(cursor)]
  const kind = KINDS[readByte(cursor)]
  const what = `import ${quotedName(module)}.${quotedName(name)}`
  if (kind === 'function') return { kind, import: { module, name, type: readIndex(cursor, types, 'type') } }
  if (kind === undefined || kind === 'tag') refuseModule(`${what} of a ${kind ?? 'kind unknown'}`, from)
  const key = JSON.stringify([module, name])
  if (known.has(key)) refuseModule(`${what} twice`, from)
  known.add(key)
  if (kind === 'table') return { kind, table: readTable(cursor) }
  if (kind === 'memory') return { kind, memory: readMemory(cursor) }
  return { kind, global: readGlobalType(cursor) }
}

/** A table's type. @throws FaultError `module-refused` for tables with initialisers and other than 32-bit limits */
export function readTable(cursor: Cursor): Table {
  if (cursor.bytes[cursor.at] === 0x40) refuseModule('typed function references', cursor.at)
  const type = readReferenceType(cursor)
  return { type, ...readLimits(cursor, 'table') }
}

/** A memory's limits. @throws FaultError `module-refused` for shared, 64-bit and custom-page memories */
export function readMemory(cursor: Cursor): Limits {
  return readLimits(cursor, 'memory')
}

function readLimits(cursor: Cursor, what: 'table' | 'memory'): Limits {
  const from = cursor.at
  const flags = readByte(cursor)
  if (flags > 0x0f) refuseModule(`unknown ${what} flags 0x${flags.toString(16)}`, from)
  if (flags & 8) refuseModule('custom page sizes', from)
  if (flags & 4) refuseModule(`64-bit ${what}`, from)
  if (flags & 2) refuseModule('threads: shared ' + what, from)
  const min = readU32(cursor)
  return flags & 1 ? { min, max: readU32(cursor) } : { min }
}

/** A tag's type index. */
export function readTag(cursor: Cursor, types: number): number {
  const from = cursor.at
  const attribute = readByte(cursor)
  if (attribute !== 0) refuseModule(`unknown tag attribute ${attribute}`, from)
  return readIndex(cursor, types, 'type')
}

/** A global's value type; its initial value is stepped over. */
export function readGlobal(cursor: Cursor, scope: ConstantScope): number {
  const { type } = readGlobalType(cursor)
  skipConstantExpression(cursor, scope)
  return type
}

function readGlobalType(cursor: Cursor): GivenGlobal {
  const type = readValueType(cursor)
  const from = cursor.at
  const mutability = readByte(cursor)
  if (mutability & 2) refuseModule('threads: shared global', from)
  if (mutability > 1) refuseModule(`unknown mutability ${mutability}`, from)
  return { type, isMutable: mutability === 1 }
}

/** An export. @param counts how many there are of each kind @throws FaultError `module-refused` for reserved names */
export function readExport(cursor: Cursor, counts: readonly number[]): ParsedExport {
  const from = cursor.at
  const name = readName(cursor)
  if (RESERVED_EXPORTS.has(name)) refuseModule(`the export name ${name} is reserved`, from)
  const kind = readByte(cursor)
  if (kind >= KINDS.length) refuseModule(`an export of unknown kind ${kind}`, from)
  return { name, kind, index: readIndex(cursor, counts[kind] ?? 0, KINDS[kind] ?? '') }
}

/** A function named by a vector of indices: it can be called through a table. */
export function readFunctionReference(cursor: Cursor, scope: ConstantScope): void {
  scope.onFunction(readIndex(cursor, scope.functions, 'function'))
}

/** The byte 0, kind of elements that are functions. */
export function readElementKind(cursor: Cursor): void {
  const from = cursor.at
  const kind = readByte(cursor)
  if (kind !== 0) refuseModule(`elements of kind ${refusedType(kind)}`, from)
}
