import type { Camera } from '@gltf-transform/core'
import { length3, tan } from '../../../../../wasm/path-trace/exact-math.ts'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import type { CameraDescription } from '../../../../../wasm/path-trace/scene-camera.ts'
import { bounded } from '../bounded.ts'
import { refuseFile } from '../gltf/import-fault.ts'
import { add, column, cross, dot, type Matrix4, normalize, scale, type Triple } from '../matrix.ts'
import type { PlacedNode } from './nodes.ts'

/** A focal length of about 60 mm on 35 mm film: near enough for depth, far enough to keep shapes true. */
const FRAMING_YFOV = 0.4

/** From the front, a third to the right, and a little above: where a photographer of objects stands. */
const FRAMING_DIRECTION: Triple = [0.55, 0.34, 1]

/** Room left around the scene, as a part of the distance. */
const FRAMING_MARGIN = 1.06

/** Vertices looked at to frame a scene; more change the framing by less than a pixel. */
const FRAMING_VERTICES_MAX = 100_000

/**
 * The camera to render from: the file's camera number `index` in the order of its nodes, the first where
 * none is asked for, and for a file without cameras one that shows everything from a three-quarter view at
 * `aspect` (width by height). Refuses with `no-camera` where the one asked for is not there, and with
 * `scene-too-large` where it is too far out.
 */
export function importCamera(
  nodes: readonly PlacedNode[],
  positions: Float32Array,
  index: number | undefined,
  aspect: number,
): CameraDescription {
  const cameras = nodes.flatMap(({ node, world }) => {
    const camera = node.getCamera()
    return camera === null ? [] : [{ camera, world }]
  })
  const chosen = cameras[index ?? 0]
  if (chosen !== undefined) return withinReach(placedCamera(chosen.camera, chosen.world))
  if (index !== undefined && index > 0) {
    refuseFile('no-camera', `the scene has ${cameras.length} cameras; there is no camera ${index}`)
  }
  return withinReach(framingCamera(positions, aspect))
}

/** A camera may stand as far out as a scene may reach, and no further. */
function withinReach(camera: CameraDescription): CameraDescription {
  const isNear = (number: number): boolean => Math.abs(number) <= SCENE_LIMITS.coordinate
  if (camera.worldFromCamera.every(isNear)) return camera
  refuseFile('scene-too-large', `the camera would stand further out than ${SCENE_LIMITS.coordinate} m`)
}

function placedCamera(camera: Camera, world: Matrix4): CameraDescription {
  // Scale does not count for cameras (glTF 2.0, section 3.10.2); the axes are made a right-handed frame.
  const back = orElse(normalize(column(world, 2)), [0, 0, 1])
  const right = orElse(normalize(cross(column(world, 1), back)), perpendicular(back))
  const worldFromCamera = rowsOf(right, cross(back, right), back, column(world, 3))
  if (camera.getType() === 'orthographic') {
    const [xmag, ymag] = [Math.abs(camera.getXMag()), Math.abs(camera.getYMag())]
    return {
      worldFromCamera,
      projection: {
        kind: 'orthographic',
        xmag: bounded(xmag, 1e-6, SCENE_LIMITS.coordinate, 1),
        ymag: bounded(ymag, 1e-6, SCENE_LIMITS.coordinate, 1),
      },
    }
  }
  const yfov = bounded(camera.getYFov(), 1e-4, Math.PI - 1e-4, FRAMING_YFOV)
  const aspect = camera.getAspectRatio()
  const projection = { kind: 'perspective' as const, yfov }
  return { worldFromCamera, projection: aspect === null ? projection : { ...projection, aspect } }
}

/** Stands off along `FRAMING_DIRECTION` just far enough that every vertex is in the picture, and centred. */
function framingCamera(positions: Float32Array, aspect: number): CameraDescription {
  const back = normalize(FRAMING_DIRECTION)
  const right = normalize(cross([0, 1, 0], back))
  const up = cross(back, right)
  const slopeY = tan(FRAMING_YFOV / 2) / FRAMING_MARGIN
  const horizontal = frameAlong(positions, right, back, slopeY * aspect)
  const vertical = frameAlong(positions, up, back, slopeY)
  const away = Math.max(horizontal.away, vertical.away)
  const origin = add(add(scale(right, horizontal.across), scale(up, vertical.across)), scale(back, away))
  return {
    worldFromCamera: rowsOf(right, up, back, origin),
    projection: { kind: 'perspective', yfov: FRAMING_YFOV, aspect },
  }
}

/**
 * Where to stand along one axis of the picture: a wedge that opens with `slope` on both sides must hold all
 * points, which puts its apex at the crossing of the two outermost edges.
 */
function frameAlong(
  positions: Float32Array,
  axis: Triple,
  back: Triple,
  slope: number,
): { across: number; away: number } {
  let [low, high, nearest, farthest] = [Infinity, -Infinity, -Infinity, Infinity]
  const step = 3 * Math.max(1, Math.ceil(positions.length / 3 / FRAMING_VERTICES_MAX))
  for (let i = 0; i + 2 < positions.length; i += step) {
    const point: Triple = [positions[i] ?? 0, positions[i + 1] ?? 0, positions[i + 2] ?? 0]
    const [across, away] = [dot(point, axis), dot(point, back)]
    high = Math.max(high, across + away * slope)
    low = Math.min(low, across - away * slope)
    nearest = Math.max(nearest, away)
    farthest = Math.min(farthest, away)
  }
  // A single flat triangle seen edge-on has no extent here; a little of its depth keeps the eye off it.
  const least = nearest + Math.max(1e-3, (nearest - farthest) * 0.05)
  return { across: (high + low) / 2, away: Math.max(least, (high - low) / (2 * slope)) }
}

function rowsOf(x: Triple, y: Triple, z: Triple, origin: Triple): number[] {
  return [0, 1, 2].flatMap((row) => [x[row] ?? 0, y[row] ?? 0, z[row] ?? 0, origin[row] ?? 0])
}

function orElse(v: Triple, otherwise: Triple): Triple {
  return length3(...v) > 0.5 ? v : otherwise
}

function perpendicular(v: Triple): Triple {
  return normalize(Math.abs(v[1]) < 0.9 ? cross([0, 1, 0], v) : cross([1, 0, 0], v))
}
