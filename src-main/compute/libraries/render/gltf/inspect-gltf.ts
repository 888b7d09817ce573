import type { GltfJson } from './schema.ts'
import { bounded } from '../bounded.ts'
import { type ImportWarning, refuseFile } from './import-fault.ts'
import { isGiven } from './resource-name.ts'
import { TRIANGLES } from './triangles.ts'

/** Names told of one list; a scene with more is not looked through by name. */
const NAMES_MAX = 1_000
const NAME_LENGTH_MAX = 100
/** Longer animations are cut off: no user waits for their end. */
const ANIMATION_SECONDS_MAX = 1_000_000
/** Scenes repeat their meshes; beyond this the import refuses anyway. */
const TRIANGLES_COUNTED_MAX = 1e12

/** The contents of a scene, by its description alone. */
export interface GltfReport {
  readonly triangles: number
  readonly meshes: number
  readonly materials: number
  readonly textures: number
  /** In the order of `importCamera`; empty where the file gives no name. */
  readonly cameras: readonly string[]
  /** By the file's own account: the latest key of any animation. */
  readonly animationSeconds: number
  /** Files that it refers to and that were not given, each once. */
  readonly missing: readonly string[]
}

type GltfNode = NonNullable<GltfJson['nodes']>[number]

/**
 * Looks a checked file over without its buffers and images. `given` are the names of the files beside it.
 * Refuses with `no-triangles`.
 */
export function inspectGltf(gltf: GltfJson, given: ReadonlySet<string>): GltfReport {
  const nodes = shownNodes(gltf)
  const triangles = nodes.reduce((sum, node) => sum + trianglesOf(gltf, node) * instancesOf(gltf, node), 0)
  if (triangles === 0) refuseFile('no-triangles', 'the scene has no triangles to render')
  return {
    triangles: Math.min(triangles, TRIANGLES_COUNTED_MAX),
    meshes: gltf.meshes?.length ?? 0,
    materials: gltf.materials?.length ?? 0,
    textures: gltf.textures?.length ?? 0,
    cameras: nodes.flatMap((node) => cameraName(gltf, node) ?? []).slice(0, NAMES_MAX),
    animationSeconds: animationSeconds(gltf),
    missing: missingFiles(gltf, given),
  }
}

/** Extensions that the file uses and this program does not know. */
export function ignoredExtensions(gltf: GltfJson, supported: ReadonlySet<string>): ImportWarning[] {
  return (gltf.extensionsUsed ?? [])
    .filter((name) => !supported.has(name))
    .map((name) => ({ kind: 'ignored-extension', message: `the extension ${name} is ignored` }))
}

/** The nodes of the default scene, else the first, else all, parents first: the order of `placeNodes`. */
export function shownNodes(gltf: GltfJson): GltfNode[] {
  const all = gltf.nodes ?? []
  const children = new Set(all.flatMap((node) => node.children ?? []))
  const scene = gltf.scenes?.[gltf.scene ?? 0]
  const roots = scene === undefined ? [...all.keys()].filter((i) => !children.has(i)) : (scene.nodes ?? [])
  const found: GltfNode[] = []
  const stack = [...roots].reverse()
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    const node = all[index]
    if (node === undefined) continue
    found.push(node)
    stack.push(...[...(node.children ?? [])].reverse())
  }
  return found
}

function trianglesOf(gltf: GltfJson, { mesh }: GltfNode): number {
  const primitives = mesh === undefined ? [] : (gltf.meshes?.[mesh]?.primitives ?? [])
  return primitives.reduce((sum, { indices, attributes, mode = TRIANGLES }) => {
    const corners = gltf.accessors?.[indices ?? attributes['POSITION'] ?? -1]?.count ?? 0
    if (mode < TRIANGLES) return sum
    return sum + (mode === TRIANGLES ? Math.floor(corners / 3) : Math.max(0, corners - 2))
  }, 0)
}

/** How often a node shows its mesh: EXT_mesh_gpu_instancing, else once. */
function instancesOf(gltf: GltfJson, node: GltfNode): number {
  const instances = node.extensions?.EXT_mesh_gpu_instancing
  if (instances === undefined) return 1
  const [first = -1] = Object.values(instances.attributes)
  return gltf.accessors?.[first]?.count ?? 0
}

function cameraName(gltf: GltfJson, node: GltfNode): string | undefined {
  const camera = node.camera === undefined ? undefined : gltf.cameras?.[node.camera]
  if (camera === undefined) return undefined
  const name = [camera['name'], node['name']].find((text) => typeof text === 'string' && text !== '')
  return typeof name === 'string' ? name.slice(0, NAME_LENGTH_MAX) : ''
}

function animationSeconds(gltf: GltfJson): number {
  let latest = 0
  for (const { samplers } of gltf.animations ?? []) {
    for (const { input } of samplers) {
      const highest: unknown = gltf.accessors?.[input]?.['max']
      const end: unknown = Array.isArray(highest) ? highest[0] : 0
      latest = Math.max(latest, bounded(end, 0, ANIMATION_SECONDS_MAX, 0))
    }
  }
  return latest
}

function missingFiles(gltf: GltfJson, given: ReadonlySet<string>): string[] {
  const uris = [...(gltf.buffers ?? []), ...(gltf.images ?? [])].flatMap(({ uri }) => uri ?? [])
  const missing = uris.filter((uri) => !uri.startsWith('data:') && !isGiven(uri, given))
  return [...new Set(missing)].slice(0, NAMES_MAX).map((uri) => uri.slice(0, NAME_LENGTH_MAX))
}
