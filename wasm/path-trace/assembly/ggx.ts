/** The GGX distribution with Smith's height-correlated shadowing (Heitz, JCGT 2014; PBRT 4th ed., §9.6). */
/** Roughness² of a mirror: smaller ones lose their peak to rounding. */
export const ALPHA_MIN: f32 = 0.001

/** Smith's Λ for a direction with cosine z > 0. */
// @ts-ignore: decorator
@inline
export function lambda(z: f32, a2: f32): f32 {
  const z2 = z * z
  return (sqrt<f32>(<f32>1 + a2 * (<f32>1 - z2) / z2) - <f32>1) * <f32>0.5
}

/** Schlick's weight (1 - c)⁵. */
// @ts-ignore: decorator
@inline
export function schlick(c: f32): f32 {
  const m: f32 = <f32>1 - c, m2 = m * m
  return m2 * m2 * m
}

/** Fresnel reflectance of a dielectric at cosine c ≥ 0, `eta` the index beyond by the index before. */
export function fresnel(c: f32, eta: f32): f32 {
  const g2: f32 = eta * eta - <f32>1 + c * c
  if (g2 <= 0) return 1
  const g = sqrt<f32>(g2), a: f32 = (g - c) / (g + c), b: f32 = (c * (g + c) - <f32>1) / (c * (g - c) + <f32>1)
  return <f32>0.5 * a * a * (<f32>1 + b * b)
}
