import { cos, sin } from '../../../../../wasm/path-trace/exact-math.ts'
import type { Triple } from '../matrix.ts'
import { latheMesh, smoothNormals, sphereMesh } from '../triangle-mesh.ts'
import { BUNNY_FACE, bunnyMesh } from './bunny.ts'
import {
  glbOf,
  glow,
  matte,
  newScene,
  place,
  placeCamera,
  placeQuad,
  type SceneDraft,
} from './scene-parts.ts'

/** The backdrop bends from floor to wall, so that no edge is seen behind the bunny. */
const SWEEP = { side: 5, front: 4, bendStarts: -1.1, bend: 1.3, height: 5, steps: 24 } as const
const PLINTH_HEIGHT = 0.22
/** The turn of the bunny to its right, in radians. */
const TURN = -0.5

/** A porcelain bunny on a plinth, in the soft light of two large lamps. */
export function bunnyRoomGlb(): Promise<Uint8Array> {
  const draft = newScene('bunny')
  addSweep(draft)
  addLamps(draft)
  place(draft, 'plinth', plinthMesh(), matte(draft, 'stone', [0.5, 0.27, 0.17]))
  addBunny(draft)
  placeCamera(draft, 'Portrait', { from: [0, 1.25, 4.3], to: [0, 0.8, 0], yFov: 0.4 })
  placeCamera(draft, 'Close-up', { from: [-0.75, 1.35, 2.35], to: [-0.06, 1.12, 0.1], yFov: 0.42 })
  placeCamera(draft, 'From above', { from: [1.6, 3.3, 3.2], to: [0, 0.6, -0.1], yFov: 0.42 })
  return glbOf(draft)
}

function addSweep(draft: SceneDraft): void {
  const { side, front, bendStarts, bend, height, steps } = SWEEP
  const profile: (readonly [number, number])[] = [[front, 0]]
  for (let step = 0; step <= steps; step++) {
    const angle = ((step / steps) * Math.PI) / 2
    profile.push([bendStarts - bend * sin(angle), bend * (1 - cos(angle))])
  }
  profile.push([bendStarts - bend, height])
  const points = profile.flatMap(([z, y]): Triple[] => [
    [-side, y, z],
    [side, y, z],
  ])
  const triangles = profile.slice(1).flatMap((_, i): Triple[] => [
    [2 * i, 2 * i + 1, 2 * i + 3],
    [2 * i, 2 * i + 3, 2 * i + 2],
  ])
  const mesh = { points, triangles }
  place(
    draft,
    'backdrop',
    { ...mesh, normals: smoothNormals(mesh) },
    matte(draft, 'paper', [0.16, 0.36, 0.36]),
  )
}

/** A warm lamp above on the left, a cool and weaker one on the right. */
function addLamps(draft: SceneDraft): void {
  placeQuad(
    draft,
    'key light',
    [
      [-2.9, 2.2, 2.6],
      [-2.9, 2.2, 0.2],
      [-1.5, 3.9, 0.2],
      [-1.5, 3.9, 2.6],
    ],
    glow(draft, 'warm light', [1, 0.86, 0.68], 11),
  )
  placeQuad(
    draft,
    'fill light',
    [
      [3.2, 0.6, 0.4],
      [3.2, 0.6, 2.8],
      [3, 3, 2.8],
      [3, 3, 0.4],
    ],
    glow(draft, 'cool light', [0.62, 0.8, 1], 2.2),
  )
}

function addBunny(draft: SceneDraft): void {
  const porcelain = matte(draft, 'porcelain', [0.83, 0.77, 0.69]).setRoughnessFactor(0.28)
  const black = matte(draft, 'black glaze', [0.012, 0.01, 0.01]).setRoughnessFactor(0.06)
  const rose = matte(draft, 'rose glaze', [0.62, 0.2, 0.19]).setRoughnessFactor(0.3)
  const ball = sphereMesh(1, 10)
  const round = { ...ball, normals: smoothNormals(ball) }
  const { eyes, eyeRadius, nose, noseRadii } = BUNNY_FACE
  const bunny = draft.document
    .createNode('bunny')
    .setTranslation([0, PLINTH_HEIGHT, 0])
    .setRotation([0, sin(TURN / 2), 0, cos(TURN / 2)])
  draft.scene.addChild(bunny)
  bunny.addChild(place(draft, 'body', bunnyMesh(), porcelain))
  eyes.forEach((at, i) => {
    const eye = place(draft, `eye ${i + 1}`, round, black).setTranslation([...at])
    bunny.addChild(eye.setScale([eyeRadius, eyeRadius, eyeRadius]))
  })
  bunny.addChild(
    place(draft, 'nose', round, rose)
      .setTranslation([...nose])
      .setScale([...noseRadii]),
  )
}

/** A round plinth with a bevelled edge. */
function plinthMesh() {
  const [radius, bevel] = [0.7, 0.03]
  return latheMesh(
    [
      [radius, 0],
      [radius, PLINTH_HEIGHT - bevel],
      [radius - bevel, PLINTH_HEIGHT],
      [0, PLINTH_HEIGHT],
    ],
    96,
  )
}
