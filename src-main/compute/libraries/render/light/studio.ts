import type { EnvironmentDescription } from '../../../../../wasm/path-trace/scene.ts'
import { dot, normalize, type Triple } from '../matrix.ts'
import { mix, smooth } from './blend.ts'
import { directionMap } from './direction-map.ts'

/** Smooth enough for the softest edge below; importance sampling costs by the pixel. */
export const STUDIO_SIZE = { width: 128, height: 64 } as const

const ZENITH: Triple = [0.34, 0.38, 0.44]
const HORIZON: Triple = [0.3, 0.3, 0.31]
const GROUND: Triple = [0.11, 0.105, 0.1]

/** A soft box: where it hangs, how bright, how wide (cosine of the half angle) and how soft its edge is. */
interface SoftBox {
  readonly direction: Triple
  readonly radiance: Triple
  readonly edge: number
  readonly softness: number
}

/** A large warm key from the upper left front, and a weaker cool one from behind on the right. */
const SOFT_BOXES: readonly SoftBox[] = [
  { direction: normalize([-0.55, 0.8, 0.75]), radiance: [4.2, 3.9, 3.45], edge: 0.9, softness: 0.06 },
  { direction: normalize([0.9, 0.45, -0.55]), radiance: [1.3, 1.5, 1.8], edge: 0.88, softness: 0.08 },
]

/**
 * The light for a scene that brings none: a photographer's studio without walls, an even sky over a darker
 * ground with two soft boxes, so that shapes read and shadows are soft. White paper facing the key comes out
 * near 1.
 */
export function studioEnvironment(): EnvironmentDescription {
  return directionMap(STUDIO_SIZE, studioRadiance)
}

/** The studio's light from a direction. */
export function studioRadiance(direction: Triple): Triple {
  const height = direction[1]
  const sky = mix(HORIZON, ZENITH, smooth(0, 1, height))
  let light = mix(GROUND, sky, smooth(-0.25, 0.1, height))
  for (const box of SOFT_BOXES) {
    const inside = smooth(box.edge - box.softness, box.edge + box.softness, dot(direction, box.direction))
    light = mix(light, box.radiance, inside)
  }
  return light
}
