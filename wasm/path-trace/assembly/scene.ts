/** The packed scene in place: where its sections are. Same numbers as `scene-layout.ts`, which explains them. */

export const MATERIAL_SIZE: usize = 256
export const M_BASE_COLOR: usize = 0
export const M_ALPHA: usize = 12
export const M_METALLIC: usize = 16
export const M_ROUGHNESS: usize = 20
export const M_TRANSMISSION: usize = 24
export const M_IOR: usize = 28
export const M_EMISSIVE: usize = 32
export const M_NORMAL_SCALE: usize = 44
export const M_ATTENUATION_COLOR: usize = 48
export const M_ATTENUATION_DISTANCE: usize = 60
export const M_ALPHA_CUTOFF: usize = 64
export const M_ALPHA_MODE: usize = 68
export const M_DOUBLE_SIDED: usize = 72
export const M_THIN_WALLED: usize = 76
export const M_BASE_COLOR_TEXTURE: usize = 80
export const M_METALLIC_ROUGHNESS_TEXTURE: usize = 84
export const M_NORMAL_TEXTURE: usize = 88
export const M_EMISSIVE_TEXTURE: usize = 92
export const M_TRANSMISSION_TEXTURE: usize = 96
export const M_SPECULAR: usize = 100
export const M_SPECULAR_COLOR: usize = 104
export const M_CLEARCOAT: usize = 116
export const M_CLEARCOAT_ROUGHNESS: usize = 120
export const M_CLEARCOAT_NORMAL_SCALE: usize = 124
export const M_SHEEN_COLOR: usize = 128
export const M_SHEEN_ROUGHNESS: usize = 140
export const M_SPECULAR_TEXTURE: usize = 144
export const M_SPECULAR_COLOR_TEXTURE: usize = 148
export const M_CLEARCOAT_TEXTURE: usize = 152
export const M_CLEARCOAT_ROUGHNESS_TEXTURE: usize = 156
export const M_CLEARCOAT_NORMAL_TEXTURE: usize = 160
export const M_SHEEN_COLOR_TEXTURE: usize = 164
export const M_SHEEN_ROUGHNESS_TEXTURE: usize = 168
export const M_COLORED_EMISSION: usize = 172
export const M_DIFFUSE_TRANSMISSION: usize = 176
export const M_DIFFUSE_TRANSMISSION_COLOR: usize = 180
export const M_DIFFUSE_TRANSMISSION_TEXTURE: usize = 192
export const M_DIFFUSE_TRANSMISSION_COLOR_TEXTURE: usize = 196
export const M_DISPERSION: usize = 200
export const M_ANISOTROPY: usize = 204
export const M_ANISOTROPY_DIRECTION: usize = 208
export const M_ANISOTROPY_TEXTURE: usize = 216

export const ALPHA_OPAQUE: u32 = 0
export const ALPHA_MASK: u32 = 1

export const TEXTURE_SIZE: usize = 64
export const T_WIDTH: usize = 0
export const T_HEIGHT: usize = 4
export const T_TEXELS: usize = 8
export const T_SRGB: usize = 12
export const T_WRAP_U: usize = 16
export const T_WRAP_V: usize = 20
export const T_FILTER: usize = 24
export const T_TRANSFORM: usize = 28

export const LIGHT_SIZE: usize = 64
export const L_KIND: usize = 0
export const L_POSITION: usize = 4
export const L_DIRECTION: usize = 16
export const L_INTENSITY: usize = 28
export const L_RANGE: usize = 40
export const L_COS_INNER: usize = 44
export const L_COS_OUTER: usize = 48

export const H_RADIANCE: usize = 48
export const H_WORLD_FROM_CAMERA: usize = 64
export const H_CAMERA_KIND: usize = 112
export const H_CAMERA_HALF_HEIGHT: usize = 116
export const H_CAMERA_ASPECT: usize = 120

export let header: usize = 0
export let triangleCount: i32 = 0
export let materialCount: i32 = 0
export let lightCount: i32 = 0
export let environmentWidth: i32 = 0
export let environmentHeight: i32 = 0
export let hasColors: bool = false
export let positions: usize = 0
export let normals: usize = 0
export let tangents: usize = 0
export let colors: usize = 0
export let uvs: usize = 0
export let indices: usize = 0
export let triangleMaterials: usize = 0
export let materials: usize = 0
export let textures: usize = 0
export let texels: usize = 0
export let lights: usize = 0
export let environmentPixels: usize = 0

/** Reads the header at this address. The bytes have passed `checkScene`. */
export function openScene(at: usize): void {
  header = at
  hasColors = (load<u32>(at, 12) & 2) != 0
  triangleCount = load<i32>(at, 20)
  materialCount = load<i32>(at, 24)
  lightCount = load<i32>(at, 32)
  environmentWidth = load<i32>(at, 40)
  environmentHeight = load<i32>(at, 44)
  positions = at + load<u32>(at, 128)
  normals = at + load<u32>(at, 132)
  tangents = at + load<u32>(at, 136)
  colors = at + load<u32>(at, 140)
  uvs = at + load<u32>(at, 144)
  indices = at + load<u32>(at, 148)
  triangleMaterials = at + load<u32>(at, 152)
  materials = at + load<u32>(at, 156)
  textures = at + load<u32>(at, 160)
  texels = at + load<u32>(at, 164)
  lights = at + load<u32>(at, 168)
  environmentPixels = at + load<u32>(at, 172)
}
