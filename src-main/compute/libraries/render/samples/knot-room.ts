import type { Material } from '@gltf-transform/core'
import { cos, sin } from '../../../../../wasm/path-trace/exact-math.ts'
import { trefoilMesh } from '../../../../../wasm/path-trace/trefoil.ts'
import type { Triple } from '../matrix.ts'
import { encodePng } from '../picture/png.ts'
import { encodeSrgb8 } from '../picture/tone-map.ts'
import { latheMesh, smoothNormals, sphereMesh, type TriangleMesh } from '../triangle-mesh.ts'
import {
  glass,
  glbOf,
  glow,
  matte,
  metal,
  newScene,
  place,
  placeCamera,
  placeQuad,
  type SceneDraft,
} from './scene-parts.ts'

/** The room, metres: half its width, its height, its back wall and its open front. */
const ROOM = { side: 1.32, height: 1.95, back: -1.3, front: 2.1 } as const

/** A panel in the ceiling, and the radiance that it sends down: warm white. */
const LAMP = { x: 0.72, z0: -0.75, z1: 0.4, drop: 0.004 } as const
const LAMP_COLOR: Triple = [1, 0.9, 0.77]
const LAMP_STRENGTH = 13

/** Metres. */
const KNOT_HEIGHT = 1.26
const PLINTH = { radius: 0.62, height: 0.18, chamfer: 0.025 } as const
const FLOOR_TILE = 0.36
const FLOOR_TEXTURE_SIDE = 256

/** How finely the shapes are cut into triangles, and how large a picture of them is before that is seen. */
interface Detail {
  /** So many ellipses of so many points. */
  readonly knot: { readonly rings: number; readonly sides: number }
  readonly largeBall: number
  readonly smallBall: number
}
/** Smooth at any size of picture. */
const FINE: Detail = { knot: { rings: 204, sides: 36 }, largeBall: 40, smallBall: 32 }
/** Smooth at the size of a draft, in half as many bytes. */
const LIGHT: Detail = { knot: { rings: 150, sides: 26 }, largeBall: 24, smallBall: 18 }

/**
 * The demonstration's own scene as a GLB: a Cornell box with a tiled floor and a lamp in the ceiling, a trefoil
 * knot in brushed gold on a plinth, a ball of glazed ceramic and one of steel. It has a camera, a texture and no
 * lights but the lamp. All of it is made here by formulas, and its bytes are the same on every machine.
 */
export function defaultSceneGlb(): Promise<Uint8Array> {
  const draft = newScene('cornell box')
  addRoom(draft)
  addStillLife(draft, FINE, matte(draft, 'blue glaze', [0.02, 0.09, 0.3]).setRoughnessFactor(0.12))
  addFront(draft)
  return glbOf(draft)
}

/** The same room as a sample: the ball is of glass, there is a second camera, and the file is half as large. */
export function knotRoomGlb(): Promise<Uint8Array> {
  const draft = newScene('knot')
  addRoom(draft)
  addStillLife(draft, LIGHT, glass(draft, 'glass', [0.75, 0.93, 0.98], 0.6))
  addFront(draft)
  placeCamera(draft, 'Glass and gold', { from: [1.02, 0.62, 2.1], to: [0.27, 0.5, -0.3], yFov: 0.62 })
  return glbOf(draft)
}

/** The camera of the whole room. */
function addFront(draft: SceneDraft): void {
  placeCamera(draft, 'Room', { from: [0, 0.93, 4.75], to: [0, 0.93, 0], yFov: 0.5 })
}

function addRoom(draft: SceneDraft): void {
  const { side, height, back, front } = ROOM
  const plaster = matte(draft, 'plaster', [0.74, 0.71, 0.66])
  const [ltb, lbb] = [[-side, height, back] as const, [-side, 0, back] as const]
  const [rtb, rbb] = [[side, height, back] as const, [side, 0, back] as const]
  const [ltf, lbf] = [[-side, height, front] as const, [-side, 0, front] as const]
  const [rtf, rbf] = [[side, height, front] as const, [side, 0, front] as const]
  placeQuad(draft, 'back wall', [lbb, rbb, rtb, ltb], matte(draft, 'slate', [0.33, 0.36, 0.4]))
  placeQuad(draft, 'ceiling', [ltb, rtb, rtf, ltf], plaster)
  placeQuad(draft, 'left wall', [lbf, lbb, ltb, ltf], matte(draft, 'brick red', [0.44, 0.085, 0.055]))
  placeQuad(draft, 'right wall', [rbb, rbf, rtf, rtb], matte(draft, 'sea green', [0.045, 0.22, 0.24]))
  addFloor(draft, [lbf, rbf, rbb, lbb])
  const y = height - LAMP.drop
  const corners: readonly [Triple, Triple, Triple, Triple] = [
    [-LAMP.x, y, LAMP.z0],
    [LAMP.x, y, LAMP.z0],
    [LAMP.x, y, LAMP.z1],
    [-LAMP.x, y, LAMP.z1],
  ]
  placeQuad(draft, 'lamp', corners, glow(draft, 'lamp', LAMP_COLOR, LAMP_STRENGTH))
}

function addStillLife(draft: SceneDraft, detail: Detail, largeBall: Material): void {
  const stone = matte(draft, 'stone', [0.5, 0.48, 0.45])
  const gold = metal(draft, 'brushed gold', [1, 0.72, 0.33], 0.28)
  const steel = metal(draft, 'steel', [0.78, 0.79, 0.81], 0.3)
  const ball = (name: string, radius: number, rings: number, material: Material, x: number, z: number) => {
    const mesh = sphereMesh(radius, rings)
    place(draft, name, { ...mesh, normals: smoothNormals(mesh) }, material).setTranslation([x, radius, z])
  }
  place(draft, 'plinth', plinthMesh(), stone).setTranslation([-0.2, 0, -0.42])
  const turn = 0.32
  place(draft, 'knot', trefoilMesh(detail.knot.rings, detail.knot.sides), gold)
    .setTranslation([-0.2, PLINTH.height, -0.42])
    .setRotation([0, sin(turn / 2), 0, cos(turn / 2)])
    .setScale([KNOT_HEIGHT, KNOT_HEIGHT, KNOT_HEIGHT])
  ball('large ball', 0.27, detail.largeBall, largeBall, 0.78, -0.02)
  ball('steel ball', 0.15, detail.smallBall, steel, 0.36, 0.5)
}

function plinthMesh(): TriangleMesh {
  const { radius, height, chamfer } = PLINTH
  const profile = [
    [radius, 0],
    [radius, height - chamfer],
    [radius - chamfer * 0.3, height - chamfer * 0.3],
    [radius - chamfer, height],
    [0, height],
  ] as const
  return latheMesh(profile, 96)
}

function addFloor(draft: SceneDraft, corners: readonly [Triple, Triple, Triple, Triple]): void {
  const { document } = draft
  const picture = encodePng(FLOOR_TEXTURE_SIDE, FLOOR_TEXTURE_SIDE, floorTexels())
  const texture = document.createTexture('tiles').setImage(Uint8Array.from(picture)).setMimeType('image/png')
  const material = matte(draft, 'tiles', [1, 1, 1]).setBaseColorTexture(texture).setRoughnessFactor(0.45)
  const uvs = corners.flatMap(([x, , z]) => [x / (2 * FLOOR_TILE), z / (2 * FLOOR_TILE)])
  const accessor = document
    .createAccessor()
    .setBuffer(document.getRoot().listBuffers()[0] ?? null)
    .setType('VEC2')
    .setArray(Float32Array.from(uvs))
  const floor = placeQuad(draft, 'floor', corners, material)
  floor.getMesh()?.listPrimitives()[0]?.setAttribute('TEXCOORD_0', accessor)
}

/** Two by two tiles, light and dark by turns, speckled like stone, with a thin joint between. */
function floorTexels(): Uint8Array {
  const side = FLOOR_TEXTURE_SIDE
  const half = side / 2
  const rgb = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = x < half !== y < half
      const joint = x % half < 2 || y % half < 2
      const base: Triple = dark ? [0.25, 0.23, 0.215] : [0.56, 0.52, 0.46]
      const speckle = joint ? 0.45 : 0.9 + 0.2 * scramble(x >> 1, y >> 1)
      for (let c = 0; c < 3; c++) rgb[(y * side + x) * 3 + c] = encodeSrgb8((base[c] ?? 0) * speckle)
    }
  }
  return rgb
}

/** A number in 0…1 that looks random but belongs to its texel. */
function scramble(x: number, y: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return ((h ^ (h >>> 13)) >>> 8) / 2 ** 24
}
