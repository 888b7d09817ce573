import type { AlgorithmDeclaration } from '../../library.ts'

/** `mesh.noop`: a unit that does nothing, to measure what the mesh itself costs. */
export const noopAlgorithms: readonly AlgorithmDeclaration[] = [
  {
    algorithmId: 'mesh.noop',
    version: '1.0.0',
    scope: 'shared',
    modules: [],
    // Calls per second. Nothing is computed, so only the order of magnitude says anything.
    referenceRate: 10_000_000,
  },
]
