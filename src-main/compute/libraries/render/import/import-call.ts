import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type EnvironmentDescription, packScene } from '../../../../../wasm/path-trace/scene.ts'
import { parseAs } from '../../../../protocol/canonical.ts'
import { assert, refuse } from '../../../../protocol/fault.ts'
import { RenderLight } from '../../../../protocol/job-kinds/render-light.ts'
import { RenderView } from '../../../../protocol/job-kinds/render-view.ts'
import { ANIMATION_SECONDS_MAX } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { type MeteredKernel, PAGE_BYTES } from '../metered-kernel.ts'
import { makeLight } from '../light/made-light.ts'
import { parseEnvironment } from '../textures/environment.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import { writeEnvironment } from '../textures/write-environment.ts'
import { ImportRefusal } from '../gltf/import-fault.ts'
import { importScene, type SceneLight } from './import-scene.ts'
import { ENVIRONMENT_ROLE, environmentOf, resourcesOf, SCENE_ROLE } from './scene-inputs.ts'
import { splitScene, type SplitScene } from './split-scene.ts'

/**
 * `render.import`: which of the file's cameras, width by height of the picture for a file without one, when in its animations
 * (at rest when absent), the light around it (the picture that was handed over, or what the file lacks, when absent), and a view
 * in place of a camera.
 */
const ImportParams = z.strictObject({
  camera: z.int().min(0).max(0xffff).optional(),
  aspect: z.number().positive().max(100).optional(),
  seconds: z.number().min(0).max(ANIMATION_SECONDS_MAX).optional(),
  light: RenderLight.optional(),
  view: RenderView.optional(),
})

/**
 * Splits a stranger's glTF file (input `scene`; `environment` a Radiance picture; all others by the names that the file
 * gives them) into what travels, and builds the scene of that as a provider will.
 *
 * Output: the packed scene, for a preview. Extras: the inputs of a render by role, as far as they are not files that
 * were handed over, with the light that was made for it. Info: `files` (the other inputs: role to name), `digest` (of the
 * packed scene), `decode_bytes` (what the largest texture takes while it is decoded), `kernel_bytes` (memory of the kernel
 * with the scene and its tree built), `triangles`, `materials`, `textures`, `lights`, `environment` (constant or map),
 * `lit_by` (`SceneLight`), `framed` (the picture's shape decided what is seen), `camera` (the number of the one that has the view) and `warnings`.
 *
 * @throws FaultError `bad-input` with one clear line for the user who chose the file
 */
export async function runImport(
  call: LibraryCall,
  instantiate: () => MeteredKernel,
  decoder: ImageDecoder,
): Promise<LibraryResult> {
  const params = parseAs(call.params, ImportParams)
  const main = call.inputs.get(SCENE_ROLE)
  if (!params.ok) refuse('bad-input', params.fault.message)
  if (main === undefined) refuse('bad-input', 'an import without a scene')
  const { aspect, seconds, light, view } = params.value
  const { environment, made } = lightOf(call, light)
  const file = { bytes: main.read(), resources: resourcesOf(call.inputs) }
  const { description, parts, camera = params.value.camera } = split(file, view)
  const imported = await importScene(
    { bytes: description, resources: parts },
    {
      ...(camera === undefined ? {} : { camera }),
      ...(aspect === undefined ? {} : { aspect }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(environment === undefined ? {} : { environment }),
      decoder,
      memoryBytesMax: call.limits.memoryBytesMax,
    },
  )
  if (imported.kind !== 'scene') refuse('bad-input', imported.message)
  const { scene, isFramed, litBy, textureFiles, decodeBytes, warnings } = imported
  const output = packScene(scene)
  const kernelBytes = kernelBytesOf(instantiate(), output)
  // Images that no visible surface shows do not travel.
  const sent = [...parts].filter(([role]) => !role.startsWith('image-') || textureFiles.has(role))
  return {
    output,
    extras: {
      [SCENE_ROLE]: description,
      ...(made === undefined ? {} : { [ENVIRONMENT_ROLE]: made }),
      ...Object.fromEntries(
        sent.flatMap(([role, part]) => (part.file === undefined ? [[role, part.read()]] : [])),
      ),
    },
    info: {
      files: Object.fromEntries(
        sent.flatMap(([role, { file }]) => (file === undefined ? [] : [[role, file]])),
      ),
      digest: createHash('sha256').update(output).digest('hex'),
      decode_bytes: decodeBytes,
      kernel_bytes: kernelBytes,
      triangles: scene.indices.length / 3,
      materials: scene.materials.length,
      textures: scene.textures.length,
      lights: scene.lights.length,
      environment: scene.environment.kind,
      lit_by: litByOf(light, litBy),
      framed: isFramed,
      ...(view === undefined || camera === undefined ? {} : { camera }),
      warnings: warnings.map(({ kind, message }) => ({ kind, message })),
    },
    memoryBytes: 2 * output.byteLength + main.bytes + kernelBytes,
  }
}

/**
 * The light around the scene, and the picture of it that travels where it was made here: providers take the light that they read
 * from it, and so does this import.
 */
function lightOf(
  call: LibraryCall,
  light: RenderLight | undefined,
): { environment: EnvironmentDescription | undefined; made?: Uint8Array<ArrayBuffer> } {
  if (light === undefined) return { environment: environmentOf(call) }
  const made = writeEnvironment(makeLight(light, () => environmentOf(call)))
  const environment = parseEnvironment(made)
  assert(environment.kind === 'map', 'light that was made here is a picture of light')
  return { environment, made }
}

/** The light of the picture by name: light that was chosen is told as chosen, and lamps alone as the file's own. */
function litByOf(chosen: RenderLight | undefined, found: SceneLight): SceneLight {
  if (chosen === undefined) return found
  return chosen.kind === 'own' ? 'own' : 'environment'
}

/**
 * Builds the scene as a unit does, to tell the memory that this takes: the tree's size depends on where the triangles lie.
 * Every peer's kernel takes as many pages for the same scene.
 */
function kernelBytesOf(kernel: MeteredKernel, packed: Uint8Array): number {
  const loaded = kernel.loadScene(packed)
  switch (loaded.kind) {
    case 'loaded':
      return kernel.pages() * PAGE_BYTES
    case 'bad-scene':
      return refuse('bad-input', `the scene is damaged: ${loaded.reason}`)
    case 'out-of-memory':
      return refuse('bad-input', 'the scene needs more than the 2 GiB that the path tracer can use')
  }
}

function split(file: Parameters<typeof splitScene>[0], view: RenderView | undefined): SplitScene {
  try {
    return splitScene(file, view === undefined ? {} : { view })
  } catch (error) {
    if (error instanceof ImportRefusal) refuse('bad-input', error.fault.message)
    if (error instanceof RangeError) refuse('bad-input', 'the scene does not fit in memory')
    throw error
  }
}
