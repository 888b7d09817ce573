import type { ModuleTypes } from './function-code.ts'
import type { Sections } from './section.ts'

/** Minimum and maximum of a memory in pages, or of a table in elements. */
export interface Limits {
  readonly min: number
  readonly max?: number
}

/** A table: its limits and the byte of its reference type. */
export interface Table extends Limits {
  readonly type: number
}

/** An imported function by its two names, and its type's index. */
export interface ParsedImport {
  readonly module: string
  readonly name: string
  readonly type: number
}

/** A global that the module imports, as the instrumented one has it of its own. */
export interface GivenGlobal {
  readonly type: number
  readonly isMutable: boolean
}

/** An export as it is written: the kind is 0 to 4, a place in `KINDS`. */
export interface ParsedExport {
  readonly name: string
  readonly kind: number
  readonly index: number
}

/** How many segments a section has, and how much of them instantiation writes. */
export interface Segments {
  readonly segments: number
  /** Elements, or bytes. */
  readonly active: number
}

/** The content of a module's sections, indices checked; the code itself is only located. */
export interface ParsedModule extends ModuleTypes {
  readonly bytes: Uint8Array
  readonly sections: Sections
  /** Imported functions. */
  readonly imports: readonly ParsedImport[]
  /** Imported globals: the first ones of all. Imported tables and memories are among `tables` and `memory`. */
  readonly givenGlobals: readonly GivenGlobal[]
  readonly isMemoryImported: boolean
  /** Type index of each function, imports first. */
  readonly functions: readonly number[]
  readonly tables: readonly Table[]
  readonly memory: Limits | undefined
  readonly exports: readonly ParsedExport[]
  readonly start: number | undefined
  readonly elements: Segments
  readonly data: Segments
  /** Whether a DataCount section announces the segments, as memory.init and data.drop need. */
  readonly dataCounted: boolean
  /** Functions that a table may come to hold, by index. */
  readonly referenced: Set<number>
  /** Where each body begins (with its locals) and ends, without imports. */
  readonly bodies: readonly { readonly at: number; readonly end: number }[]
}
