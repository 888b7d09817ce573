import { Document, type Material, type Node, type Scene, WebIO } from '@gltf-transform/core'
import { KHRMaterialsEmissiveStrength } from '@gltf-transform/extensions'
import { cos, sin } from '../../../../wasm/path-trace/exact-math.ts'
import { trefoilMesh } from '../../../../wasm/path-trace/trefoil.ts'
import type { Triple } from './matrix.ts'
import { encodePng } from './picture/png.ts'
import { encodeSrgb8 } from './picture/tone-map.ts'
import { latheMesh, smoothNormals, sphereMesh, type TriangleMesh } from './triangle-mesh.ts'

/** The room, metres: half its width, its height, its back wall and its open front. */
const ROOM = { side: 1.32, height: 1.95, back: -1.3, front: 2.1 } as const

/** A panel in the ceiling, and the radiance that it sends down: warm white. */
const LAMP = { x: 0.72, z0: -0.75, z1: 0.4, drop: 0.004 } as const
const LAMP_COLOR: Triple = [1, 0.9, 0.77]
const LAMP_STRENGTH = 13

/** Metres, and so many ellipses of so many points: its outline and reflections are smooth at any size of picture. */
const KNOT = { height: 1.26, rings: 204, sides: 36 } as const
const PLINTH = { radius: 0.62, height: 0.18, chamfer: 0.025 } as const
const FLOOR_TILE = 0.36
const FLOOR_TEXTURE_SIDE = 256

/**
 * The demonstration's own scene as a GLB: a Cornell box with a tiled floor and a lamp in the ceiling, a trefoil
 * knot in brushed gold on a plinth, a ball of glazed ceramic and one of steel. It has a camera, a texture and no
 * lights but the lamp. All of it is made here by formulas, and its bytes are the same on every machine.
 */
export async function defaultSceneGlb(): Promise<Uint8Array> {
  const document = new Document()
  document.createBuffer()
  const scene = document.createScene('cornell box')
  document.getRoot().setDefaultScene(scene)
  addRoom(document, scene)
  addStillLife(document, scene)
  scene.addChild(cameraNode(document))
  return new WebIO().registerExtensions([KHRMaterialsEmissiveStrength]).writeBinary(document)
}

function addRoom(document: Document, scene: Scene): void {
  const { side, height, back, front } = ROOM
  const plaster = matte(document, 'plaster', [0.74, 0.71, 0.66])
  const wall = (name: string, material: Material, corners: readonly [Triple, Triple, Triple, Triple]) =>
    scene.addChild(quadNode(document, name, material, corners))
  const [ltb, lbb] = [[-side, height, back] as const, [-side, 0, back] as const]
  const [rtb, rbb] = [[side, height, back] as const, [side, 0, back] as const]
  const [ltf, lbf] = [[-side, height, front] as const, [-side, 0, front] as const]
  const [rtf, rbf] = [[side, height, front] as const, [side, 0, front] as const]
  wall('back wall', matte(document, 'slate', [0.33, 0.36, 0.4]), [lbb, rbb, rtb, ltb])
  wall('ceiling', plaster, [ltb, rtb, rtf, ltf])
  wall('left wall', matte(document, 'brick red', [0.44, 0.085, 0.055]), [lbf, lbb, ltb, ltf])
  wall('right wall', matte(document, 'sea green', [0.045, 0.22, 0.24]), [rbb, rbf, rtf, rtb])
  scene.addChild(floorNode(document, [lbf, rbf, rbb, lbb]))
  const y = height - LAMP.drop
  wall('lamp', lampMaterial(document), [
    [-LAMP.x, y, LAMP.z0],
    [LAMP.x, y, LAMP.z0],
    [LAMP.x, y, LAMP.z1],
    [-LAMP.x, y, LAMP.z1],
  ])
}

function addStillLife(document: Document, scene: Scene): void {
  const stone = matte(document, 'stone', [0.5, 0.48, 0.45])
  const gold = metal(document, 'brushed gold', [1, 0.72, 0.33], 0.28)
  const steel = metal(document, 'steel', [0.78, 0.79, 0.81], 0.3)
  const glaze = matte(document, 'blue glaze', [0.02, 0.09, 0.3]).setRoughnessFactor(0.12)
  const at = (
    place: Triple,
    name: string,
    mesh: TriangleMesh,
    material: Material,
    normals?: readonly Triple[],
  ) => {
    const node = meshNode(document, name, mesh, material, normals).setTranslation([...place])
    scene.addChild(node)
    return node
  }
  const ball = (name: string, radius: number, rings: number, material: Material, x: number, z: number) => {
    const mesh = sphereMesh(radius, rings)
    at([x, radius, z], name, mesh, material, smoothNormals(mesh))
  }
  at([-0.2, 0, -0.42], 'plinth', plinthMesh(), stone)
  const knot = trefoilMesh(KNOT.rings, KNOT.sides)
  const turn = 0.32
  at([-0.2, PLINTH.height, -0.42], 'knot', knot, gold, knot.normals)
    .setRotation([0, sin(turn / 2), 0, cos(turn / 2)])
    .setScale([KNOT.height, KNOT.height, KNOT.height])
  ball('ceramic ball', 0.27, 40, glaze, 0.78, -0.02)
  ball('steel ball', 0.15, 32, steel, 0.36, 0.5)
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

function cameraNode(document: Document): Node {
  const camera = document.createCamera('camera').setType('perspective').setYFov(0.5).setZNear(0.1)
  return document.createNode('camera').setCamera(camera).setTranslation([0, 0.93, 4.75])
}

function matte(document: Document, name: string, color: Triple): Material {
  return document
    .createMaterial(name)
    .setBaseColorFactor([...color, 1])
    .setMetallicFactor(0)
    .setRoughnessFactor(1)
}

function metal(document: Document, name: string, color: Triple, roughness: number): Material {
  return matte(document, name, color).setMetallicFactor(1).setRoughnessFactor(roughness)
}

function lampMaterial(document: Document): Material {
  const strength = document.createExtension(KHRMaterialsEmissiveStrength).createEmissiveStrength()
  return matte(document, 'lamp', [0, 0, 0])
    .setEmissiveFactor([...LAMP_COLOR])
    .setExtension('KHR_materials_emissive_strength', strength.setEmissiveStrength(LAMP_STRENGTH))
}

function quadNode(
  document: Document,
  name: string,
  material: Material,
  points: readonly [Triple, Triple, Triple, Triple],
): Node {
  const triangles: Triple[] = [
    [0, 1, 2],
    [0, 2, 3],
  ]
  return meshNode(document, name, { points, triangles }, material)
}

/** A mesh with the normals of its points, or with none, which glTF shades flat. */
function meshNode(
  document: Document,
  name: string,
  mesh: TriangleMesh,
  material: Material,
  normals?: readonly Triple[],
): Node {
  const buffer = document.getRoot().listBuffers()[0] ?? null
  const vectors = (values: readonly Triple[]) =>
    document.createAccessor().setBuffer(buffer).setType('VEC3').setArray(Float32Array.from(values.flat()))
  const indices = document
    .createAccessor()
    .setBuffer(buffer)
    .setArray(Uint16Array.from(mesh.triangles.flat()))
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', vectors(mesh.points))
    .setIndices(indices)
    .setMaterial(material)
  if (normals !== undefined) primitive.setAttribute('NORMAL', vectors(normals))
  return document.createNode(name).setMesh(document.createMesh(name).addPrimitive(primitive))
}

function floorNode(document: Document, corners: readonly [Triple, Triple, Triple, Triple]): Node {
  const picture = encodePng(FLOOR_TEXTURE_SIDE, FLOOR_TEXTURE_SIDE, floorTexels())
  const texture = document.createTexture('tiles').setImage(Uint8Array.from(picture)).setMimeType('image/png')
  const material = matte(document, 'tiles', [1, 1, 1]).setBaseColorTexture(texture).setRoughnessFactor(0.45)
  const node = quadNode(document, 'floor', material, corners)
  const uvs = corners.flatMap(([x, , z]) => [x / (2 * FLOOR_TILE), z / (2 * FLOOR_TILE)])
  const accessor = document
    .createAccessor()
    .setBuffer(document.getRoot().listBuffers()[0] ?? null)
    .setType('VEC2')
    .setArray(Float32Array.from(uvs))
  node.getMesh()?.listPrimitives()[0]?.setAttribute('TEXCOORD_0', accessor)
  return node
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
