import { FUNCTION_KIND, KINDS } from './parse/declaration.ts'
import { valueTypeNames } from './parse/function-type.ts'
import type { ParsedModule } from './parse/parsed-module.ts'
import { parseModule } from './parse/parse-module.ts'
import { refuseModule } from './refusal.ts'
import { limitResources, type Resources } from './parse/resource-limits.ts'
import { scanCode } from './scan/scan-code.ts'
import type { ValueTypeName } from './parse/value-types.ts'
import { exportsMemory, MEMORY_NAME, writeModule } from './write/write-module.ts'

/** The caller's limits, from those of the job. */
export interface MeterOptions {
  /** Pages of 64 KiB: a memory whose minimum is over it is refused, its maximum is lowered to it. */
  readonly memoryPagesMax: number
  /** The same for the elements of all tables together. */
  readonly tableElementsMax: number
  /** 'untouched' leaves NaN bits to the machine: only for kernels known to show none. */
  readonly nanBits: 'canonical' | 'untouched'
}

/** An imported function. What else a module imports is its own once it is instrumented. */
export interface ModuleImport {
  readonly module: string
  readonly name: string
  readonly kind: 'function'
  readonly params: readonly ValueTypeName[]
  readonly results: readonly ValueTypeName[]
}

/** An export; params and results where it is a function. */
export interface ModuleExport {
  readonly name: string
  readonly kind: 'function' | 'table' | 'memory' | 'global' | 'tag'
  readonly params?: readonly ValueTypeName[]
  readonly results?: readonly ValueTypeName[]
}

/** A module's imports, exports and memory. */
export interface ModuleShape {
  readonly imports: readonly ModuleImport[]
  readonly exports: readonly ModuleExport[]
  /** Pages of 64 KiB, the maximum as it was lowered. */
  readonly memory?: { readonly minPages: number; readonly maxPages: number }
}

/** An instrumented module. */
export interface MeteredModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly shape: ModuleShape
}

/**
 * Instruments a stranger's module so that it counts its fuel and its depth, and behaves as it did in all else.
 * Which functions may be imported is the caller's check on `shape.imports`. Globals, tables and the memory that it
 * imports become its own, zero, null and empty, within the same bounds: no other module has them, and a memory that it does
 * not export is exported as `memory`.
 *
 * The rules of the meter, the same on every machine:
 *
 * - Fuel is taken region by region, before the instructions that it pays for. A region is what is executed whenever
 *   its beginning is: its charge is the sum of the costs in it, and of what functions that it calls by name begin with.
 *   Branches that cost little are paid for by the region around them, at the dearest way through.
 * - A trap or an exception leaves its region's charge as it was taken, whole. Nothing else is charged for them.
 * - A loop whose rounds are known when it begins, as it counts up or down to a bound, pays for all of them there
 *   (counted-loop.ts).
 * - Fuel is looked at once for each round of other loops, and where functions that call are called: below 0 the module
 *   traps there. A module that ends with less than 0 has used up its fuel as well (metered-instance.ts).
 * - Bulk operations pay by length before they begin, memory.grow and table.grow for what they add, instantiation for
 *   the first pages, elements and data.
 * - A call that finds no room left on the stack traps (stack-use.ts).
 *
 * @throws FaultError `module-refused` and nothing else, for any bytes
 */
export function meterModule(bytes: Uint8Array, options: MeterOptions): MeteredModule {
  const module = parseModule(bytes)
  const resources = limitResources(module, options)
  const plan = scanCode(module)
  validate(bytes)
  return {
    bytes: writeModule(module, plan, resources, options.nanBits === 'canonical'),
    shape: shapeOf(module, resources),
  }
}

/** Lets V8 have its say on the original: judged by what is written, an invalid module could have become valid. */
function validate(bytes: Uint8Array): void {
  if (WebAssembly.validate(bytes)) return
  let reason = 'invalid'
  try {
    new WebAssembly.Module(bytes)
  } catch (error) {
    if (error instanceof Error) reason = error.message.replace(/^WebAssembly\.Module\(\): /, '')
  }
  refuseModule(reason.replace(/ @\+(\d+)$/, ' at byte $1'))
}

function shapeOf(module: ParsedModule, { pages }: Resources): ModuleShape {
  const signature = (type: number | undefined) => ({
    params: valueTypeNames(module.types[type ?? 0]?.params ?? []),
    results: valueTypeNames(module.types[type ?? 0]?.results ?? []),
  })
  return {
    imports: module.imports.map(({ module: from, name, type }) => ({
      ...{ module: from, name, kind: 'function' as const },
      ...signature(type),
    })),
    exports: [
      ...module.exports.map(({ name, kind, index }) => ({
        ...{ name, kind: KINDS[kind] ?? 'function' },
        ...(kind === FUNCTION_KIND ? signature(module.functions[index]) : {}),
      })),
      ...(exportsMemory(module) ? [{ name: MEMORY_NAME, kind: 'memory' as const }] : []),
    ],
    ...(module.memory === undefined ? {} : { memory: { minPages: module.memory.min, maxPages: pages } }),
  }
}
