import { Document, type Material, type Node, WebIO } from '@gltf-transform/core'
import { ALL_EXTENSIONS, KHRLightsPunctual } from '@gltf-transform/extensions'
import type { SceneDescription } from '../../../../../wasm/path-trace/scene.ts'
import type { Interpolation } from '../scene/animation-track.ts'
import { type ImportOptions, importScene } from './import-scene.ts'
import type { SceneFile } from '../gltf/resources.ts'

/** Files for the tests, built in memory. */

/** A document with a buffer and a default scene to hang nodes in. */
export function newDocument(): { document: Document; add: (node: Node) => Node } {
  const document = new Document()
  document.createBuffer()
  const scene = document.createScene()
  document.getRoot().setDefaultScene(scene)
  const add = (node: Node): Node => {
    scene.addChild(node)
    return node
  }
  return { document, add }
}

/** The corners of a unit square in the xy plane that faces +z, with texture coordinates from its top left. */
export const SQUARE = {
  POSITION: [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0],
  TEXCOORD_0: [0, 1, 1, 1, 1, 0, 0, 0],
  indices: [0, 1, 2, 0, 2, 3],
}

/** The attributes of a mesh of one primitive; sizes follow from the names unless `sizes` gives them. */
export interface FixtureMesh {
  readonly attributes: Readonly<Record<string, readonly number[]>>
  readonly indices?: readonly number[]
  readonly mode?: number
  readonly material?: Material
}

const SIZE_TYPES = { 1: 'SCALAR', 2: 'VEC2', 3: 'VEC3', 4: 'VEC4' } as const
const ATTRIBUTE_SIZES: Readonly<Record<string, 2 | 3 | 4>> = {
  TEXCOORD_0: 2,
  TEXCOORD_1: 2,
  TANGENT: 4,
  COLOR_0: 4,
  WEIGHTS_0: 4,
  JOINTS_0: 4,
}

/** A node with the mesh, not yet in the scene. */
export function meshNode(document: Document, mesh: FixtureMesh): Node {
  const buffer = document.getRoot().listBuffers()[0] ?? null
  const primitive = document.createPrimitive().setMode((mesh.mode ?? 4) as 4)
  for (const [name, values] of Object.entries(mesh.attributes)) {
    const array = name === 'JOINTS_0' ? Uint16Array.from(values) : Float32Array.from(values)
    const type = SIZE_TYPES[ATTRIBUTE_SIZES[name] ?? 3]
    primitive.setAttribute(name, document.createAccessor().setBuffer(buffer).setType(type).setArray(array))
  }
  if (mesh.indices) {
    const array = Uint32Array.from(mesh.indices)
    primitive.setIndices(document.createAccessor().setBuffer(buffer).setArray(array))
  }
  if (mesh.material) primitive.setMaterial(mesh.material)
  return document.createNode().setMesh(document.createMesh().addPrimitive(primitive))
}

/** The square as a node. */
export function squareNode(document: Document, material?: Material): Node {
  const { indices, ...attributes } = SQUARE
  return meshNode(document, { attributes, indices, ...(material ? { material } : {}) })
}

/** A sun that shines along −z, onto the square from the front, in lux. */
export function sunNode(document: Document, lux: number): Node {
  const light = document.createExtension(KHRLightsPunctual).createLight()
  return document
    .createNode('sun')
    .setExtension('KHR_lights_punctual', light.setType('directional').setIntensity(lux))
}

/** The target of an animation. */
export type AnimatedPath = 'translation' | 'rotation' | 'scale' | 'weights'
/** Adds an animation of its own that moves one property of a node. */
export function animate(
  document: Document,
  node: Node,
  path: AnimatedPath,
  times: number[],
  values: number[],
  interpolation: Interpolation = 'LINEAR',
): void {
  const buffer = document.getRoot().listBuffers()[0] ?? null
  const type = ({ translation: 'VEC3', scale: 'VEC3', rotation: 'VEC4', weights: 'SCALAR' } as const)[path]
  const accessor = (array: number[], of: 'SCALAR' | 'VEC3' | 'VEC4') =>
    document.createAccessor().setBuffer(buffer).setType(of).setArray(Float32Array.from(array))
  const sampler = document
    .createAnimationSampler()
    .setInput(accessor(times, 'SCALAR'))
    .setOutput(accessor(values, type))
    .setInterpolation(interpolation)
  const channel = document
    .createAnimationChannel()
    .setTargetNode(node)
    .setTargetPath(path)
    .setSampler(sampler)
  document.createAnimation().addSampler(sampler).addChannel(channel)
}

/** The document as GLB bytes, with any extension. */
export async function glbOf(document: Document): Promise<Uint8Array> {
  return new WebIO().registerExtensions(ALL_EXTENSIONS).writeBinary(document)
}

/** Imports and insists on a scene. */
export async function sceneOf(
  file: Document | SceneFile,
  options?: ImportOptions,
): Promise<SceneDescription> {
  const bytes = file instanceof Document ? { bytes: await glbOf(file) } : file
  const imported = await importScene(bytes, options)
  if (imported.kind !== 'scene')
    throw new Error(`expected a scene, got ${imported.kind}: ${imported.message}`)
  return imported.scene
}

/** Rounded so that float noise does not matter in comparisons. */
export function rounded(values: Iterable<number>): number[] {
  return Array.from(values, (value) => Math.round(value * 1e5) / 1e5 + 0)
}
