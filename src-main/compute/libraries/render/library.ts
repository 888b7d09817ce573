import { refuse } from '../../../protocol/fault.ts'
import type { Library } from '../../library.ts'
import { createImageDecoder } from './textures/image-decoder.ts'
import { compileKernel, type MeteredKernel } from './metered-kernel.ts'
import { createUnitRunner } from './unit/unit-call.ts'

/**
 * The library behind `render.…`: units on a kernel that a worker keeps for a job, imports, previews and assemblies.
 * The code that reads scenes (glTF, Draco, PNG, JPEG) is loaded with the first one. Decoded textures are kept for the next.
 */
export function createRenderLibrary(): Library {
  let create: (() => MeteredKernel) | undefined
  /** Compiled with the first kernel that is asked for, once per worker. */
  const instantiate = (): MeteredKernel => {
    create ??= compileKernel()
    return create()
  }
  const decoder = createImageDecoder()
  const units = createUnitRunner(instantiate, decoder)
  return {
    run: async (call) => {
      switch (call.algorithmId) {
        case 'render.path-trace':
          return units.run(call)
        case 'render.import':
          return (await import('./import/import-call.ts')).runImport(call, instantiate, decoder)
        case 'render.assemble':
          return (await import('./picture/assemble-call.ts')).runAssemble(call)
        case 'render.clean':
          return (await import('./clean/clean-call.ts')).runClean(call, instantiate, decoder)
        case 'render.inspect':
          return (await import('./import/inspect-call.ts')).runInspect(call)
        case 'render.preview':
          return (await import('./preview/scene-preview-call.ts')).runScenePreview(call, instantiate, decoder)
        case 'render.meter':
          return (await import('./preview/meter-call.ts')).runMeter(call, instantiate, decoder)
        case 'render.sample':
          return (await import('./samples/sample-call.ts')).runSample(call)
        case 'render.preview-tiles':
          return (await import('./preview/preview-call.ts')).runPreviewTiles(call)
        case 'render.thumbnail':
          return (await import('./preview/preview-call.ts')).runThumbnail(call)
        default:
          return refuse('unknown-algorithm', `${call.algorithmId} is not of the render library`)
      }
    },
    measure: (_, budgetMs) => units.measure(budgetMs),
  }
}
