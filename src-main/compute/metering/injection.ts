import type { ByteWriter } from './byte-writer.ts'
import type { ParsedModule } from './parsed-module.ts'
import type { CodePlan } from './scan-code.ts'

/** What writing a module's new code needs to know, and what it adds to the module. */
export interface Injection {
  readonly module: ParsedModule
  readonly plan: CodePlan
  /** Slots that each defined function counts on entry. */
  readonly stackUse: Int32Array
  readonly writer: ByteWriter
  readonly canonicalNans: boolean
  /** Indices of the meter's globals. */
  readonly fuel: number
  readonly depth: number
  /** Function types that are added to the module's, as they are encoded. */
  readonly addedTypes: Uint8Array[]
  /** Indices of the functions that stand in for memory.grow, and for table.grow by table. */
  readonly growMemory: number | undefined
  readonly growTable: ReadonlyMap<number, number>
}

/** Index of a function type that the module is given besides its own. @param encoded begins with 0x60 */
export function addType(injection: Injection, encoded: ArrayLike<number>): number {
  const { module, addedTypes } = injection
  const bytes = Uint8Array.from(encoded)
  const known = addedTypes.findIndex((type) => Buffer.compare(type, bytes) === 0)
  return module.types.length + (known < 0 ? addedTypes.push(bytes) - 1 : known)
}
