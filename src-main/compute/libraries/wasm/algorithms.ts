import { moduleRules } from '../../../protocol/job-kinds/module.ts'
import { REFERENCE_FUEL_PER_SECOND } from '../../../protocol/unit-limits.ts'
import type { AlgorithmDeclaration } from '../../library.ts'

/** Says whether the sandbox takes a module, and as what, without running it. */
export const MODULE_CHECK = { id: 'wasm.check', version: '1.0.0' } as const

/** `wasm.module`, a stranger's WebAssembly, and the check that a requester makes before it publishes one. */
export const wasmAlgorithms: readonly AlgorithmDeclaration[] = [
  {
    algorithmId: moduleRules.id,
    version: moduleRules.version,
    scope: 'shared',
    modules: [],
    metered: true,
    limited: true,
    // `measureFuelRate` counts the same units.
    referenceRate: REFERENCE_FUEL_PER_SECOND,
  },
  { algorithmId: MODULE_CHECK.id, version: MODULE_CHECK.version, scope: 'local', modules: [], metered: true },
]
