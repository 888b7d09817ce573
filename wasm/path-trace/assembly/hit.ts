/** The last ray's hit, shared by both ways of traversal. */
import { reserve } from './arena'

/** Room for a path to the deepest leaf: 70 levels, three siblings each, 8 bytes an entry, doubled. */
const STACK_BYTES: f64 = 4096

export let stack: usize = 0
/** Where lanes are spilled to be read one by one. */
export let spill: usize = 0

/** Rays traced so far, of either kind. */
export let raysTraced: i64 = 0

export let hitTriangle: i32 = -1
export let hitDistance: f32 = 0
export let hitU: f32 = 0
export let hitV: f32 = 0

/** Tells apart the chances of eye rays and shadow rays at cut-out surfaces. */
export const SALT_CLOSEST: u32 = 0x5bd1e995
export const SALT_SHADOW: u32 = 0x1b873593

/** False when memory is out. */
export function prepareTraversal(): bool {
  stack = reserve(STACK_BYTES)
  spill = reserve(64)
  return stack != 0 && spill != 0
}

// @ts-ignore: decorator
@inline
export function setHit(triangle: i32, distance: f32, u: f32, v: f32): void {
  hitTriangle = triangle
  hitDistance = distance
  hitU = u
  hitV = v
}

// @ts-ignore: decorator
@inline
export function countRay(): void { raysTraced++ }

/** One over a direction's component; a zero becomes tiny with its sign, so that no plane gives NaN. */
// @ts-ignore: decorator
@inline
export function inverseOf(d: f32): f32 { return <f32>1 / (abs<f32>(d) < 1e-18 ? copysign<f32>(1e-18, d) : d) }

/** Boxes are kept this much beyond the closest hit, so that ties are settled by index and not by order. */
export const BEYOND: f32 = 1.000001
