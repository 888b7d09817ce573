/** Rays from the eye: glTF 2.0 §3.10. */
import { H_CAMERA_ASPECT, H_CAMERA_HALF_HEIGHT, H_CAMERA_KIND, H_WORLD_FROM_CAMERA, header } from './scene'

export let originX: f32 = 0
export let originY: f32 = 0
export let originZ: f32 = 0
export let directionX: f32 = 0
export let directionY: f32 = 0
export let directionZ: f32 = 0

let width: f32 = 1
let height: f32 = 1
let halfWidth: f32 = 1
let halfHeight: f32 = 1
let orthographic: bool = false

/** Fits the camera to an image. A view with an aspect of its own is shown whole. */
export function openCamera(imageWidth: i32, imageHeight: i32): void {
  width = <f32>imageWidth
  height = <f32>imageHeight
  orthographic = load<u32>(header, H_CAMERA_KIND) == 1
  const aspect = width / height, wanted = load<f32>(header, H_CAMERA_ASPECT)
  halfHeight = load<f32>(header, H_CAMERA_HALF_HEIGHT)
  if (wanted > aspect) halfHeight *= wanted / aspect
  halfWidth = halfHeight * aspect
}

/** The ray through a place on the image, in pixels from its upper left corner. */
export function aim(x: f32, y: f32): void {
  const cx = (x * <f32>2 / width - <f32>1) * halfWidth, cy = (<f32>1 - y * <f32>2 / height) * halfHeight
  const m = header + H_WORLD_FROM_CAMERA
  let dx = -load<f32>(m, 8), dy = -load<f32>(m, 24), dz = -load<f32>(m, 40)
  const ex = load<f32>(m) * cx + load<f32>(m, 4) * cy, ey = load<f32>(m, 16) * cx + load<f32>(m, 20) * cy
  const ez = load<f32>(m, 32) * cx + load<f32>(m, 36) * cy
  originX = load<f32>(m, 12)
  originY = load<f32>(m, 28)
  originZ = load<f32>(m, 44)
  if (orthographic) {
    originX += ex
    originY += ey
    originZ += ez
  } else {
    dx += ex
    dy += ey
    dz += ez
  }
  const s: f32 = <f32>1 / sqrt<f32>(dx * dx + dy * dy + dz * dz)
  directionX = dx * s
  directionY = dy * s
  directionZ = dz * s
}
