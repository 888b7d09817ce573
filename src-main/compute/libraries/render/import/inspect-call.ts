import { refuse } from '../../../../protocol/fault.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { checkGltf } from '../gltf/check.ts'
import { openGltf } from '../gltf/file.ts'
import { ImportRefusal } from '../gltf/import-fault.ts'
import { ignoredExtensions, inspectGltf } from '../gltf/inspect-gltf.ts'
import { SUPPORTED_EXTENSIONS } from '../gltf/read-gltf.ts'
import { ENVIRONMENT_ROLE, SCENE_ROLE } from './scene-inputs.ts'

/**
 * `render.inspect`: what a stranger's glTF file (input `scene`) is made of, as info; the other inputs are the files that
 * are there beside it, by their names. Nothing of them is read.
 *
 * @throws FaultError `bad-input` with one clear line for the user who chose the file
 */
export function runInspect(call: LibraryCall): LibraryResult {
  const main = call.inputs.get(SCENE_ROLE)
  if (main === undefined) refuse('bad-input', 'an inspection without a scene')
  const given = new Set(
    [...call.inputs.keys()].filter((role) => role !== SCENE_ROLE && role !== ENVIRONMENT_ROLE),
  )
  try {
    const gltf = checkGltf(openGltf(main.read()).json, SUPPORTED_EXTENSIONS)
    const { triangles, meshes, materials, textures, cameras, animationSeconds, missing } = inspectGltf(
      gltf,
      given,
    )
    return {
      output: new Uint8Array(0),
      info: {
        triangles,
        meshes,
        materials,
        textures,
        cameras: [...cameras],
        animation_seconds: animationSeconds,
        missing: [...missing],
        warnings: ignoredExtensions(gltf, SUPPORTED_EXTENSIONS).map(({ kind, message }) => ({
          kind,
          message,
        })),
      },
      memoryBytes: 2 * main.bytes,
    }
  } catch (error) {
    if (error instanceof ImportRefusal) refuse('bad-input', error.fault.message)
    throw error
  }
}
