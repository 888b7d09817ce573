/**
 * Sheen: fibres that stand about the normal, by the "Charlie" distribution and its shadowing (Estevez and Kulla,
 * "Production Friendly Microfacet Sheen BRDF", 2017; KHR_materials_sheen, Fresnel's term left out).
 */
import { MATERIAL_SIZE, materialCount, materials } from './scene'
import { hasSheen } from './layered-surface'
import { reserve } from './arena'
import { exp2Of, larger, powerOf } from './math'
import { SHEEN_ALBEDO } from './sheen-table'
import { unpackTable } from './table'

/** Below, fibres reflect only at angles so grazing that no picture shows them. */
const ROUGHNESS_MIN: f32 = 0.07
const LOG2_E: f64 = 1.4426950408889634
const INV_TWO_PI: f64 = 0.15915494309189535
/** Cells per side of the table of albedos: cosine ((i + ½) / 32)², roughness j / 31. */
const SIDE: i32 = 32
/** The albedo that fff stands for. */
const ALBEDO_MAX: f32 = 4

let table: usize = 0

// Of the fibres opened last: 1 / α, the curve of Λ's logarithm, and terms that depend on the view alone.
let inverse: f64 = 0
let curveA: f64 = 0, curveB: f64 = 0, curveC: f64 = 0, curveD: f64 = 0, curveE: f64 = 0, middle: f64 = 0
let shown: f64 = 0, scale: f64 = 0

/** Unpacks the table where a material needs it. False when memory is out. */
export function prepareSheen(): bool {
  for (let i = 0; i < materialCount; i++) {
    if (!hasSheen(materials + <usize>i * MATERIAL_SIZE)) continue
    table = reserve(<f64>(SIDE * SIDE * 4))
    if (table == 0) return false
    unpackTable(SHEEN_ALBEDO, table, SIDE * SIDE, ALBEDO_MAX)
    return true
  }
  return true
}

/** Prepares fibres of a roughness for a view with cosine vz > 0. */
export function openFibres(roughness: f32, vz: f32): void {
  const r = <f64>larger(roughness, ROUGHNESS_MIN), a = r * r, t = (1 - a) * (1 - a)
  inverse = 1 / a
  curveA = 21.5473 + (25.3245 - 21.5473) * t
  curveB = 3.82987 + (3.32435 - 3.82987) * t
  curveC = 0.19823 + (0.16801 - 0.19823) * t
  curveD = -1.9776 + (-1.27393 + 1.9776) * t
  curveE = -4.32054 + (-4.85967 + 4.32054) * t
  middle = 2 * curve(0.5)
  shown = 1 + lambda(<f64>vz)
  scale = (2 + inverse) * INV_TWO_PI / (4 * <f64>vz)
}

function curve(x: f64): f64 { return curveA / (1 + curveB * powerOf(x, curveC)) + curveD * x + curveE }

function lambda(c: f64): f64 { return exp2Of((c < 0.5 ? curve(c) : middle - curve(1 - c)) * LOG2_E) }

/** Value × cosine of the opened fibres for a direction with cosine z > 0, `sine2` the squared sine of the half vector. */
export function fibres(sine2: f32, z: f32): f32 {
  return <f32>(scale * powerOf(<f64>sine2, inverse * 0.5) / (shown + lambda(<f64>z)))
}

/** How much white fibres reflect in all, bilinearly: more than 1 where they are thin and seen at a grazing angle. */
export function readSheenAlbedo(cosine: f32, roughness: f32): f32 {
  let x: f32 = sqrt<f32>(cosine) * <f32>SIDE - <f32>0.5
  const y: f32 = larger(roughness, ROUGHNESS_MIN) * <f32>(SIDE - 1)
  x = x < 0 ? 0 : x > <f32>(SIDE - 1) ? <f32>(SIDE - 1) : x
  const i = min<i32>(<i32>x, SIDE - 2), j = min<i32>(<i32>y, SIDE - 2), s: f32 = x - <f32>i, t: f32 = y - <f32>j
  const at = table + <usize>(j * SIDE + i) * 4, row: usize = SIDE * 4
  const wa = (<f32>1 - s) * (<f32>1 - t), wb = s * (<f32>1 - t), wc = (<f32>1 - s) * t, wd = s * t
  return load<f32>(at) * wa + load<f32>(at, 4) * wb + load<f32>(at + row) * wc + load<f32>(at + row, 4) * wd
}
