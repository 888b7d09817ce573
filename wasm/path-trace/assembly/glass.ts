/**
 * Light that a rough interface of glass scatters in all when each facet is met once: a table over index, roughness and
 * cosine, of both sides. What is lost is given back in proportion, reflected and refracted alike (Turquin, 2019).
 */
import { MATERIAL_SIZE, M_THIN_WALLED, M_TRANSMISSION, materialCount, materials } from './scene'
import { reserve } from './arena'
import { GLASS_ALBEDO } from './glass-table'
import { unpackTable } from './table'
import { ALPHA_MIN } from './ggx'
import { larger, smaller } from './math'

/** The table's sides: √(c (1 + 4α) / (c + 4α)) of the cosine c, roughness, √((n - 1) / (n + 1)) of the index n, 0 to 1 each. */
const COSINES: i32 = 24
const ROUGHNESSES: i32 = 16
const INDICES: i32 = 16
const LAYER: i32 = COSINES * ROUGHNESSES
const SIDE: i32 = INDICES * LAYER
/** Cosines crowd where shadowing sets in: at so many times α. */
const CROWDED: f32 = 4

let table: usize = 0

/** Unpacks the table where a material needs it. False when memory is out. */
export function prepareGlass(): bool {
  for (let i = 0; i < materialCount; i++) {
    const m = materials + <usize>i * MATERIAL_SIZE
    if (load<f32>(m, M_TRANSMISSION) == 0 || load<u32>(m, M_THIN_WALLED) != 0) continue
    table = reserve(<f64>(2 * SIDE * 4))
    if (table == 0) return false
    unpackTable(GLASS_ALBEDO, table, 2 * SIDE, 1)
    return true
  }
  return true
}

/** The light that is scattered at a cosine, from outside or from the inside; trilinear. */
export function readGlassAlbedo(cosine: f32, roughness: f32, index: f32, inside: bool): f32 {
  const near = larger(roughness * roughness, ALPHA_MIN) * CROWDED
  const x: f32 = smaller(sqrt<f32>(cosine * (<f32>1 + near) / (cosine + near)), 1) * <f32>(COSINES - 1)
  const y: f32 = roughness * <f32>(ROUGHNESSES - 1)
  const z: f32 = sqrt<f32>((index - <f32>1) / (index + <f32>1)) * <f32>(INDICES - 1)
  const i = min<i32>(<i32>x, COSINES - 2), j = min<i32>(<i32>y, ROUGHNESSES - 2), k = min<i32>(<i32>z, INDICES - 2)
  const s: f32 = x - <f32>i, t: f32 = y - <f32>j, r: f32 = z - <f32>k
  const at = table + <usize>((inside ? SIDE : 0) + k * LAYER + j * COSINES + i) * 4
  return layer(at, s, t) * (<f32>1 - r) + layer(at + LAYER * 4, s, t) * r
}

function layer(at: usize, s: f32, t: f32): f32 {
  const row: usize = COSINES * 4
  const wa = (<f32>1 - s) * (<f32>1 - t), wb = s * (<f32>1 - t), wc = (<f32>1 - s) * t, wd = s * t
  return load<f32>(at) * wa + load<f32>(at, 4) * wb + load<f32>(at + row) * wc + load<f32>(at + row, 4) * wd
}
