import { COMPARE } from '../../../protocol/compare-task.ts'
import type { AlgorithmDeclaration } from '../../library.ts'

/** `outputs.compare`, by which a requester compares what its providers returned. */
export const compareAlgorithms: readonly AlgorithmDeclaration[] = [
  { algorithmId: COMPARE.id, version: COMPARE.version, scope: 'local', modules: [], metered: true },
]
