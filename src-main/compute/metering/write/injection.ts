import { type ByteWriter, unsignedBytes } from './byte-writer.ts'
import { FUNCTION_FORM } from './instruction.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import type { Prepaid } from '../scan/prepay-calls.ts'
import type { CodePlan } from '../scan/scan-code.ts'
import type { StackUse } from '../scan/stack-use.ts'

/** The state of writing a module's new code, and what it adds to the module. */
export interface Injection {
  readonly module: ParsedModule
  readonly plan: CodePlan
  readonly stack: StackUse
  readonly prepaid: Prepaid
  readonly writer: ByteWriter
  readonly canonicalNans: boolean
  /** Indices of the meter's globals. */
  readonly fuel: number
  readonly depth: number
  /** Function types that are added to the module's, as they are encoded. */
  readonly addedTypes: AddedTypes
  /** Indices of the functions that stand in for memory.grow, and for table.grow by table. */
  readonly growMemory: number | undefined
  readonly growTable: ReadonlyMap<number, number>
  /** Where the bodies are of functions whose index has become an entrance: by that index. */
  readonly moved: ReadonlyMap<number, number>
}

/** Function types besides the module's own, each once. */
export interface AddedTypes {
  /** As they are encoded, in order. */
  readonly encoded: number[][]
  readonly index: Map<string, number>
  /** By a type of the module's own: the same with the depth as another parameter. */
  readonly longer: Map<number, number>
}

/** The index of a function type that the module is given besides its own; parameters and results by their bytes. */
export function addType(
  { module, addedTypes }: Injection,
  params: ArrayLike<number>,
  results: ArrayLike<number>,
): number {
  const lists = [Array.from(params), Array.from(results)]
  const key = lists.join(':')
  const known = addedTypes.index.get(key)
  if (known !== undefined) return known
  const encoded = lists.flatMap((list) => [...unsignedBytes(list.length), ...list])
  const index = module.types.length + addedTypes.encoded.push([FUNCTION_FORM, ...encoded]) - 1
  addedTypes.index.set(key, index)
  return index
}
