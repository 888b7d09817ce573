import { cos, sin } from '../../../../../wasm/path-trace/exact-math.ts'
import type { Triple } from '../matrix.ts'
import type { DistanceField } from './surface-nets.ts'

/** One ellipsoid of a soft shape. */
export interface Lump {
  readonly center: Triple
  readonly radii: Triple
  /** Turns about x (nods), then about z (leans), in radians. */
  readonly nod?: number
  readonly lean?: number
  /** How far the lump melts into those before it, a length; a dent is as deep as its lump reaches in. */
  readonly melt: number
  readonly isDent?: true
}

/** The lump and its twin on the other side of the plane x = 0. */
export function mirrored(lump: Lump): Lump[] {
  const [x, y, z] = lump.center
  return [lump, { ...lump, center: [-x, y, z], lean: -(lump.lean ?? 0) }]
}

/** A shape of ellipsoids that melt into each other like clay, in the order in which they are put on. */
export function softShape(lumps: readonly Lump[]): DistanceField {
  const parts = lumps.map((lump) => ({ distance: ellipsoid(lump), melt: lump.melt, isDent: lump.isDent }))
  return (x, y, z) => {
    let distance = Infinity
    for (const part of parts) {
      const other = part.distance(x, y, z)
      distance =
        part.isDent === true ? -smoothMin(-distance, other, part.melt) : smoothMin(distance, other, part.melt)
    }
    return distance
  }
}

/** The smaller of two, rounded over a length where they are about the same. */
function smoothMin(a: number, b: number, melt: number): number {
  const near = melt - Math.abs(a - b)
  const least = Math.min(a, b)
  return near > 0 ? least - (near * near) / (4 * melt) : least
}

/** About the distance to an ellipsoid: exact at its surface, and of the right sign everywhere. */
function ellipsoid({ center, radii, nod = 0, lean = 0 }: Lump): DistanceField {
  const [nodSin, nodCos, leanSin, leanCos] = [sin(nod), cos(nod), sin(lean), cos(lean)]
  const [rx, ry, rz] = radii
  const least = Math.min(rx, ry, rz)
  return (worldX, worldY, worldZ) => {
    const [dx, dy, dz] = [worldX - center[0], worldY - center[1], worldZ - center[2]]
    const x = dx * leanCos + dy * leanSin
    const sideways = dy * leanCos - dx * leanSin
    const y = sideways * nodCos + dz * nodSin
    const z = dz * nodCos - sideways * nodSin
    const inUnits = length(x / rx, y / ry, z / rz)
    const slope = length(x / (rx * rx), y / (ry * ry), z / (rz * rz))
    return slope > 0 ? (inUnits * (inUnits - 1)) / slope : -least
  }
}

/** Of small vectors: nothing overflows, and a root is rounded the same way everywhere. */
function length(x: number, y: number, z: number): number {
  return Math.sqrt(x * x + y * y + z * z)
}
