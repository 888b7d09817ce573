import { renderRules } from '../../../protocol/job-kinds/render.ts'
import type { AlgorithmDeclaration } from '../../library.ts'

/** The path tracer's module, as `node wasm/build.ts` writes it. */
export const kernelModule = new URL('../../../../wasm/build/path-trace.wasm', import.meta.url)

/** The denoiser's module, written likewise. */
export const denoiserModule = new URL('../../../../wasm/build/denoise.wasm', import.meta.url)

/** `render.path-trace`, whose units any peer may run, and the tasks around it that each peer runs for itself. */
export const renderAlgorithms: readonly AlgorithmDeclaration[] = [
  {
    algorithmId: renderRules.id,
    version: renderRules.version,
    scope: 'shared',
    modules: [kernelModule],
    metered: true,
    // Paths per second through `measureScene` on one core: four times the 1.2 million that were measured.
    referenceRate: 4_800_000,
  },
  { algorithmId: 'render.inspect', version: '1.0.0', scope: 'local', modules: [] },
  { algorithmId: 'render.sample', version: '1.0.0', scope: 'local', modules: [] },
  { algorithmId: 'render.import', version: '2.3.0', scope: 'local', modules: [kernelModule], metered: true },
  {
    algorithmId: 'render.preview',
    version: '2.3.0',
    scope: 'local',
    modules: [kernelModule, denoiserModule],
    metered: true,
  },
  { algorithmId: 'render.meter', version: '1.0.0', scope: 'local', modules: [kernelModule], metered: true },
  { algorithmId: 'render.preview-tiles', version: '1.0.0', scope: 'local', modules: [] },
  { algorithmId: 'render.thumbnail', version: '1.0.0', scope: 'local', modules: [] },
  { algorithmId: 'render.assemble', version: '2.0.0', scope: 'local', modules: [] },
  {
    algorithmId: 'render.clean',
    version: '1.0.0',
    scope: 'local',
    modules: [kernelModule, denoiserModule],
    metered: true,
  },
]
