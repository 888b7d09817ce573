/**
 * A bunny that sits and looks at you: ours, put together of ellipsoids like a figure of clay. It looks along z, stands
 * on y = 0 and is about 1.3 high with its ears.
 */
import type { Triple } from '../matrix.ts'
import { mirrored, softShape, type Lump } from './soft-shape.ts'
import { surfaceNets, type SmoothMesh } from './surface-nets.ts'

/** Its box, and cubes so small that its outline is round at the size of a draft, in less than 300 kB. */
const GRID = { low: [-0.42, -0.03, -0.7], high: [0.42, 1.4, 0.6], cell: 0.0262 } as const

const TRUNK: readonly Lump[] = [
  { center: [0, 0.34, -0.14], radii: [0.29, 0.32, 0.38], nod: -0.25, melt: 0.1 },
  { center: [0, 0.42, 0.12], radii: [0.2, 0.27, 0.2], melt: 0.16 },
  { center: [0, 0.21, -0.5], radii: [0.115, 0.115, 0.105], melt: 0.035 },
]

const LEGS: readonly Lump[] = [
  { center: [0.21, 0.23, -0.16], radii: [0.14, 0.215, 0.25], nod: -0.2, lean: 0.1, melt: 0.05 },
  { center: [0.22, 0.055, 0.1], radii: [0.085, 0.058, 0.19], melt: 0.05 },
  { center: [0.095, 0.21, 0.245], radii: [0.07, 0.21, 0.075], nod: 0.12, melt: 0.05 },
  { center: [0.1, 0.05, 0.31], radii: [0.072, 0.052, 0.105], melt: 0.04 },
]

const HEAD: readonly Lump[] = [
  { center: [0, 0.81, 0.22], radii: [0.235, 0.215, 0.24], melt: 0.1 },
  ...mirrored({ center: [0.105, 0.73, 0.31], radii: [0.125, 0.105, 0.12], melt: 0.07 }),
  { center: [0, 0.745, 0.425], radii: [0.08, 0.062, 0.06], melt: 0.05 },
]

const EARS: readonly Lump[] = [
  { center: [0.1, 1.14, 0.12], radii: [0.078, 0.245, 0.05], nod: -0.16, lean: -0.17, melt: 0.06 },
  {
    center: [0.112, 1.15, 0.172],
    radii: [0.042, 0.175, 0.034],
    nod: -0.16,
    lean: -0.17,
    melt: 0.02,
    isDent: true,
  },
]

/** Body, legs, head and ears as one surface. */
export function bunnyMesh(): SmoothMesh {
  const lumps = [...TRUNK, ...LEGS.flatMap(mirrored), ...HEAD, ...EARS.flatMap(mirrored)]
  return surfaceNets(softShape(lumps), GRID)
}

/** The places and radii of its eyes and of its nose, which are of other materials. */
export const BUNNY_FACE: {
  readonly eyes: readonly Triple[]
  readonly eyeRadius: number
  readonly nose: Triple
  readonly noseRadii: Triple
} = {
  eyes: [
    [0.17, 0.845, 0.362],
    [-0.17, 0.845, 0.362],
  ],
  eyeRadius: 0.042,
  nose: [0, 0.78, 0.468],
  noseRadii: [0.032, 0.022, 0.02],
}
