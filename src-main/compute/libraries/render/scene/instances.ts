import type { Accessor } from '@gltf-transform/core'
import type { InstancedMesh } from '@gltf-transform/extensions'
import { refuseFile } from '../gltf/import-fault.ts'
import { type Matrix4, multiply } from '../matrix.ts'
import type { PlacedPrimitive } from './geometry.ts'
import type { PlacedNode } from './nodes.ts'
import { floatsOf } from './vertices.ts'

/** Primitives of a scene, each time that one is shown: a forest. More would be a file that repeats itself to fill memory. */
export const INSTANCES_MAX = 1 << 18

/**
 * Every primitive of the nodes, once for each instance that EXT_mesh_gpu_instancing makes of its node.
 * Refuses with `scene-too-large` beyond `INSTANCES_MAX`, and with `bad-geometry` where instances do not agree in number.
 */
export function placePrimitives(nodes: readonly PlacedNode[]): PlacedPrimitive[] {
  const placed: PlacedPrimitive[] = []
  for (const { node, world } of nodes) {
    const primitives = node.getMesh()?.listPrimitives() ?? []
    const batch = node.getExtension<InstancedMesh>('EXT_mesh_gpu_instancing')
    const count = batch === null ? 1 : countOf(batch)
    if (placed.length + count * primitives.length > INSTANCES_MAX) {
      refuseFile('scene-too-large', `the scene shows more than ${INSTANCES_MAX} instances of its meshes`)
    }
    if (primitives.length === 0) continue
    for (const own of batch === null
      ? [world]
      : instanceMatrices(batch, count).map((m) => multiply(world, m))) {
      placed.push(...primitives.map((primitive) => ({ primitive, node, world: own })))
    }
  }
  return placed
}

function countOf(batch: InstancedMesh): number {
  const counts = new Set(batch.listAttributes().map((attribute) => attribute.getCount()))
  if (counts.size > 1) refuseFile('bad-geometry', 'the instances of a mesh do not agree in number')
  return [...counts][0] ?? 0
}

function instanceMatrices(batch: InstancedMesh, count: number): Matrix4[] {
  const moves = components(batch.getAttribute('TRANSLATION'), 3)
  const turns = components(batch.getAttribute('ROTATION'), 4)
  const scales = components(batch.getAttribute('SCALE'), 3)
  return Array.from({ length: count }, (_, i) =>
    placement(
      moves?.subarray(3 * i, 3 * i + 3) ?? [0, 0, 0],
      turns?.subarray(4 * i, 4 * i + 4) ?? [0, 0, 0, 1],
      scales?.subarray(3 * i, 3 * i + 3) ?? [1, 1, 1],
    ),
  )
}

function components(attribute: Accessor | null, size: number): Float32Array | undefined {
  if (attribute === null) return undefined
  if (attribute.getElementSize() !== size) refuseFile('bad-geometry', 'an instance is not placed in space')
  return floatsOf(attribute)
}

/** Scaled, then turned by a quaternion that need not be of length 1, then moved. */
function placement(move: ArrayLike<number>, turn: ArrayLike<number>, size: ArrayLike<number>): Matrix4 {
  const [x = 0, y = 0, z = 0, w = 1] = Array.from(turn)
  const [sx = 1, sy = 1, sz = 1] = Array.from(size)
  const length = x * x + y * y + z * z + w * w
  const k = length > 0 ? 2 / length : 0
  return [
    ...[(1 - k * (y * y + z * z)) * sx, k * (x * y + w * z) * sx, k * (x * z - w * y) * sx, 0],
    ...[k * (x * y - w * z) * sy, (1 - k * (x * x + z * z)) * sy, k * (y * z + w * x) * sy, 0],
    ...[k * (x * z + w * y) * sz, k * (y * z - w * x) * sz, (1 - k * (x * x + y * y)) * sz, 0],
    ...[move[0] ?? 0, move[1] ?? 0, move[2] ?? 0, 1],
  ]
}
