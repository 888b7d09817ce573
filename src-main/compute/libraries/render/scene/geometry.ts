import type { Node, Primitive } from '@gltf-transform/core'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import type { UvTransform } from '../../../../../wasm/path-trace/scene-texture.ts'
import type { SceneDescription } from '../../../../../wasm/path-trace/scene.ts'
import { bounded } from '../bounded.ts'
import { refuseFile } from '../gltf/import-fault.ts'
import {
  determinant3,
  type Matrix4,
  normalize,
  transformDirection,
  transformPoint,
  type Triple,
} from '../matrix.ts'
import type { ImportedMaterial } from './materials.ts'
import { averageNormals, generateTangents } from './tangents.ts'
import { flipTriangles, readTriangles, TRIANGLES } from '../gltf/triangles.ts'
import {
  placedBySkin,
  placedRigidly,
  type PrimitiveVertices,
  readAttribute,
  readVertices,
  type VertexPlacement,
} from './vertices.ts'

/** Vertices read, over all instances and active morph targets: a few seconds of work, whatever the file repeats. */
const VERTEX_READS_MAX = 1 << 26

/** Texture coordinates beyond this have no fraction left in a float. */
const UV_MAX = 1e6

/** Of a vertex, packed: where it is and its normal; of a triangle: its corners and its material. */
const VERTEX_BYTES_MIN = 24
const TRIANGLE_BYTES = 16

/** The arrays of a scene that come from meshes. */
export type SceneGeometry = Pick<
  SceneDescription,
  'positions' | 'normals' | 'tangents' | 'colors' | 'uvs' | 'indices' | 'triangleMaterials'
>

/** One instance of a primitive, baked: world space, its own vertex numbers; empty where it has none. */
interface BakedPrimitive {
  readonly positions: Float32Array
  readonly normals: Float32Array
  readonly tangents: Float32Array
  readonly colors: Float32Array
  readonly uvs: Float32Array
  readonly triangles: Uint32Array
  readonly material: number
}

/** A primitive where a node puts it. */
export interface PlacedPrimitive {
  readonly primitive: Primitive
  readonly node: Node
  readonly world: Matrix4
}

/**
 * Refuses with `scene-too-large`, by the counts alone and before any memory is spent, a scene beyond what
 * the kernel takes, or whose packed form would be larger than `bytesMax`, however small the file that repeats its meshes.
 */
export function checkSceneSize(instances: readonly PlacedPrimitive[], bytesMax: number): void {
  let [vertices, triangles, reads] = [0, 0, 0]
  for (const { primitive } of instances) {
    const count = primitive.getAttribute('POSITION')?.getCount() ?? 0
    const corners = primitive.getIndices()?.getCount() ?? count
    if (primitive.getMode() < TRIANGLES) continue
    vertices += count
    triangles += primitive.getMode() === TRIANGLES ? corners / 3 : Math.max(0, corners - 2)
    reads += count * (1 + primitive.listTargets().length)
    if (vertices > SCENE_LIMITS.vertices || triangles > SCENE_LIMITS.triangles || reads > VERTEX_READS_MAX) {
      const most = `${SCENE_LIMITS.triangles} triangles and ${SCENE_LIMITS.vertices} vertices`
      refuseFile('scene-too-large', `the scene has more than ${most}`)
    }
    if (vertices * VERTEX_BYTES_MIN + triangles * TRIANGLE_BYTES > bytesMax) {
      refuseFile('scene-too-large', `the scene's triangles take more than ${bytesMax} bytes`)
    }
  }
}

/** Gathers the primitives of a scene into the parallel arrays that the kernel takes. */
export interface GeometryBuilder {
  /** Bakes one instance; `material` is what it is made of and `index` the material's place in the scene. */
  add(instance: PlacedPrimitive, material: ImportedMaterial, index: number): void
  build(): SceneGeometry
}

/** An empty scene. `worldOf` places the joints of skins. Refuses with `bad-geometry` or `scene-too-large`. */
export function createGeometryBuilder(worldOf: ReadonlyMap<Node, Matrix4>): GeometryBuilder {
  const parts: BakedPrimitive[] = []
  return {
    add({ primitive, node, world }, material, index) {
      const count = primitive.getAttribute('POSITION')?.getCount() ?? 0
      const corners = readTriangles(primitive, count)
      if (corners.length === 0) return
      const read = readVertices(primitive, weightsOf(node))
      if (read === undefined) return
      const skinned = placedBySkin(node, primitive, count, worldOf)
      if (skinned === undefined && determinant3(world) < 0) flipTriangles(corners)
      parts.push(bake(primitive, read, skinned ?? placedRigidly(world), corners, material, index))
    },
    build: () => joinParts(parts),
  }
}

/** Where all vertices of the instances are in the world, and nothing else of them. */
export function placedPositions(
  instances: readonly PlacedPrimitive[],
  worldOf: ReadonlyMap<Node, Matrix4>,
): Float32Array[] {
  return instances.flatMap(({ primitive, node, world }) => {
    const read = readVertices(primitive, weightsOf(node))
    if (read === undefined || primitive.getMode() < TRIANGLES) return []
    const placement = placedBySkin(node, primitive, read.count, worldOf) ?? placedRigidly(world)
    return [bakePositions(read, placement)]
  })
}

function weightsOf(node: Node): readonly number[] {
  const own = node.getWeights()
  return own.length > 0 ? own : (node.getMesh()?.getWeights() ?? [])
}

function bake(
  primitive: Primitive,
  read: PrimitiveVertices,
  placement: VertexPlacement,
  corners: Uint32Array,
  material: ImportedMaterial,
  index: number,
): BakedPrimitive {
  const positions = bakePositions(read, placement)
  const normals = bakeNormals(read, placement)
  const triangles = withArea(positions, corners)
  const used = Object.values(material.description.textures)
  const isBrushed = material.description.anisotropy > 0
  const uvs =
    isBrushed || used.some((texture) => texture >= 0)
      ? bakeUvs(primitive, read.count, material.uvSet)
      : new Float32Array(0)
  const { normal, clearcoatNormal } = material.description.textures
  const needsTangents = isBrushed || Math.max(normal, clearcoatNormal) >= 0
  const tangents = needsTangents
    ? bakeTangents(
        read,
        placement,
        positions,
        normals,
        transformedUvs(uvs, material.normalTransform),
        triangles,
      )
    : new Float32Array(0)
  return {
    positions,
    normals,
    tangents,
    colors: bakeColors(primitive, read.count),
    uvs,
    triangles,
    material: index,
  }
}

function bakePositions(read: PrimitiveVertices, placement: VertexPlacement): Float32Array {
  const out = new Float32Array(read.count * 3)
  for (let v = 0; v < read.count; v++) {
    const point = transformPoint(placement.matrixOf(v), tripleAt(read.positions, v, 3))
    const largest = Math.max(...point.map(Math.abs))
    if (Number.isNaN(largest)) refuseFile('bad-geometry', 'a vertex of the scene is not a finite point')
    if (largest > SCENE_LIMITS.coordinate) {
      refuseFile('scene-too-large', `the scene reaches further than ${SCENE_LIMITS.coordinate} m`)
    }
    out.set(point, v * 3)
  }
  return out
}

/** Unit shading normals; zeros, which the kernel takes for the triangle's own, where the file has none. */
function bakeNormals(read: PrimitiveVertices, placement: VertexPlacement): Float32Array {
  const out = new Float32Array(read.count * 3)
  if (read.normals.length === 0) return out
  for (let v = 0; v < read.count; v++) {
    const normal = transformDirection(placement.normalMatrixOf(v), tripleAt(read.normals, v, 3))
    out.set(normalize(normal), v * 3)
  }
  return out
}

/** The file's tangents, turned with the mesh; made from the texture coordinates where it has none. */
function bakeTangents(
  read: PrimitiveVertices,
  placement: VertexPlacement,
  positions: Float32Array,
  normals: Float32Array,
  uvs: Float32Array,
  triangles: Uint32Array,
): Float32Array {
  // Tangents without normals are to be ignored (glTF 2.0, section 3.7.2.1).
  if (read.tangents.length === 0 || read.normals.length === 0) {
    const around = read.normals.length === 0 ? averageNormals(positions, triangles) : normals
    return generateTangents(positions, around, uvs, triangles)
  }
  const out = new Float32Array(read.count * 4)
  for (let v = 0; v < read.count; v++) {
    const matrix = placement.matrixOf(v)
    const tangent = normalize(transformDirection(matrix, tripleAt(read.tangents, v, 4)))
    const handedness = (read.tangents[v * 4 + 3] ?? 1) < 0 ? -1 : 1
    out.set([...tangent, determinant3(matrix) < 0 ? -handedness : handedness], v * 4)
  }
  return out
}

function bakeUvs(primitive: Primitive, count: number, set: number): Float32Array {
  const read = readAttribute(primitive, `TEXCOORD_${set}`, [2], count)
  return read?.values.map((value) => bounded(value, -UV_MAX, UV_MAX, 0)) ?? new Float32Array(count * 2)
}

/** Coordinates as a texture that lies by a transform sees them. */
function transformedUvs(uvs: Float32Array, [a, b, c, d, e, f]: UvTransform): Float32Array {
  return uvs.map((_, i) => {
    const [u, v] = [uvs[i - (i % 2)] ?? 0, uvs[i - (i % 2) + 1] ?? 0]
    return i % 2 === 0 ? a * u + b * v + c : d * u + e * v + f
  })
}

function bakeColors(primitive: Primitive, count: number): Float32Array {
  const read = readAttribute(primitive, 'COLOR_0', [3, 4], count)
  if (read === undefined) return new Float32Array(0)
  const out = new Float32Array(count * 4).fill(1)
  for (let v = 0; v < count; v++) {
    for (let c = 0; c < read.size; c++) out[v * 4 + c] = bounded(read.values[v * read.size + c], 0, 1, 1)
  }
  // White colours are what most files with colours have, and multiply by nothing.
  return out.every((value) => value === 1) ? new Float32Array(0) : out
}

/** The triangles that have a surface: one without has no normal, and light sampled on it no density. */
function withArea(positions: Float32Array, triangles: Uint32Array): Uint32Array {
  const out = new Uint32Array(triangles.length)
  let length = 0
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const corners = [triangles[t] ?? 0, triangles[t + 1] ?? 0, triangles[t + 2] ?? 0]
    if (triangleArea(positions, corners[0] ?? 0, corners[1] ?? 0, corners[2] ?? 0) > 0) {
      out.set(corners, length)
      length += 3
    }
  }
  return out.subarray(0, length)
}

/** Area of a triangle of three vertices, in square metres, as far as floats can tell. */
export function triangleArea(positions: Float32Array, a: number, b: number, c: number): number {
  const edge = (to: number, k: number) => (positions[3 * to + k] ?? 0) - (positions[3 * a + k] ?? 0)
  const x = Math.fround(edge(b, 1) * edge(c, 2) - edge(b, 2) * edge(c, 1))
  const y = Math.fround(edge(b, 2) * edge(c, 0) - edge(b, 0) * edge(c, 2))
  const z = Math.fround(edge(b, 0) * edge(c, 1) - edge(b, 1) * edge(c, 0))
  return Math.sqrt(x * x + y * y + z * z) / 2
}

/** One after the other; an attribute that some parts have is filled in for the others. */
function joinParts(parts: readonly BakedPrimitive[]): SceneGeometry {
  const vertices = parts.reduce((sum, part) => sum + part.positions.length / 3, 0)
  const corners = parts.reduce((sum, part) => sum + part.triangles.length, 0)
  const indices = new Uint32Array(corners)
  const triangleMaterials = new Uint32Array(corners / 3)
  let [vertex, corner] = [0, 0]
  for (const part of parts) {
    for (let i = 0; i < part.triangles.length; i++) indices[corner + i] = (part.triangles[i] ?? 0) + vertex
    triangleMaterials.fill(part.material, corner / 3, (corner + part.triangles.length) / 3)
    vertex += part.positions.length / 3
    corner += part.triangles.length
  }
  const attribute = (
    name: 'positions' | 'normals' | 'tangents' | 'colors' | 'uvs',
    size: number,
    fill: number,
  ) =>
    joinAttribute(parts, name, parts.some((part) => part[name].length > 0) ? vertices * size : 0, size, fill)
  return {
    positions: attribute('positions', 3, 0),
    normals: attribute('normals', 3, 0),
    tangents: attribute('tangents', 4, 0),
    colors: attribute('colors', 4, 1),
    uvs: attribute('uvs', 2, 0),
    indices,
    triangleMaterials,
  }
}

function joinAttribute(
  parts: readonly BakedPrimitive[],
  name: 'positions' | 'normals' | 'tangents' | 'colors' | 'uvs',
  length: number,
  size: number,
  fill: number,
): Float32Array {
  const out = new Float32Array(length).fill(fill)
  let at = 0
  for (const part of parts) {
    if (length > 0) out.set(part[name], at)
    at += (part.positions.length / 3) * size
  }
  return out
}

function tripleAt(values: Float32Array, vertex: number, stride: number): Triple {
  const at = vertex * stride
  return [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0]
}
