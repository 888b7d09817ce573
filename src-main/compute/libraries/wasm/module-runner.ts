import type { ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import type { LibraryInput, LibraryOutcome } from '../../library.ts'
import { createCollector } from './garbage.ts'
import { createModuleCache, type ModuleCache } from './module-cache.ts'
import { createModuleMemory } from './unit/module-memory.ts'
import { runUnit, type ModuleCall } from './unit-run.ts'

/**
 * The memory that units since the last time held together is collected before it is more than this, or than one unit may
 * hold: the host watches its memory, and takes what is left of a unit for what the next one holds. Each time takes
 * some ten milliseconds, hence not after every unit.
 */
const GARBAGE_BYTES_MAX = 256 << 20

/** Runs modules, which it keeps compiled, each run in an instance of its own. */
export interface ModuleRunner extends ModuleCache {
  /** @throws FaultError `module-refused`, and what a run ends with where it has no log to tell */
  run(module: LibraryInput, call: ModuleCall, params: ModuleCallParams): LibraryOutcome
}

/** A runner with nothing compiled yet. */
export function createModuleRunner(): ModuleRunner {
  const modules = createModuleCache()
  let collect: (() => void) | undefined
  let garbageBytes = 0

  function clear(bytes: number, bytesMax: number): void {
    garbageBytes += bytes
    if (garbageBytes < Math.min(GARBAGE_BYTES_MAX, bytesMax)) return
    garbageBytes = 0
    collect ??= createCollector()
    collect()
  }

  return {
    load: (input, limits) => modules.load(input, limits),
    run: (module, call, params) => {
      const memory = createModuleMemory()
      try {
        return runUnit(modules.load(module, params.limits), call, params, memory)
      } finally {
        clear(memory.detach(), call.limits.memoryBytesMax)
      }
    },
  }
}
