/**
 * The material beyond glTF's core at the point that `surface.ts` opened: the factors of KHR_materials_specular,
 * _clearcoat, _sheen, _diffuse_transmission and _dispersion, with their textures read.
 */
import { M_CLEARCOAT, M_CLEARCOAT_NORMAL_SCALE, M_CLEARCOAT_NORMAL_TEXTURE, M_ANISOTROPY, M_ANISOTROPY_DIRECTION, M_ANISOTROPY_TEXTURE, M_CLEARCOAT_ROUGHNESS,
  M_CLEARCOAT_ROUGHNESS_TEXTURE, M_CLEARCOAT_TEXTURE, M_DIFFUSE_TRANSMISSION,
  M_DIFFUSE_TRANSMISSION_COLOR, M_DIFFUSE_TRANSMISSION_COLOR_TEXTURE, M_DIFFUSE_TRANSMISSION_TEXTURE, M_DISPERSION, M_SHEEN_COLOR, M_SHEEN_COLOR_TEXTURE, M_SHEEN_ROUGHNESS,
  M_SHEEN_ROUGHNESS_TEXTURE, M_SPECULAR, M_SPECULAR_COLOR, M_SPECULAR_COLOR_TEXTURE, M_SPECULAR_TEXTURE } from './scene'
import { readTexture, texelA, texelB, texelG, texelR } from './texture'
import { schlick } from './ggx'

/** Reflectance at right angles of the coat, whose index is 1.5. */
const COAT_F0: f32 = 0.04

/** Strength of the dielectric's reflection, and its colour at right angles. */
export let specular: f32 = 1
export let specularR: f32 = 1
export let specularG: f32 = 1
export let specularB: f32 = 1
export let coat: f32 = 0
export let coatRoughness: f32 = 0
export let sheenR: f32 = 0
export let sheenG: f32 = 0
export let sheenB: f32 = 0
export let sheenRoughness: f32 = 0
/** Share of diffuse light that goes through, and its colour. */
export let passed: f32 = 0
export let passedR: f32 = 1
export let passedG: f32 = 1
export let passedB: f32 = 1
export let dispersion: f32 = 0
/** How much longer highlights are along a direction of the tangent's plane. */
export let anisotropy: f32 = 0
export let alongX: f32 = 1
export let alongY: f32 = 0

/** Whether a material has any of this. */
export function isLayered(m: usize): bool {
  return load<f32>(m, M_CLEARCOAT) > 0 || hasSheen(m) || load<f32>(m, M_DIFFUSE_TRANSMISSION) > 0 ||
    load<f32>(m, M_DISPERSION) > 0 || load<f32>(m, M_ANISOTROPY) > 0 || load<f32>(m, M_SPECULAR) != 1 ||
    load<f32>(m, M_SPECULAR_COLOR) != 1 || load<f32>(m, M_SPECULAR_COLOR + 4) != 1 ||
    load<f32>(m, M_SPECULAR_COLOR + 8) != 1 || load<i32>(m, M_SPECULAR_TEXTURE) >= 0 ||
    load<i32>(m, M_SPECULAR_COLOR_TEXTURE) >= 0
}

/** Whether a material has a sheen. */
export function hasSheen(m: usize): bool {
  return load<f32>(m, M_SHEEN_COLOR) + load<f32>(m, M_SHEEN_COLOR + 4) + load<f32>(m, M_SHEEN_COLOR + 8) > 0
}

/** Whether any of its textures is read here, so that uvs are needed; the coat's normal map is left to `surface.ts`. */
export function layersAreTextured(m: usize): bool {
  return (load<i32>(m, M_SPECULAR_TEXTURE) & load<i32>(m, M_SPECULAR_COLOR_TEXTURE) & load<i32>(m, M_CLEARCOAT_TEXTURE) &
    load<i32>(m, M_CLEARCOAT_ROUGHNESS_TEXTURE) & load<i32>(m, M_CLEARCOAT_NORMAL_TEXTURE) &
    load<i32>(m, M_SHEEN_COLOR_TEXTURE) & load<i32>(m, M_SHEEN_ROUGHNESS_TEXTURE) &
    load<i32>(m, M_DIFFUSE_TRANSMISSION_TEXTURE) & load<i32>(m, M_DIFFUSE_TRANSMISSION_COLOR_TEXTURE) &
    load<i32>(m, M_ANISOTROPY_TEXTURE)) != -1
}

/** Reads the factors of a material. */
export function openFactors(m: usize): void {
  specular = load<f32>(m, M_SPECULAR)
  specularR = load<f32>(m, M_SPECULAR_COLOR)
  specularG = load<f32>(m, M_SPECULAR_COLOR + 4)
  specularB = load<f32>(m, M_SPECULAR_COLOR + 8)
  coat = load<f32>(m, M_CLEARCOAT)
  coatRoughness = load<f32>(m, M_CLEARCOAT_ROUGHNESS)
  sheenR = load<f32>(m, M_SHEEN_COLOR)
  sheenG = load<f32>(m, M_SHEEN_COLOR + 4)
  sheenB = load<f32>(m, M_SHEEN_COLOR + 8)
  sheenRoughness = load<f32>(m, M_SHEEN_ROUGHNESS)
  passed = load<f32>(m, M_DIFFUSE_TRANSMISSION)
  passedR = load<f32>(m, M_DIFFUSE_TRANSMISSION_COLOR)
  passedG = load<f32>(m, M_DIFFUSE_TRANSMISSION_COLOR + 4)
  passedB = load<f32>(m, M_DIFFUSE_TRANSMISSION_COLOR + 8)
  dispersion = load<f32>(m, M_DISPERSION)
  anisotropy = load<f32>(m, M_ANISOTROPY)
  alongX = load<f32>(m, M_ANISOTROPY_DIRECTION)
  alongY = load<f32>(m, M_ANISOTROPY_DIRECTION + 4)
}

/** Multiplies them by their textures at (u, v). */
export function readLayerTextures(m: usize, u: f32, v: f32): void {
  const strength = load<i32>(m, M_SPECULAR_TEXTURE), color = load<i32>(m, M_SPECULAR_COLOR_TEXTURE)
  if (strength >= 0) {
    readTexture(strength, u, v)
    specular *= texelA
  }
  if (color >= 0) {
    readTexture(color, u, v)
    specularR *= texelR
    specularG *= texelG
    specularB *= texelB
  }
  const over = load<i32>(m, M_CLEARCOAT_TEXTURE), overRough = load<i32>(m, M_CLEARCOAT_ROUGHNESS_TEXTURE)
  if (over >= 0) {
    readTexture(over, u, v)
    coat *= texelR
  }
  if (overRough >= 0) {
    readTexture(overRough, u, v)
    coatRoughness *= texelG
  }
  const sheen = load<i32>(m, M_SHEEN_COLOR_TEXTURE), sheenRough = load<i32>(m, M_SHEEN_ROUGHNESS_TEXTURE)
  if (sheen >= 0) {
    readTexture(sheen, u, v)
    sheenR *= texelR
    sheenG *= texelG
    sheenB *= texelB
  }
  if (sheenRough >= 0) {
    readTexture(sheenRough, u, v)
    sheenRoughness *= texelA
  }
  const brushed = load<i32>(m, M_ANISOTROPY_TEXTURE)
  if (brushed >= 0) {
    readTexture(brushed, u, v)
    anisotropy *= texelB
    // The texel's direction, turned by the material's.
    const x: f32 = texelR * <f32>2 - <f32>1, y: f32 = texelG * <f32>2 - <f32>1, s = alongX, t = alongY
    alongX = x * s - y * t
    alongY = x * t + y * s
  }
  const share = load<i32>(m, M_DIFFUSE_TRANSMISSION_TEXTURE), passing = load<i32>(m, M_DIFFUSE_TRANSMISSION_COLOR_TEXTURE)
  if (share >= 0) {
    readTexture(share, u, v)
    passed *= texelA
  }
  if (passing >= 0) {
    readTexture(passing, u, v)
    passedR *= texelR
    passedG *= texelG
    passedB *= texelB
  }
}

/** The index of the coat's normal map, or -1. */
export function coatNormalTexture(m: usize): i32 { return load<i32>(m, M_CLEARCOAT_NORMAL_TEXTURE) }

/** How strongly that map turns. */
export function coatNormalScale(m: usize): f32 { return load<f32>(m, M_CLEARCOAT_NORMAL_SCALE) }

/** Whether the strength of a material's coat is read from a texture. */
export function coatIsTextured(m: usize): bool { return load<i32>(m, M_CLEARCOAT_TEXTURE) >= 0 }

/** Strength of a material's coat at (u, v), and nothing else of it. */
export function coatAt(m: usize, u: f32, v: f32): f32 {
  const texture = load<i32>(m, M_CLEARCOAT_TEXTURE), factor = load<f32>(m, M_CLEARCOAT)
  if (texture < 0) return factor
  readTexture(texture, u, v)
  return factor * texelR
}

/** The coat's reflectance at cosine c (KHR_materials_clearcoat). */
export function coatFresnel(c: f32): f32 { return COAT_F0 + (<f32>1 - COAT_F0) * schlick(c) }
