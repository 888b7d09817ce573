import { readVector } from './declaration.ts'
import type { Cursor } from './reader.ts'
import { refuseModule } from '../refusal.ts'
import { readSection, readSections, type Sections } from './section.ts'

/** Reads one entry of a vector. */
export type ReadEntry<T> = (cursor: Cursor, index: number) => T

/** A module's sections, to be read one by one. */
export interface ModuleSections {
  readonly found: Sections
  /** A section's content by `read`; `none` where the module has no such section. */
  readonly section: <T>(id: number, none: T, read: (cursor: Cursor) => T) => T
  /** The entries of a section that is a vector; empty where there is none. */
  readonly vector: <T>(id: number, what: string, max: number, read: ReadEntry<T>) => T[]
  /** The module's own after those that it imports (`given`); together they are as many as its own may be. */
  readonly withGiven: <T>(
    given: readonly T[],
    id: number,
    what: string,
    max: number,
    read: ReadEntry<T>,
  ) => T[]
}

/** Finds a module's sections. @throws FaultError `module-refused`, as `readSections` does */
export function moduleSections(bytes: Uint8Array): ModuleSections {
  const found = readSections(bytes)
  const section = <T>(id: number, none: T, read: (cursor: Cursor) => T) =>
    readSection(bytes, found, id, none, read)
  const vector = <T>(id: number, what: string, max: number, read: ReadEntry<T>) =>
    section<T[]>(id, [], (cursor) => readVector(cursor, what, max, read))
  return {
    found,
    section,
    vector,
    withGiven: (given, id, what, max, read) => {
      const own = vector(id, what, max, (cursor, index) => read(cursor, given.length + index))
      const all = given.length + own.length
      if (all > max) refuseModule(`${all} ${what} are over the limit ${max}`)
      return [...given, ...own]
    },
  }
}
