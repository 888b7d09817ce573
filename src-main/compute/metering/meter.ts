import type { VALUE_TYPE } from './value-types.ts'
import { refuseModule } from './refusal.ts'

/** A value type as the text format writes it. */
export type ValueTypeName = keyof typeof VALUE_TYPE

/** What the caller allows, from the job's limits. */
export interface MeterOptions {
  /** Pages of 64 KiB: a memory whose minimum is over it is refused, its maximum is lowered to it. */
  readonly memoryPagesMax: number
  /** The same for the elements of all tables together. */
  readonly tableElementsMax: number
  /** 'untouched' leaves NaN bits to the machine: only for kernels known to show none. */
  readonly nanBits: 'canonical' | 'untouched'
}

/** An imported function. Nothing else can be imported. */
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

/** What a module asks for and offers. */
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
 * Only functions may be imported; which ones is the caller's check on `shape.imports`.
 *
 * @throws FaultError `module-refused` and nothing else, for any bytes
 */
export function meterModule(bytes: Uint8Array, options: MeterOptions): MeteredModule {
  refuseModule(`metering is not there yet (${bytes.length}, ${options.memoryPagesMax})`)
}
