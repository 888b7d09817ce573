import type { RenderView } from '#contract'

type Vector = readonly [number, number, number]

/** Straight up and down there is no upright: so near to it a view comes, radians. */
const ELEVATION_MAX = (89 * Math.PI) / 180
/** How near and how far an eye goes from what it looks at, metres. */
const DISTANCE_MIN = 1e-3
const DISTANCE_MAX = 1e5

/** Turns a view about what it looks at: to the side and up, radians. The picture follows a pointer that moves so. */
export function turned(
  view: RenderView,
  { aside, up }: { readonly aside: number; readonly up: number },
): RenderView {
  const [x, y, z] = offsetOf(view)
  const distance = Math.hypot(x, y, z)
  const azimuth = Math.atan2(x, z) - aside
  const elevation = clamp(Math.asin(y / distance) + up, -ELEVATION_MAX, ELEVATION_MAX)
  const level = distance * Math.cos(elevation)
  return withOffset(view, [
    level * Math.sin(azimuth),
    distance * Math.sin(elevation),
    level * Math.cos(azimuth),
  ])
}

/** Moves eye and aim alike, by parts of the picture's height: what it looks at follows the pointer. */
export function panned(
  view: RenderView,
  { right, down }: { readonly right: number; readonly down: number },
): RenderView {
  const offset = offsetOf(view)
  const height = 2 * Math.hypot(...offset) * Math.tan(view.y_fov / 2)
  const back = scaled(offset, 1 / Math.hypot(...offset))
  const level = Math.hypot(back[2], back[0])
  const aside: Vector = level < 1e-6 ? [1, 0, 0] : [back[2] / level, 0, -back[0] / level]
  const upward: Vector = [
    back[1] * aside[2] - back[2] * aside[1],
    back[2] * aside[0] - back[0] * aside[2],
    back[0] * aside[1] - back[1] * aside[0],
  ]
  const by = plus(scaled(aside, -right * height), scaled(upward, down * height))
  return { ...view, from: [...plus(view.from, by)], to: [...plus(view.to, by)] }
}

/** Brings the eye nearer to what it looks at, by a factor. */
export function nearer(view: RenderView, factor: number): RenderView {
  const offset = offsetOf(view)
  const distance = Math.hypot(...offset)
  return withOffset(view, scaled(offset, clamp(distance / factor, DISTANCE_MIN, DISTANCE_MAX) / distance))
}

/** From what it looks at to the eye. */
function offsetOf({ from, to }: RenderView): Vector {
  return [from[0] - to[0], from[1] - to[1], from[2] - to[2]]
}

function withOffset(view: RenderView, offset: Vector): RenderView {
  return { ...view, from: [...plus(view.to, offset)] }
}

function plus(a: Vector, b: Vector): [number, number, number] {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

function scaled(a: Vector, by: number): Vector {
  return [a[0] * by, a[1] * by, a[2] * by]
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
