import { parseAs } from '../../../protocol/canonical.ts'
import { refuse } from '../../../protocol/fault.ts'
import { MODULE_ROLE, ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import type { Params } from '../../../protocol/work.ts'
import type { Library, LibraryCall, LibraryOutcome, LibraryResult } from '../../library.ts'
import { MODULE_CHECK } from './algorithms.ts'
import { measureFuelRate } from './fuel-rate.ts'
import { createCollector } from './garbage.ts'
import { createModuleCache, type ModuleCache } from './module-cache.ts'
import { createModuleMemory } from './unit/module-memory.ts'
import { runUnit } from './unit-run.ts'

/**
 * The memory that units since the last time held together is collected before it is more than this, or than one unit may
 * hold: the host watches its memory, and takes what is left of a unit for what the next one holds. Each time takes
 * some ten milliseconds, hence not after every unit.
 */
const GARBAGE_BYTES_MAX = 256 << 20

/** The library behind `wasm.…`: strangers' modules, metered and compiled once per worker, instantiated per unit. */
export function createWasmLibrary(): Library {
  const modules = createModuleCache()
  /** Units of a batch share one object of parameters. */
  const parsed = new WeakMap<Params, ModuleCallParams>()

  let collect: (() => void) | undefined
  let garbageBytes = 0

  function clear(bytes: number, bytesMax: number): void {
    garbageBytes += bytes
    if (garbageBytes < Math.min(GARBAGE_BYTES_MAX, bytesMax)) return
    garbageBytes = 0
    collect ??= createCollector()
    collect()
  }

  function run(call: LibraryCall): LibraryOutcome {
    const params = parsed.get(call.params) ?? paramsOf(call)
    parsed.set(call.params, params)
    const memory = createModuleMemory()
    try {
      return runUnit(modules.load(moduleOf(call), params.limits), call, params, memory)
    } finally {
      clear(memory.detach(), call.limits.memoryBytesMax)
    }
  }

  return {
    run: (call) => (call.algorithmId === MODULE_CHECK.id ? check(modules, call) : run(call)),
    measure: (_, budgetMs) => measureFuelRate(budgetMs),
  }
}

/**
 * The sandbox's answer about a module, as info: how it is called (`abi`), its memory at the start (`memory_pages`), and
 * what it imports. The parameters are the job's.
 */
function check(modules: ModuleCache, call: LibraryCall): LibraryResult {
  const { abi, shape } = modules.load(moduleOf(call), paramsOf(call).limits)
  return {
    output: new Uint8Array(0),
    info: {
      abi,
      memory_pages: shape.memory?.minPages ?? 0,
      imports: shape.imports.map(({ module, name }) => `${module}.${name}`),
    },
  }
}

function paramsOf(call: LibraryCall): ModuleCallParams {
  const params = parseAs(call.params, ModuleCallParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  return params.value
}

function moduleOf(call: LibraryCall) {
  return (
    call.inputs.get(MODULE_ROLE) ?? refuse('bad-input', `a unit without its module (role '${MODULE_ROLE}')`)
  )
}
