/**
 * How much a GGX surface reflects in all: a table over cosine and roughness of the two numbers A and B with
 * albedo = F0·A + F90·B (Karis, "Real Shading in Unreal Engine 4", 2013).
 * It gives back what single scattering loses (Turquin, "Practical multiple scattering compensation for
 * microfacet models", 2019) and says how much light is left for the diffuse layer below.
 */
import { MICROFACET_ALBEDO } from './albedo-table'
import { reserve } from './arena'
import { unpackTable } from './table'

/** Cells per side: cosine ((i + ½) / 32)², finer towards grazing, and roughness j / 31. */
const SIDE: i32 = 32

export let albedoA: f32 = 0
export let albedoB: f32 = 0

let table: usize = 0

/** Unpacks the table. False when memory is out. */
export function prepareAlbedo(): bool {
  table = reserve(<f64>(SIDE * SIDE * 8))
  if (table == 0) return false
  unpackTable(MICROFACET_ALBEDO, table, SIDE * SIDE * 2, 1)
  return true
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
