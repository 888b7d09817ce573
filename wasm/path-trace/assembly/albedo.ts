/**
 * How much a GGX surface reflects in all: a table over cosine and roughness of the two numbers A and B with
 * albedo = F0·A + F90·B (Karis, "Real Shading in Unreal Engine 4", 2013), by quadrature over visible normals.
 * It gives back what single scattering loses (Turquin, "Practical multiple scattering compensation for
 * microfacet models", 2019) and says how much light is left for the diffuse layer below.
 */
import { ALPHA_MIN, lambda } from './ggx'
import { cosine, sine, sineCosineOfTurn } from './math'
import { reserve } from './arena'

/** Cells per side, and samples per side of each cell's quadrature: errors below 0.2 %, 10 ms to fill. */
const SIDE: i32 = 32
const SAMPLES: i32 = 16

export let albedoA: f32 = 0
export let albedoB: f32 = 0

let table: usize = 0

/** Fills the table. False when memory is out. */
export function prepareAlbedo(): bool {
  table = reserve(<f64>(SIDE * SIDE * 8))
  if (table == 0) return false
  for (let j = 0; j < SIDE; j++) for (let i = 0; i < SIDE; i++) integrate(i, j)
  return true
}

/** Cell (i, j) stands for cosine ((i + ½) / 32)² — finer towards grazing — and roughness j / 31. */
function integrate(i: i32, j: i32): void {
  const root: f32 = (<f32>i + <f32>0.5) / <f32>SIDE, vz = root * root, vx = sqrt<f32>(<f32>1 - vz * vz)
  const roughness: f32 = <f32>j / <f32>(SIDE - 1), square = roughness * roughness
  const alpha = square < ALPHA_MIN ? ALPHA_MIN : square, a2 = alpha * alpha, lambdaV = lambda(vz, a2)
  let ex = vx * alpha, ez = vz
  const length: f32 = <f32>1 / sqrt<f32>(ex * ex + ez * ez)
  ex *= length
  ez *= length
  let sumA: f32 = 0, sumB: f32 = 0
  for (let s = 0; s < SAMPLES; s++) for (let r = 0; r < SAMPLES; r++) {
    // Visible normals by spherical caps, as in bsdf.ts, for a view in the xz plane.
    const z: f32 = (<f32>1 - (<f32>s + <f32>0.5) / <f32>SAMPLES) * (<f32>1 + ez) - ez
    const sin = sqrt<f32>(max<f32>(<f32>1 - z * z, 0))
    sineCosineOfTurn((<f32>r + <f32>0.5) / <f32>SAMPLES)
    let hx = (sin * cosine + ex) * alpha, hy = sin * sine * alpha, hz = z + ez
    const l: f32 = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
    hx *= l
    hz *= l
    const vh = vx * hx + vz * hz, lz = <f32>2 * vh * hz - vz
    if (lz > 0) {
      const g = (<f32>1 + lambdaV) / (<f32>1 + lambdaV + lambda(lz, a2)), m: f32 = <f32>1 - vh, m2 = m * m, f = m2 * m2 * m
      sumA += g * (<f32>1 - f)
      sumB += g * f
    }
  }
  const cell = table + <usize>(j * SIDE + i) * 8, weight: f32 = <f32>1 / <f32>(SAMPLES * SAMPLES)
  store<f32>(cell, sumA * weight)
  store<f32>(cell, sumB * weight, 4)
}

/** Looks up A and B, bilinearly. */
export function readAlbedo(cosineV: f32, roughness: f32): void {
  let x: f32 = sqrt<f32>(cosineV) * <f32>SIDE - <f32>0.5, y: f32 = roughness * <f32>(SIDE - 1)
  x = x < 0 ? 0 : x > <f32>(SIDE - 1) ? <f32>(SIDE - 1) : x
  const i = min<i32>(<i32>x, SIDE - 2), j = min<i32>(<i32>y, SIDE - 2), s: f32 = x - <f32>i, t: f32 = y - <f32>j
  const cell = table + <usize>(j * SIDE + i) * 8, row: usize = SIDE * 8
  const wa = (<f32>1 - s) * (<f32>1 - t), wb = s * (<f32>1 - t), wc = (<f32>1 - s) * t, wd = s * t
  albedoA = load<f32>(cell) * wa + load<f32>(cell, 8) * wb + load<f32>(cell + row) * wc + load<f32>(cell + row, 8) * wd
  albedoB = load<f32>(cell, 4) * wa + load<f32>(cell, 12) * wb + load<f32>(cell + row, 4) * wc + load<f32>(cell + row, 12) * wd
}
