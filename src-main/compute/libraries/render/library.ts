import { refuse } from '../../../protocol/fault.ts'
import type { Library } from '../../library.ts'
import { createUnitRunner } from './unit-call.ts'

/**
 * The library behind `render.…`: units on a kernel that a worker keeps for a job, imports and assemblies.
 * The code of the local tasks (glTF, Draco, PNG) is loaded by the workers that run one, not by all that render.
 */
export function createRenderLibrary(): Library {
  const units = createUnitRunner()
  return {
    run: async (call) => {
      switch (call.algorithmId) {
        case 'render.path-trace':
          return units.run(call)
        case 'render.import':
          return (await import('./import-call.ts')).runImport(call)
        case 'render.assemble':
          return (await import('./assemble-call.ts')).runAssemble(call)
        default:
          return refuse('unknown-algorithm', `${call.algorithmId} is not of the render library`)
      }
    },
    measure: (_, budgetMs) => units.measure(budgetMs),
  }
}
