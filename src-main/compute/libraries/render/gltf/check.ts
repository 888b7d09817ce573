import type { z } from 'zod'
import { COMPONENT_BYTES, GltfJson, TYPE_COMPONENTS } from './schema.ts'
import { ImportRefusal, refuseFile } from './import-fault.ts'
import { decodedBytes, unwrapMeshopt } from './meshopt.ts'
import { unwrapWebp } from './webp-textures.ts'

/** Everything a file's accessors decode to. Accessors may overlap, so that a small file could ask for much. */
const DECODED_BYTES_MAX = 2 ** 30

/** Everything a file's images hold, encoded; images may share bytes too. */
const IMAGE_BYTES_MAX = 2 ** 30

/** Levels of the node tree. Bones nest a hundred deep at most; the reader behind us recurses. */
const NODE_DEPTH_MAX = 1000

/** Lists of one file's description, each absent where the file has none. */
type Entries<K extends keyof GltfJson> = NonNullable<GltfJson[K]>

/**
 * Checks a description against the schema and itself: references exist, accessors lie in their buffers, the
 * nodes form trees, and what it will decode to is bounded. `supported` names the extensions that we know; accessors may
 * decode to `decodedBytesMax` bytes at most, and never to more than a gigabyte.
 * Refuses with `not-gltf`, `unsupported-extension` or `scene-too-large`, in one line.
 */
export function checkGltf(
  json: unknown,
  supported: ReadonlySet<string>,
  decodedBytesMax = DECODED_BYTES_MAX,
): GltfJson {
  const parsed = GltfJson.safeParse(json)
  if (!parsed.success) refuseFile('not-gltf', `not a glTF 2.0 scene: ${firstIssue(parsed.error)}`)
  const gltf = parsed.data
  unwrapMeshopt(gltf)
  unwrapWebp(gltf)
  for (const extension of gltf.extensionsRequired ?? []) {
    if (supported.has(extension)) continue
    throw new ImportRefusal({
      kind: 'unsupported-extension',
      extension,
      message: `the file needs the extension ${extension}, which is not supported`,
    })
  }
  checkReferences(gltf)
  checkAccessors(gltf, Math.min(decodedBytesMax, DECODED_BYTES_MAX))
  checkImages(gltf)
  checkNodeTree(gltf.nodes ?? [], gltf.scenes ?? [])
  return gltf
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'it breaks the specification'
  const where = issue.path.map(String).join('.').slice(0, 100)
  return where === '' ? issue.message : `${where}: ${issue.message}`
}

/** Refuses unless `index`, where given, is an entry of the list. */
function within(list: readonly unknown[] | undefined, index: number | undefined, what: string): void {
  if (index !== undefined && index >= (list?.length ?? 0)) {
    refuseFile('not-gltf', `the file names ${what} ${index}, which is not in it`)
  }
}

function checkReferences(gltf: GltfJson): void {
  checkSceneNodes(gltf)
  checkNodes(gltf)
  checkMeshes(gltf)
  checkSkins(gltf)
  checkAnimations(gltf)
  checkTextures(gltf)
  checkMaterials(gltf)
}

function checkSceneNodes({ scenes, scene, nodes }: GltfJson): void {
  within(scenes, scene, 'scene')
  for (const { nodes: roots } of scenes ?? []) for (const node of roots ?? []) within(nodes, node, 'node')
}

function checkNodes(gltf: GltfJson): void {
  for (const node of gltf.nodes ?? []) {
    within(gltf.meshes, node.mesh, 'mesh')
    within(gltf.cameras, node.camera, 'camera')
    within(gltf.skins, node.skin, 'skin')
    for (const child of node.children ?? []) within(gltf.nodes, child, 'node')
    const instances = node.extensions?.EXT_mesh_gpu_instancing?.attributes ?? {}
    for (const accessor of Object.values(instances)) within(gltf.accessors, accessor, 'accessor')
  }
}

function checkMeshes(gltf: GltfJson): void {
  for (const { primitives } of gltf.meshes ?? []) {
    for (const primitive of primitives) {
      within(gltf.materials, primitive.material, 'material')
      within(gltf.accessors, primitive.indices, 'accessor')
      for (const attributes of [primitive.attributes, ...(primitive.targets ?? [])]) {
        for (const accessor of Object.values(attributes)) within(gltf.accessors, accessor, 'accessor')
      }
    }
  }
}

function checkSkins(gltf: GltfJson): void {
  for (const skin of gltf.skins ?? []) {
    within(gltf.accessors, skin.inverseBindMatrices, 'accessor')
    within(gltf.nodes, skin.skeleton, 'node')
    for (const joint of skin.joints) within(gltf.nodes, joint, 'node')
  }
}

function checkAnimations(gltf: GltfJson): void {
  for (const { channels, samplers } of gltf.animations ?? []) {
    for (const { sampler, target } of channels) {
      within(samplers, sampler, 'animation sampler')
      within(gltf.nodes, target.node, 'node')
    }
    for (const { input, output } of samplers) {
      within(gltf.accessors, input, 'accessor')
      within(gltf.accessors, output, 'accessor')
    }
  }
}

function checkTextures(gltf: GltfJson): void {
  for (const texture of gltf.textures ?? []) {
    within(gltf.images, texture.source, 'image')
    within(gltf.samplers, texture.sampler, 'sampler')
  }
}

function checkMaterials(gltf: GltfJson): void {
  for (const material of gltf.materials ?? []) {
    const pbr = material.pbrMetallicRoughness
    const infos = [pbr?.baseColorTexture, pbr?.metallicRoughnessTexture, material.normalTexture]
    for (const info of [...infos, material.occlusionTexture, material.emissiveTexture]) {
      within(gltf.textures, info?.index, 'texture')
    }
  }
}

function checkAccessors(gltf: GltfJson, decodedBytesMax: number): void {
  const views = gltf.bufferViews ?? []
  for (const view of views) {
    within(gltf.buffers, view.buffer, 'buffer')
    const buffer = gltf.buffers?.[view.buffer]
    if ((view.byteOffset ?? 0) + view.byteLength > (buffer?.byteLength ?? 0)) {
      refuseFile('not-gltf', 'a part of a buffer reaches beyond its end')
    }
  }
  let decoded = views.reduce((sum, view) => sum + (decodedBytes(view) ?? 0), 0)
  for (const accessor of gltf.accessors ?? []) {
    const size = elementBytes(accessor.type, accessor.componentType)
    decoded += accessor.count * size
    checkSpan(views, accessor.bufferView, accessor.byteOffset, accessor.count, size)
    if (accessor.sparse === undefined) continue
    const { count, indices, values } = accessor.sparse
    if (count > accessor.count) refuseFile('not-gltf', 'a sparse accessor replaces more than it has')
    decoded += count * (size + 4)
    checkSpan(views, indices.bufferView, indices.byteOffset, count, COMPONENT_BYTES[indices.componentType])
    checkSpan(views, values.bufferView, values.byteOffset, count, size)
  }
  if (decoded > decodedBytesMax) {
    refuseFile(
      'scene-too-large',
      `the scene's data would take ${decoded} bytes, more than ${decodedBytesMax}`,
    )
  }
}

type AccessorType = Entries<'accessors'>[number]

function elementBytes(type: AccessorType['type'], componentType: AccessorType['componentType']): number {
  return TYPE_COMPONENTS[type] * COMPONENT_BYTES[componentType]
}

/** Refuses unless `count` elements of `size` bytes, spaced as the buffer view says, lie within it. */
function checkSpan(
  views: Entries<'bufferViews'>,
  viewIndex: number | undefined,
  byteOffset: number | undefined,
  count: number,
  size: number,
): void {
  within(views, viewIndex, 'buffer view')
  const view = viewIndex === undefined ? undefined : views[viewIndex]
  if (view === undefined) return
  const stride = view.byteStride ?? size
  const length = decodedBytes(view) ?? view.byteLength
  if (stride < size || (byteOffset ?? 0) + stride * (count - 1) + size > length) {
    refuseFile('not-gltf', 'an accessor reaches beyond its part of the buffer')
  }
}

function checkImages(gltf: GltfJson): void {
  let total = 0
  for (const image of gltf.images ?? []) {
    within(gltf.bufferViews, image.bufferView, 'buffer view')
    if (image.bufferView === undefined && image.uri === undefined) {
      refuseFile('not-gltf', 'an image of the file has neither a name nor data')
    }
    if (image.bufferView !== undefined) total += gltf.bufferViews?.[image.bufferView]?.byteLength ?? 0
  }
  if (total > IMAGE_BYTES_MAX) refuseFile('scene-too-large', `the scene's images take ${total} bytes`)
}

/** Every node has one parent at most, no node is its own ancestor, and no branch is too deep. */
function checkNodeTree(nodes: Entries<'nodes'>, scenes: Entries<'scenes'>): void {
  const hasParent = childrenOf(nodes)
  checkDepths(nodes, hasParent)
  for (const { nodes: roots } of scenes) {
    for (const root of roots ?? []) {
      if (hasParent[root] === 1) refuseFile('not-gltf', `node ${root} of a scene is not a root`)
    }
  }
}

/** 1 for each node that has a parent. */
function childrenOf(nodes: Entries<'nodes'>): Uint8Array {
  const hasParent = new Uint8Array(nodes.length)
  for (const { children } of nodes) {
    for (const child of children ?? []) {
      if (hasParent[child] === 1) refuseFile('not-gltf', `node ${child} of the file has two parents`)
      hasParent[child] = 1
    }
  }
  return hasParent
}

function checkDepths(nodes: Entries<'nodes'>, hasParent: Uint8Array): void {
  const depth = new Int32Array(nodes.length).fill(-1)
  const stack: number[] = []
  for (let root = 0; root < nodes.length; root++) {
    if (hasParent[root] === 1) continue
    depth[root] = 0
    stack.push(root)
  }
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const below = (depth[node] ?? 0) + 1
    if (below > NODE_DEPTH_MAX) refuseFile('scene-too-large', `the nodes nest deeper than ${NODE_DEPTH_MAX}`)
    for (const child of nodes[node]?.children ?? []) {
      depth[child] = below
      stack.push(child)
    }
  }
  // With one parent each, nodes that no root reaches form a ring.
  const ringed = depth.indexOf(-1)
  if (ringed >= 0) refuseFile('not-gltf', `node ${ringed} of the file is its own ancestor`)
}
