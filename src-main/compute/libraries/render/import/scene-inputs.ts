import { refuse } from '../../../../protocol/fault.ts'
import type { LibraryCall, LibraryInput } from '../../../library.ts'
import { type EnvironmentMap, parseEnvironment } from '../textures/environment.ts'
import type { SceneResource } from '../gltf/resources.ts'

/** The role of the main file; beside it and the environment, inputs are named as the file names them. */
export const SCENE_ROLE = 'scene'
/** The role of a picture of distant light. */
export const ENVIRONMENT_ROLE = 'environment'

/**
 * The distant light among a call's inputs.
 * @throws FaultError `bad-input` for what is no picture of it, `oversized` for one that decodes to more than the call's
 * memory
 */
export function environmentOf({
  inputs,
  limits,
}: Pick<LibraryCall, 'inputs' | 'limits'>): EnvironmentMap | undefined {
  const input = inputs.get(ENVIRONMENT_ROLE)
  if (input === undefined) return undefined
  const parsed = parseEnvironment(input.read(), limits.memoryBytesMax)
  if (parsed.kind === 'map') return parsed
  return refuse(parsed.kind === 'bad-environment' ? 'bad-input' : 'oversized', parsed.message)
}

/** The files beside a scene, each read when it is needed. */
export function resourcesOf(inputs: LibraryCall['inputs']): Map<string, SceneResource> {
  const resources = new Map<string, SceneResource>()
  for (const [role, input] of inputs) {
    if (role !== SCENE_ROLE && role !== ENVIRONMENT_ROLE) resources.set(role, resourceOf(input))
  }
  return resources
}

function resourceOf(input: LibraryInput): SceneResource {
  return { key: input.contentName, read: () => input.read() }
}
