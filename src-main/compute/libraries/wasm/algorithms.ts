import { REFERENCE_FUEL_PER_SECOND, WASM_MODULE } from '../../../protocol/job-kinds/module.ts'
import type { AlgorithmDeclaration } from '../../library.ts'

/** Says whether the sandbox takes a module, and as what, without running it. */
export const MODULE_CHECK = { id: 'wasm.check', version: '1.0.0' } as const

/** `wasm.module`, a stranger's WebAssembly, and the check that a requester makes before it publishes one. */
export const wasmAlgorithms: readonly AlgorithmDeclaration[] = [
  {
    algorithmId: WASM_MODULE.id,
    version: WASM_MODULE.version,
    scope: 'shared',
    modules: [],
    metered: true,
    // `measureFuelRate` counts the same units.
    referenceRate: REFERENCE_FUEL_PER_SECOND,
  },
  { algorithmId: MODULE_CHECK.id, version: MODULE_CHECK.version, scope: 'local', modules: [], metered: true },
]
