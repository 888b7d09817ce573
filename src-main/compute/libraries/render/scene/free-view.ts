import { FEATURE_PIXEL_BYTES, FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import type { CameraDescription, PackedCamera } from '../../../../../wasm/path-trace/scene-camera.ts'
import type { RenderView } from '../../../../protocol/job-kinds/render-view.ts'
import { shownNodes } from '../gltf/inspect-gltf.ts'
import type { GltfJson } from '../gltf/schema.ts'
import { add, cross, normalize, scale, subtract, type Triple } from '../matrix.ts'
import type { MeteredKernel } from '../metered-kernel.ts'

/** The nearest surface that the camera of a description would show, metres: glTF wants a number, and the renderer none. */
const Z_NEAR = 0.01
/** A view whose middle shows nothing turns about a point as far away as most of what it shows, by so many rays. */
const DEPTH_RAYS = { width: 16, height: 12 } as const
/** Of a view that shows nothing at all. */
const DEPTH_OF_NOTHING = 1

/** The axes of a view's eye: to the right, up, and away from what it looks at. */
function axesOf({ from, to }: RenderView): readonly [Triple, Triple, Triple] {
  const back = normalize(subtract(from, to))
  // Straight up or down, north is up.
  const right = Math.abs(back[1]) > 0.999999 ? ([1, 0, 0] as const) : normalize(cross([0, 1, 0], back))
  return [right, cross(back, right), back]
}

/** The camera of a view, for a packed scene. */
export function viewCamera(view: RenderView): CameraDescription {
  const [x, y, z] = axesOf(view)
  const rows = ([0, 1, 2] as const).flatMap((row) => [x[row], y[row], z[row], view.from[row]])
  return { worldFromCamera: rows, projection: { kind: 'perspective', yfov: view.y_fov } }
}

/**
 * Adds the camera of a view to a checked file.
 * @returns its number, in the order of `importCamera`
 */
export function addViewCamera(gltf: GltfJson, view: RenderView): number {
  const number = shownNodes(gltf).filter(
    ({ camera }) => camera !== undefined && gltf.cameras?.[camera] !== undefined,
  ).length
  const cameras = (gltf.cameras ??= [])
  const nodes = (gltf.nodes ??= [])
  cameras.push({ type: 'perspective', perspective: { yfov: view.y_fov, znear: Z_NEAR } })
  const columns = [...axesOf(view).map((axis) => [...axis, 0]), [...view.from, 1]]
  nodes.push({ camera: cameras.length - 1, matrix: columns.flat() })
  const scene = gltf.scenes?.[gltf.scene ?? 0]
  if (scene !== undefined) scene.nodes = [...(scene.nodes ?? []), nodes.length - 1]
  return number
}

/** The view that a packed scene's camera has: it looks at what is in its middle, through a kernel with the scene. */
export function viewOf(
  camera: PackedCamera,
  kernel: Pick<MeteredKernel, 'renderFeatures'>,
  aspect: number,
): RenderView {
  const depth = middleDepth(kernel, aspect)
  const { origin, back, halfHeight, kind } = camera
  const slope = kind === 'perspective' ? halfHeight : halfHeight / depth
  const from: Triple = [...origin]
  const to = add(from, scale(back, -depth))
  return { from: [...from], to: [...to], y_fov: 2 * Math.atan(slope) }
}

/** How far away the middle of the picture is, metres; where it shows nothing, the middle of what the picture shows. */
function middleDepth(kernel: Pick<MeteredKernel, 'renderFeatures'>, aspect: number): number {
  const height = DEPTH_RAYS.height
  const width = Math.max(1, Math.min(DEPTH_RAYS.width ** 2, Math.round(height * aspect)))
  const region = { x0: 0, y0: 0, x1: width, y1: height, s0: 0, s1: 1 }
  const sums = kernel.renderFeatures(region, { width, height, bounces: 1 })
  const words = new DataView(sums.buffer, sums.byteOffset, sums.byteLength)
  // The seventh value of a pixel, of 64 bits.
  const depthAt = (pixel: number): number => {
    const at = pixel * FEATURE_PIXEL_BYTES + 48
    return (words.getInt32(at + 4, true) * 2 ** 32 + words.getUint32(at, true)) / FILM_SCALE
  }
  const middle = depthAt(Math.floor(height / 2) * width + Math.floor(width / 2))
  if (middle > 0) return middle
  const depths = Array.from({ length: width * height }, (_, pixel) => depthAt(pixel))
  const hits = depths.filter((depth) => depth > 0).sort((a, b) => a - b)
  return hits[Math.floor(hits.length / 2)] ?? DEPTH_OF_NOTHING
}
