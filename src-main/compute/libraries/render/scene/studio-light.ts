import { cos, sin } from '../../../../../wasm/path-trace/exact-math.ts'
import type { EnvironmentDescription } from '../../../../../wasm/path-trace/scene.ts'
import { dot, normalize, type Triple } from '../matrix.ts'

/** Smooth enough for the softest edge below; importance sampling costs by the pixel. */
const STUDIO_WIDTH = 128
const STUDIO_HEIGHT = 64

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
  const pixels = new Float32Array(STUDIO_WIDTH * STUDIO_HEIGHT * 3)
  for (let y = 0; y < STUDIO_HEIGHT; y++) {
    const polar = ((y + 0.5) / STUDIO_HEIGHT) * Math.PI
    for (let x = 0; x < STUDIO_WIDTH; x++) {
      // The middle of a row is −z and u grows towards +x.
      const azimuth = ((x + 0.5) / STUDIO_WIDTH - 0.5) * 2 * Math.PI
      const horizontal = sin(polar)
      const direction: Triple = [horizontal * sin(azimuth), cos(polar), -horizontal * cos(azimuth)]
      pixels.set(studioRadiance(direction), (y * STUDIO_WIDTH + x) * 3)
    }
  }
  return { kind: 'map', width: STUDIO_WIDTH, height: STUDIO_HEIGHT, pixels }
}

function studioRadiance(direction: Triple): Triple {
  const height = direction[1]
  const sky = mix(HORIZON, ZENITH, smooth(0, 1, height))
  let light = mix(GROUND, sky, smooth(-0.25, 0.1, height))
  for (const box of SOFT_BOXES) {
    const inside = smooth(box.edge - box.softness, box.edge + box.softness, dot(direction, box.direction))
    light = mix(light, box.radiance, inside)
  }
  return light
}

function mix(a: Triple, b: Triple, t: number): Triple {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/** 0 below `low`, 1 above `high`, and a cubic between without a corner. */
function smooth(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)))
  return t * t * (3 - 2 * t)
}
