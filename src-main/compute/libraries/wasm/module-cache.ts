import { FaultError, faultOf, refuse, type Fault } from '../../../protocol/fault.ts'
import type { UnitLimits } from '../../../protocol/unit-limits.ts'
import type { LibraryInput } from '../../library.ts'
import { MODULE_BYTES_MAX } from '../../metering/limits.ts'
import { meterModule, type ModuleShape } from '../../metering/meter.ts'
import { refuseModule } from '../../metering/refusal.ts'
import { abiOf, type ModuleAbi } from './abi/abi.ts'
import { checkImports } from './imports.ts'
import { MESHWORK_SIGNATURES } from './abi/meshwork-functions.ts'
import { WASI_SIGNATURES } from './wasi/wasi-signatures.ts'

/** Modules that a worker keeps compiled: the jobs that a peer works on at once are fewer. */
const MODULES_MAX = 16
/** Instrumented bytes of all of them; V8's code takes several times as much. */
const KEPT_BYTES_MAX = 64 << 20

/** A module that the sandbox takes, ready to be instantiated any number of times. */
export interface LoadedModule {
  readonly module: WebAssembly.Module
  readonly shape: ModuleShape
  readonly abi: ModuleAbi
}

/** The limits that are written into an instrumented module. */
type MemoryLimits = Pick<UnitLimits, 'memory_pages' | 'table_elements'>

/** Modules instrumented and compiled, by the name of their content and limits; the least recently used go. */
export interface ModuleCache {
  /** @throws FaultError `module-refused`, or what reading the blob ends with */
  load(input: LibraryInput, limits: MemoryLimits): LoadedModule
}

/** The result of checking a module, good or bad: a bad one would otherwise be checked again for every unit of its job. */
type Remembered = { readonly bytes: number } & ({ readonly loaded: LoadedModule } | { readonly fault: Fault })

/** An empty cache. */
export function createModuleCache(): ModuleCache {
  const known = new Map<string, Remembered>()

  function remember(key: string, entry: Remembered): void {
    known.set(key, entry)
    let bytes = 0
    for (const { bytes: each } of known.values()) bytes += each
    for (const [oldest, { bytes: each }] of known) {
      if (known.size <= MODULES_MAX && bytes <= KEPT_BYTES_MAX) return
      known.delete(oldest)
      bytes -= each
    }
  }

  return {
    load: (input, limits) => {
      const key = `${input.contentName} ${limits.memory_pages} ${limits.table_elements}`
      const found = known.get(key)
      if (found !== undefined) known.delete(key) // to stand last again, as the newest
      const entry = found ?? compile(input, limits)
      remember(key, entry)
      if ('fault' in entry) throw new FaultError(entry.fault)
      return entry.loaded
    },
  }
}

function compile(input: LibraryInput, limits: MemoryLimits): Remembered {
  try {
    if (input.bytes > MODULE_BYTES_MAX) refuseModule(`${input.bytes} bytes, limit ${MODULE_BYTES_MAX}`)
    const { bytes, shape } = meterModule(input.read(), {
      memoryPagesMax: limits.memory_pages,
      tableElementsMax: limits.table_elements,
      nanBits: 'canonical',
    })
    const abi = abiOf(shape)
    checkImports(
      shape.imports,
      abi === 'wasi-command' ? { ...MESHWORK_SIGNATURES, ...WASI_SIGNATURES } : MESHWORK_SIGNATURES,
    )
    return { bytes: bytes.byteLength, loaded: { module: compiled(bytes), shape, abi } }
  } catch (error) {
    const fault = faultOf(error, 'unit-failed')
    if (fault.kind === 'module-refused') return { bytes: 0, fault }
    throw error
  }
}

function compiled(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if (error instanceof Error && error.name === 'CompileError')
      refuseModule(`its metered form does not compile: ${why}`)
    return refuse('memory-exhausted', `no memory to compile the module: ${why}`, error)
  }
}
