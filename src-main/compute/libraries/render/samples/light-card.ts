import type { Triple } from '../matrix.ts'
import { smoothNormals, sphereMesh } from '../triangle-mesh.ts'
import { glbOf, matte, metal, newScene, place, placeCamera, placeQuad } from './scene-parts.ts'

/** How far the floor reaches: beyond what the camera sees of it, the light itself is seen. */
const FLOOR = 2.4
const RADIUS = 0.56
/** Smooth at the size of a card. */
const RINGS = 48

/** The scene that shows a light: a white ball and a mirror on a grey floor, without lamps, as a .glb file. */
export async function lightCardGlb(): Promise<Uint8Array> {
  const draft = newScene('light')
  const floor = matte(draft, 'floor', [0.32, 0.32, 0.32])
  const corner = (x: number, z: number): Triple => [x * FLOOR, 0, z * FLOOR]
  placeQuad(draft, 'floor', [corner(-1, 1), corner(1, 1), corner(1, -1), corner(-1, -1)], floor)
  const ball = sphereMesh(RADIUS, RINGS)
  const balls = [
    ['white', -0.62, matte(draft, 'white', [0.8, 0.8, 0.8])],
    ['mirror', 0.62, metal(draft, 'mirror', [0.95, 0.95, 0.95], 0.05)],
  ] as const
  for (const [name, x, material] of balls) {
    place(draft, name, { ...ball, normals: smoothNormals(ball) }, material).setTranslation([x, RADIUS, 0])
  }
  placeCamera(draft, 'camera', { from: [0, 1, 3.6], to: [0, RADIUS, 0], yFov: 0.55 })
  return glbOf(draft)
}
