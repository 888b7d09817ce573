import type { Accessor, Node, Primitive } from '@gltf-transform/core'
import { refuseFile } from '../gltf/import-fault.ts'
import { type Matrix4, multiply, normalMatrix } from '../matrix.ts'

/** Largest values of the integer types that `normalized` scales to −1…1 or 0…1 (glTF 2.0, section 3.6.2.2). */
const NORMALIZED_MAX: Readonly<Record<number, number>> = { 5120: 127, 5121: 255, 5122: 32_767, 5123: 65_535 }

/** Weights below this do not move a vertex. */
const WEIGHT_MIN = 1e-6

/** A primitive's vertices in the space that its `matrixOf` carries to the world. */
export interface PrimitiveVertices {
  readonly count: number
  readonly positions: Float32Array
  /** Empty where the file has none. */
  readonly normals: Float32Array
  readonly tangents: Float32Array
}

/** A vertex attribute as floats, `size` per vertex; undefined where the primitive does not have it. */
export function readAttribute(
  primitive: Primitive,
  name: string,
  sizes: readonly number[],
  count: number,
): { readonly values: Float32Array; readonly size: number } | undefined {
  const accessor = primitive.getAttribute(name)
  if (accessor === null) return undefined
  const size = accessor.getElementSize()
  if (!sizes.includes(size)) refuseFile('bad-geometry', `the vertex attribute ${name} has ${size} components`)
  if (accessor.getCount() !== count) {
    refuseFile('bad-geometry', `${name} has ${accessor.getCount()} vertices where there are ${count}`)
  }
  return { values: floatsOf(accessor), size }
}

/** The accessor's numbers as floats, `normalized` integers scaled. */
export function floatsOf(accessor: Accessor): Float32Array {
  const array = accessor.getArray()
  if (array === null) return new Float32Array(0)
  const top = accessor.getNormalized() ? NORMALIZED_MAX[accessor.getComponentType()] : undefined
  const out = Float32Array.from(array)
  if (top !== undefined) for (let i = 0; i < out.length; i++) out[i] = Math.max(-1, (out[i] ?? 0) / top)
  return out
}

/** Positions, normals and tangents, moved by the mesh's morph targets. */
export function readVertices(
  primitive: Primitive,
  weights: readonly number[],
): PrimitiveVertices | undefined {
  const position = primitive.getAttribute('POSITION')
  if (position === null) return undefined
  const count = position.getCount()
  const positions = readAttribute(primitive, 'POSITION', [3], count)?.values ?? new Float32Array(0)
  const normals = readAttribute(primitive, 'NORMAL', [3], count)?.values ?? new Float32Array(0)
  const tangents = readAttribute(primitive, 'TANGENT', [4], count)?.values ?? new Float32Array(0)
  primitive.listTargets().forEach((target, i) => {
    const weight = weights[i] ?? 0
    if (!(Math.abs(weight) > WEIGHT_MIN)) return
    addMorph(positions, 3, target.getAttribute('POSITION'), weight)
    addMorph(normals, 3, target.getAttribute('NORMAL'), weight)
    addMorph(tangents, 4, target.getAttribute('TANGENT'), weight)
  })
  return { count, positions, normals, tangents }
}

/** Adds `weight` times three numbers to the first three of every vertex. */
function addMorph(values: Float32Array, stride: number, target: Accessor | null, weight: number): void {
  if (target === null || values.length === 0) return
  const deltas = floatsOf(target)
  if (deltas.length * stride !== values.length * 3) {
    refuseFile('bad-geometry', 'a morph target does not have the vertices of its mesh')
  }
  for (let i = 0; i < deltas.length; i++) {
    const to = Math.floor(i / 3) * stride + (i % 3)
    values[to] = (values[to] ?? 0) + weight * (deltas[i] ?? 0)
  }
}

/** How vertices get to the world: all alike, or by the bones that hold each. */
export interface VertexPlacement {
  /** World from vertex. */
  readonly matrixOf: (vertex: number) => Matrix4
  /** For normals. */
  readonly normalMatrixOf: (vertex: number) => Matrix4
}

/** All vertices moved by one matrix. */
export function placedRigidly(world: Matrix4): VertexPlacement {
  const normals = normalMatrix(world)
  return { matrixOf: () => world, normalMatrixOf: () => normals }
}

/**
 * Vertices held by bones, in the pose that their nodes have: each by the weighted mean of its joints'
 * matrices; the mesh's own node does not count (glTF 2.0, section 3.7.3.3). Undefined without a skin.
 */
export function placedBySkin(
  node: Node,
  primitive: Primitive,
  count: number,
  worldOf: ReadonlyMap<Node, Matrix4>,
): VertexPlacement | undefined {
  const skin = node.getSkin()
  const joints = primitive.getAttribute('JOINTS_0')
  const weights = readAttribute(primitive, 'WEIGHTS_0', [4], count)
  if (skin === null || joints === null || weights === undefined) return undefined
  if (joints.getCount() !== count || joints.getElementSize() !== 4) {
    refuseFile('bad-geometry', 'the joints of a skin do not match its vertices')
  }
  const bones = boneMatrices(skin, worldOf)
  const jointArray = joints.getArray() ?? new Uint16Array(0)
  const matrixOf = (vertex: number): Matrix4 => {
    const sum = new Array<number>(16).fill(0)
    let total = 0
    for (let k = vertex * 4; k < vertex * 4 + 4; k++) {
      const weight = weights.values[k] ?? 0
      if (weight < WEIGHT_MIN) continue
      const bone = bones[jointArray[k] ?? 0]
      if (bone === undefined)
        refuseFile('bad-geometry', 'a vertex is held by a bone that its skin does not have')
      for (let i = 0; i < 16; i++) sum[i] = (sum[i] ?? 0) + weight * (bone[i] ?? 0)
      total += weight
    }
    return total > 0 ? sum.map((value) => value / total) : (bones[0] ?? sum)
  }
  return { matrixOf, normalMatrixOf: (vertex) => normalMatrix(matrixOf(vertex)) }
}

function boneMatrices(
  skin: NonNullable<ReturnType<Node['getSkin']>>,
  worldOf: ReadonlyMap<Node, Matrix4>,
): Matrix4[] {
  const inverse = skin.getInverseBindMatrices()
  const values = inverse === null ? undefined : floatsOf(inverse)
  return skin.listJoints().map((joint, i) => {
    const world = worldOf.get(joint) ?? joint.getMatrix()
    const bind = values?.subarray(i * 16, i * 16 + 16)
    return bind?.length === 16 ? multiply(world, Array.from(bind)) : world
  })
}
