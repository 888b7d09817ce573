import { type ConstantScope, skipConstantExpression } from './constant-expression.ts'
import { readElementKind, readFunctionReference, readIndex, readVector } from './declaration.ts'
import { readReferenceType } from './function-type.ts'
import { DATA_SEGMENTS_MAX, ELEMENT_SEGMENTS_MAX, ELEMENTS_MAX } from '../limits.ts'
import type { Segments } from './parsed-module.ts'
import { type Cursor, readCount, readU32, skipBytes } from './reader.ts'
import { refuseModule } from '../refusal.ts'

/** The bits of an element segment's kind. */
const NOT_ACTIVE = 1
const EXPLICIT = 2
const EXPRESSIONS = 4

/** The element section. Every function in it becomes one that tables may hold. */
export function readElementSegments(cursor: Cursor, tables: number, scope: ConstantScope): Segments {
  let [all, active] = [0, 0]
  const segments = readVector(cursor, 'element segments', ELEMENT_SEGMENTS_MAX, () => {
    const from = cursor.at
    const kind = readU32(cursor)
    if (kind > 7) refuseModule(`an element segment of unknown kind ${kind}`, from)
    const isActive = (kind & NOT_ACTIVE) === 0
    if (isActive) {
      if (kind & EXPLICIT) readIndex(cursor, tables, 'table')
      else if (tables === 0) refuseModule('elements without a table', from)
      skipConstantExpression(cursor, scope)
    }
    if (kind & EXPRESSIONS) {
      if (kind !== EXPRESSIONS) readReferenceType(cursor)
    } else if (kind !== 0) readElementKind(cursor)
    const count = readCount(cursor, 'elements', ELEMENTS_MAX - all)
    const readElement = kind & EXPRESSIONS ? skipConstantExpression : readFunctionReference
    for (let i = 0; i < count; i++) readElement(cursor, scope)
    all += count
    if (isActive) active += count
  })
  return { segments: segments.length, active }
}

/** The data section. */
export function readDataSegments(cursor: Cursor, memories: number, scope: ConstantScope): Segments {
  let active = 0
  const segments = readVector(cursor, 'data segments', DATA_SEGMENTS_MAX, () => {
    const from = cursor.at
    const kind = readU32(cursor)
    if (kind > 2) refuseModule(`a data segment of unknown kind ${kind}`, from)
    if (kind !== 1) {
      if (kind === 2) readIndex(cursor, memories, 'memory')
      else if (memories === 0) refuseModule('data without a memory', from)
      skipConstantExpression(cursor, scope)
    }
    const bytes = readU32(cursor)
    skipBytes(cursor, bytes)
    if (kind !== 1) active += bytes
  })
  return { segments: segments.length, active }
}
