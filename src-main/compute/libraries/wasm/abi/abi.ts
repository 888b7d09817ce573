import type { ModuleExport, ModuleShape } from '../../../metering/meter.ts'
import type { ValueTypeName } from '../../../metering/parse/value-types.ts'
import { refuseModule } from '../../../metering/refusal.ts'
import { typeText } from '../imports.ts'

/** How a module is called (wasm/ABI.md). */
export type ModuleAbi = 'meshwork-1' | 'wasi-command'

/** A function that an ABI calls. */
interface Entry {
  readonly name: string
  readonly params: readonly ValueTypeName[]
  readonly results: readonly ValueTypeName[]
  readonly isOptional?: boolean
}

const ENTRIES: Readonly<Record<ModuleAbi, readonly Entry[]>> = {
  'meshwork-1': [
    { name: 'alloc', params: ['i32'], results: ['i32'] },
    { name: 'run', params: ['i32', 'i32'], results: ['i64'] },
    // Where a library that was built for WASI sets itself up.
    { name: '_initialize', params: [], results: [], isOptional: true },
  ],
  'wasi-command': [{ name: '_start', params: [], results: [] }],
}

const NAMES: Readonly<Record<ModuleAbi, string>> = {
  'meshwork-1': 'meshwork-1 module',
  'wasi-command': 'WASI command',
}

/**
 * How a module wants to be called, by its exports: `memory`, `alloc` and `run` are meshwork-1, else `memory` and
 * `_start` a WASI command.
 *
 * @throws FaultError `module-refused`, saying what is missing or has another type
 */
export function abiOf({ exports }: ModuleShape): ModuleAbi {
  const byName = new Map(exports.map((found) => [found.name, found]))
  const isMeshwork = byName.has('alloc') && byName.has('run')
  const abi = !isMeshwork && byName.has('_start') ? 'wasi-command' : 'meshwork-1'
  if (abi === 'meshwork-1' && !byName.has('alloc') && !byName.has('run')) {
    refuseModule('it exports neither `alloc` and `run` (a meshwork-1 module) nor `_start` (a WASI command)')
  }
  if (byName.get('memory')?.kind !== 'memory')
    refuseModule(`a ${NAMES[abi]} exports its memory as \`memory\``)
  for (const entry of ENTRIES[abi]) checkEntry(byName.get(entry.name), entry, abi)
  return abi
}

function checkEntry(found: ModuleExport | undefined, entry: Entry, abi: ModuleAbi): void {
  const { name } = entry
  const wanted = typeText(entry.params, entry.results)
  if (found === undefined) {
    if (entry.isOptional === true) return
    refuseModule(`a ${NAMES[abi]} exports \`${name}\` ${wanted}`)
  }
  if (found.kind !== 'function') refuseModule(`export \`${name}\` is a ${found.kind} instead of a function`)
  const type = typeText(found.params ?? [], found.results ?? [])
  if (type !== wanted) refuseModule(`export \`${name}\` has type ${type} instead of ${wanted}`)
}
