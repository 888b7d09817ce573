import { MODULE_BYTES_MAX } from '../limits.ts'
import { type Cursor, cursorOver, readName, readU32 } from './reader.ts'
import { refuseModule } from '../refusal.ts'

/** The numbers of the sections that the sandbox knows. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const

/** The order that the specification wants; each may occur once. */
export const SECTION_ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
]

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** Sections by number, each as the range of its content. */
export type Sections = ReadonlyMap<number, { readonly at: number; readonly end: number }>

/**
 * Finds a module's sections; custom ones are checked for form and left out.
 *
 * @throws FaultError `module-refused` for a wrong header, order or size, and for unknown sections
 */
export function readSections(bytes: Uint8Array): Sections {
  if (bytes.length > MODULE_BYTES_MAX) {
    refuseModule(`${bytes.length} bytes are over the limit ${MODULE_BYTES_MAX}`)
  }
  HEADER.forEach((byte, at) => {
    if (bytes[at] !== byte) refuseModule(at < 4 ? 'no WebAssembly' : 'unknown version', at)
  })
  const sections = new Map<number, { at: number; end: number }>()
  const cursor = cursorOver(bytes, HEADER.length, bytes.length)
  let rankBefore = -1
  while (cursor.at < bytes.length) {
    const from = cursor.at++
    const id = bytes[from] ?? 0
    const size = readU32(cursor)
    const at = cursor.at
    if (size > bytes.length - at) refuseModule(`section ${id} is longer than the module`, from)
    cursor.at = at + size
    if (id === SECTION.custom) {
      readName(cursorOver(bytes, at, at + size))
      continue
    }
    const rank = SECTION_ORDER.indexOf(id)
    if (rank < 0) refuseModule(`unknown section ${id}`, from)
    if (rank === rankBefore) refuseModule(`section ${id} twice`, from)
    if (rank < rankBefore) refuseModule(`section ${id} out of order`, from)
    rankBefore = rank
    sections.set(id, { at, end: at + size })
  }
  return sections
}

/**
 * Reads one section with `read`, which must use all of it; `none` where the module has no such section.
 *
 * @throws FaultError `module-refused` when bytes are left over
 */
export function readSection<T>(
  bytes: Uint8Array,
  sections: Sections,
  id: number,
  none: T,
  read: (cursor: Cursor) => T,
): T {
  const range = sections.get(id)
  if (range === undefined) return none
  const cursor = cursorOver(bytes, range.at, range.end)
  const value = read(cursor)
  if (cursor.at !== range.end) refuseModule(`section ${id} has bytes left over`, cursor.at)
  return value
}
