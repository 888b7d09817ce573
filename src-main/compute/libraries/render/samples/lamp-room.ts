import type { Material, Node } from '@gltf-transform/core'
import type { Triple } from '../matrix.ts'
import { encodePng } from '../picture/png.ts'
import { encodeSrgb8 } from '../picture/tone-map.ts'
import { latheMesh, smoothNormals, sphereMesh } from '../triangle-mesh.ts'
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

/** Sides of everything that is turned on a lathe. */
const SIDES = 44
/** Rows of points between two neighbouring ones of a profile. */
const ROWS_BETWEEN = 3

/** Rows of the lampshade's texture, and the wires in it. */
const RIB_TEXELS = 128
const RIBS = 8

/** A profile of a solid of revolution: radius and height, from the bottom up. */
type Profile = readonly (readonly [number, number])[]

/** A still life at night: a lamp of paper, two pears, a bottle of green glass and a bowl of copper on a table. */
export function lampRoomGlb(): Promise<Uint8Array> {
  const draft = newScene('lamp')
  addTable(draft)
  addLamp(draft)
  addThings(draft)
  placeCamera(draft, 'Table', { from: [0.1, 0.62, 2.5], to: [0.02, 0.36, 0], yFov: 0.42 })
  placeCamera(draft, 'Bottle', { from: [0.95, 0.42, 1.2], to: [0.2, 0.3, 0], yFov: 0.5 })
  return glbOf(draft)
}

function addTable(draft: SceneDraft): void {
  const wood = matte(draft, 'walnut', [0.3, 0.14, 0.07]).setRoughnessFactor(0.32)
  placeQuad(
    draft,
    'table',
    [
      [-3, 0, 2.6],
      [3, 0, 2.6],
      [3, 0, -0.9],
      [-3, 0, -0.9],
    ],
    wood,
  )
  placeQuad(
    draft,
    'wall',
    [
      [-3, -1, -0.9],
      [3, -1, -0.9],
      [3, 3, -0.9],
      [-3, 3, -0.9],
    ],
    matte(draft, 'night blue', [0.13, 0.19, 0.33]),
  )
  // A window out of sight: without it the sides that turn from the lamp would be black.
  placeQuad(
    draft,
    'window',
    [
      [2.9, 0.4, 2.4],
      [2.9, 2.4, 2.4],
      [2.9, 2.4, 0.6],
      [2.9, 0.4, 0.6],
    ],
    glow(draft, 'dusk', [0.5, 0.68, 1], 3),
  )
  // The lamp's own light as photographers give it, from behind and above it: paper that lit the table would be white.
  placeQuad(
    draft,
    'lamp light',
    [
      [-1.7, 1.5, -0.6],
      [-0.5, 1.9, -0.6],
      [-0.5, 1.9, 0.7],
      [-1.7, 1.5, 0.7],
    ],
    glow(draft, 'warm', [1, 0.7, 0.4], 7.5),
  )
}

function addLamp(draft: SceneDraft): void {
  const brass = metal(draft, 'brass', [0.9, 0.68, 0.36], 0.25)
  const foot: Profile = [
    [0.16, 0],
    [0.16, 0.02],
    [0.06, 0.045],
    [0.018, 0.08],
    [0.018, 0.32],
  ]
  const shade: Profile = [
    [0.09, 0.3],
    [0.2, 0.34],
    [0.255, 0.46],
    [0.255, 0.58],
    [0.2, 0.7],
    [0.09, 0.74],
  ]
  const at: Triple = [-0.42, 0, -0.25]
  turned(draft, 'foot', foot, brass, at)
  const paper = glow(draft, 'paper', [1, 0.62, 0.3], 1.7)
  const ribs = draft.document.createTexture('ribs').setMimeType('image/png')
  paper.setEmissiveTexture(ribs.setImage(Uint8Array.from(encodePng(1, RIB_TEXELS, ribTexels()))))
  addHeights(draft, turned(draft, 'shade', shade, paper, at), shade)
}

/** Texture coordinates of a turned solid: its height, from 0 at the bottom to 1. */
function addHeights({ document }: SceneDraft, node: Node, profile: Profile): void {
  const low = profile[0]?.[1] ?? 0
  const high = profile.at(-1)?.[1] ?? 1
  const uvs = smooth(profile).flatMap(([, y]) =>
    Array.from({ length: SIDES }, () => [0.5, (y - low) / (high - low)]),
  )
  const accessor = document
    .createAccessor()
    .setBuffer(document.getRoot().listBuffers()[0] ?? null)
    .setType('VEC2')
    .setArray(Float32Array.from(uvs.flat()))
  node.getMesh()?.listPrimitives()[0]?.setAttribute('TEXCOORD_0', accessor)
}

/** Paper over wires: bright at the middle, where the bulb is, darker to both ends and at each wire. */
function ribTexels(): Uint8Array {
  const rgb = new Uint8Array(RIB_TEXELS * 3)
  for (let row = 0; row < RIB_TEXELS; row++) {
    const height = (row + 0.5) / RIB_TEXELS
    const fromMiddle = (height - 0.5) * 2
    const isWire = row % (RIB_TEXELS / RIBS) < 3
    const light = (1 - 0.72 * fromMiddle * fromMiddle) * (isWire ? 0.6 : 1)
    // Towards the ends the light has gone through more paper, and is redder.
    const tint: Triple = [1, 1 - 0.25 * fromMiddle * fromMiddle, 1 - 0.5 * fromMiddle * fromMiddle]
    tint.forEach((part, c) => (rgb[row * 3 + c] = encodeSrgb8(light * part)))
  }
  return rgb
}

function addThings(draft: SceneDraft): void {
  const bottle: Profile = [
    [0, 0.001],
    [0.125, 0.001],
    [0.14, 0.02],
    [0.14, 0.26],
    [0.125, 0.35],
    [0.052, 0.44],
    [0.04, 0.5],
    [0.04, 0.62],
    [0.05, 0.635],
    [0.05, 0.66],
    [0, 0.662],
  ]
  turned(draft, 'bottle', bottle, glass(draft, 'green glass', [0.4, 0.85, 0.6], 0.3), [0.26, 0, -0.2])
  const pear: Profile = [
    [0, 0.004],
    [0.06, 0],
    [0.115, 0.05],
    [0.125, 0.105],
    [0.1, 0.165],
    [0.06, 0.215],
    [0.042, 0.255],
    [0.028, 0.28],
    [0, 0.286],
  ]
  const stalk: Profile = [
    [0.007, 0.27],
    [0.006, 0.31],
    [0.009, 0.335],
    [0, 0.336],
  ]
  const skin = matte(draft, 'pear', [0.62, 0.5, 0.07]).setRoughnessFactor(0.35)
  const bark = matte(draft, 'stalk', [0.09, 0.05, 0.025])
  turned(draft, 'pear', pear, skin, [-0.07, 0, 0.16])
  turned(draft, 'stalk', stalk, bark, [-0.07, 0, 0.16])
  const bowl: Profile = [
    [0, 0.012],
    [0.07, 0.008],
    [0.15, 0.05],
    [0.195, 0.115],
    [0.203, 0.116],
    [0.16, 0.045],
    [0.08, 0],
    [0, 0],
  ]
  const copper = metal(draft, 'copper', [0.93, 0.5, 0.36], 0.22)
  turned(draft, 'bowl', bowl.toReversed(), copper, [0.44, 0, 0.2])
  const cherry = matte(draft, 'cherry', [0.32, 0.012, 0.02]).setRoughnessFactor(0.12)
  const ball = sphereMesh(0.046, 14)
  const round = { ...ball, normals: smoothNormals(ball) }
  const cherries: readonly Triple[] = [
    [0.4, 0.07, 0.18],
    [0.49, 0.072, 0.17],
    [0.45, 0.068, 0.26],
    [0.45, 0.13, 0.2],
    [0.2, 0.046, 0.4],
  ]
  cherries.forEach((at, i) => place(draft, `cherry ${i + 1}`, round, cherry).setTranslation([...at]))
}

/** Puts a solid of revolution, with a smooth profile through its points, at a place. */
function turned(draft: SceneDraft, name: string, profile: Profile, material: Material, at: Triple): Node {
  const mesh = latheMesh(smooth(profile), SIDES)
  return place(draft, name, { ...mesh, normals: smoothNormals(mesh) }, material).setTranslation([...at])
}

/** A Catmull-Rom curve through a profile's points. */
function smooth(profile: Profile): Profile {
  const at = (i: number) => profile[Math.max(0, Math.min(profile.length - 1, i))] ?? [0, 0]
  return profile.flatMap((point, i): Profile => {
    if (i + 1 === profile.length) return [point]
    const [a, b, c, d] = [at(i - 1), point, at(i + 1), at(i + 2)]
    return Array.from({ length: ROWS_BETWEEN }, (_, row) => {
      const t = row / ROWS_BETWEEN
      const mix = (k: 0 | 1): number =>
        b[k] +
        0.5 *
          t *
          (c[k] - a[k] + t * (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k] + t * (3 * (b[k] - c[k]) + d[k] - a[k])))
      return [Math.max(0, mix(0)), mix(1)] as const
    })
  })
}
