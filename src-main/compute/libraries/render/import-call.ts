import { z } from 'zod'
import { packScene, type EnvironmentDescription } from '../../../../wasm/path-trace/scene.ts'
import { parseAs } from '../../../protocol/canonical.ts'
import { refuse } from '../../../protocol/fault.ts'
import type { LibraryCall, LibraryInput, LibraryResult } from '../../library.ts'
import { parseEnvironment } from './environment.ts'
import { importScene } from './import-scene.ts'

/** The role of the main file; beside it and the environment, inputs are named as the file names them. */
export const SCENE_ROLE = 'scene'
/** The role of a picture of distant light. */
export const ENVIRONMENT_ROLE = 'environment'

/** When the last frame of the longest animation is, at one a second. */
const SECONDS_MAX = 1_000_000

/**
 * `render.import`: which of the file's cameras, width by height of the picture for a file without one, and when in its
 * animations (at rest when absent).
 */
const ImportParams = z.strictObject({
  camera: z.int().min(0).max(0xffff).optional(),
  aspect: z.number().positive().max(100).optional(),
  seconds: z.number().min(0).max(SECONDS_MAX).optional(),
})

/**
 * Packs a stranger's glTF file (input `scene`; `environment` a Radiance picture; all others by the names that
 * the file gives them). Its info: `triangles`, `materials`, `textures`, `lights`, `environment` (constant or map),
 * `framed` (the picture's shape decided what is seen) and `warnings`.
 *
 * @throws FaultError `bad-input` with one clear line for whoever chose the file
 */
export async function runImport(call: LibraryCall): Promise<LibraryResult> {
  const params = parseAs(call.params, ImportParams)
  const main = call.inputs.get(SCENE_ROLE)
  if (!params.ok) refuse('bad-input', params.fault.message)
  if (main === undefined) refuse('bad-input', 'an import without a scene')
  const { camera, aspect, seconds } = params.value
  const environment = environmentOf(call.inputs.get(ENVIRONMENT_ROLE))
  const imported = await importScene(
    { bytes: main.read(), resources: resourcesOf(call.inputs) },
    {
      ...(camera === undefined ? {} : { camera }),
      ...(aspect === undefined ? {} : { aspect }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(environment === undefined ? {} : { environment }),
    },
  )
  if (imported.kind !== 'scene') refuse('bad-input', imported.message)
  const { scene, isFramed, warnings } = imported
  const output = packScene(scene)
  return {
    output: Uint8Array.from(output),
    info: {
      triangles: scene.indices.length / 3,
      materials: scene.materials.length,
      textures: scene.textures.length,
      lights: scene.lights.length,
      environment: scene.environment.kind,
      framed: isFramed,
      warnings: warnings.map(({ kind, message }) => ({ kind, message })),
    },
    memoryBytes: 2 * output.byteLength + main.bytes,
  }
}

function environmentOf(input: LibraryInput | undefined): EnvironmentDescription | undefined {
  if (input === undefined) return undefined
  const parsed = parseEnvironment(input.read())
  if (parsed.kind === 'bad-environment') refuse('bad-input', parsed.message)
  return parsed
}

function resourcesOf(inputs: LibraryCall['inputs']): Map<string, Uint8Array> {
  const resources = new Map<string, Uint8Array>()
  for (const [role, input] of inputs) {
    if (role !== SCENE_ROLE && role !== ENVIRONMENT_ROLE) resources.set(role, input.read())
  }
  return resources
}
