import { createHash } from 'node:crypto'
import { refuse } from '../../../../protocol/fault.ts'
import { framingAspect, type RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { LibraryCall } from '../../../library.ts'
import type { LoadResult } from '../../../../../wasm/path-trace/kernel.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import type { ImportFault } from '../gltf/import-fault.ts'
import { importScene } from '../import/import-scene.ts'
import type { MeteredKernel } from '../metered-kernel.ts'
import { environmentOf, resourcesOf, SCENE_ROLE } from '../import/scene-inputs.ts'

/**
 * Builds the scene of a unit's inputs in a kernel. They come from strangers: what they decode to is bounded by the
 * unit's memory.
 *
 * @throws FaultError `bad-input` or `oversized` for what would fail anywhere, `memory-exhausted` and `unsupported` for
 * what this machine cannot do: hold the scene, or build the one that the requester's did
 */
export async function loadScene(
  kernel: MeteredKernel,
  params: RenderParams,
  { inputs, limits }: LibraryCall,
  decoder: ImageDecoder,
): Promise<LoadResult> {
  const main = inputs.get(SCENE_ROLE) ?? refuse('bad-input', 'a unit without its scene')
  const { camera, seconds, scene_digest: promised } = params
  const environment = environmentOf({ inputs, limits })
  const imported = await importScene(
    { bytes: main.read(), resources: resourcesOf(inputs) },
    {
      aspect: framingAspect(params),
      ...(camera === undefined ? {} : { camera }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(environment === undefined ? {} : { environment }),
      decoder,
      memoryBytesMax: limits.memoryBytesMax,
    },
  )
  if (imported.kind !== 'scene') return refuseScene(imported)
  return kernel.loadDescription(imported.scene, (packed) => {
    if (promised === undefined) return
    if (createHash('sha256').update(packed).digest('hex') === promised) return
    refuse('unsupported', 'this machine builds another scene of these files than the requester did')
  })
}

function refuseScene({ kind, message }: ImportFault): never {
  switch (kind) {
    case 'scene-too-large':
      return refuse('oversized', message)
    case 'out-of-memory':
      return refuse('memory-exhausted', message)
    default:
      return refuse('bad-input', message)
  }
}
