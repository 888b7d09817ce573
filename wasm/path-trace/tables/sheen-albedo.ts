/**
 * How much a sheen of white fibres reflects in all: the integral of "Charlie" (Estevez and Kulla, 2017; the formulas of
 * KHR_materials_sheen) over the hemisphere, in double precision, for `assembly/sheen-table.ts`.
 */

/** The table's side: cosine ((i + ½) / 32)², roughness j / 31. */
export const SHEEN_SIDE = 32

/** Points of the midpoint rule each way; twice as many change a cell by less than a step of the table. */
const POINTS = 400

/** The albedo for a view at this cosine. */
export function sheenAlbedoOf(cosine: number, roughness: number): number {
  const alpha = roughness * roughness
  const shadowing = shadowingOf(alpha)
  const view = [Math.sqrt(1 - cosine * cosine), cosine] as const
  const ofView = shadowing(cosine)
  let sum = 0
  for (let i = 0; i < POINTS; i++) {
    // Points crowd at grazing directions, where thin fibres shine.
    const root = (i + 0.5) / POINTS
    const z = root * root
    const across = Math.sqrt(1 - z * z)
    const shown = 1 / (4 * cosine * (1 + ofView + shadowing(z)))
    let ring = 0
    for (let k = 0; k < POINTS; k++) {
      const turn = (Math.PI * (k + 0.5)) / POINTS
      const h = [view[0] + across * Math.cos(turn), across * Math.sin(turn), cosine + z] as const
      const square = h[0] * h[0] + h[1] * h[1]
      const sine2 = square / (square + h[2] * h[2])
      ring += ((2 + 1 / alpha) * sine2 ** (0.5 / alpha)) / (2 * Math.PI)
    }
    sum += ring * shown * 2 * root
  }
  return (sum * 2 * Math.PI) / (POINTS * POINTS)
}

/** Λ of the fibres, by the fit of the paper's appendix. */
function shadowingOf(alpha: number): (cosine: number) => number {
  const t = (1 - alpha) ** 2
  const mix = (rough: number, smooth: number) => rough + (smooth - rough) * t
  const [a, b, c] = [mix(21.5473, 25.3245), mix(3.82987, 3.32435), mix(0.19823, 0.16801)]
  const [d, e] = [mix(-1.9776, -1.27393), mix(-4.32054, -4.85967)]
  const curve = (x: number) => a / (1 + b * x ** c) + d * x + e
  return (x) => Math.exp(x < 0.5 ? curve(x) : 2 * curve(0.5) - curve(1 - x))
}
