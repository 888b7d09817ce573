/**
 * A scene for the path tracer: what it is made of, and its packed form, the bytes that travel to a provider.
 *
 * The packed form is little-endian: a header of 256 bytes, then the sections of `scene-layout.ts`, each at a
 * multiple of 16 bytes, so that the kernel uses it in place after one copy into its memory.
 *
 * @example
 * const bytes = packScene({ positions, normals, …, environment: { kind: 'constant', radiance: [1, 1, 1] } })
 * const checked = checkScene(bytes) // what a provider does before it renders a stranger's bytes
 * if (checked.kind === 'bad-scene') return checked
 */
import { assert } from './assert.ts'
import { cos, length3 } from './exact-math.ts'
import { type CameraDescription, writeCamera } from './scene-camera.ts'
import {
  ALPHA_MODES,
  FILTERS,
  HEADER,
  LIGHT,
  LIGHT_KINDS,
  MATERIAL,
  sceneLayout,
  SCENE_MAGIC,
  SCENE_VERSION,
  TEXTURE,
  WRAPS,
  type SceneCounts,
  type SceneLayout,
} from './scene-layout.ts'
import { type MaterialLayers, type MaterialTextures, writeLayers } from './scene-material.ts'
import { texelPlaces, type UvTransform, writeTransform } from './scene-texture.ts'

/** Linear RGB. */
export type Rgb = readonly [number, number, number]

/** A point or direction in world space, metres, y up as in glTF. */
export type Vector3 = readonly [number, number, number]

/** How a texture coordinate outside 0…1 is brought back (glTF 2.0 §3.8.4.2). */
export type Wrap = (typeof WRAPS)[number]

/** One image and its sampler. Texel rows go from the top (v = 0) down, as glTF has them. */
export interface TextureDescription {
  readonly width: number
  readonly height: number
  /** 4 bytes per texel. */
  readonly rgba: Uint8Array
  /** Whether red, green and blue are sRGB-encoded (base colour, emissive) or linear (all others). */
  readonly srgb: boolean
  readonly wrapU: Wrap
  readonly wrapV: Wrap
  readonly filter: (typeof FILTERS)[number]
  /** How it lies on the surface. */
  readonly transform: UvTransform
}

/**
 * A surface: glTF 2.0 metallic-roughness (appendix B), with KHR_materials_transmission, _ior, _volume, _emissive_strength,
 * _specular, _clearcoat, _sheen, _diffuse_transmission, _dispersion and _anisotropy.
 */
export interface MaterialDescription extends MaterialLayers {
  /** Each 0…1. */
  readonly baseColor: Rgb
  /** Opacity 0…1, used when `alphaMode` is not `opaque`. */
  readonly alpha: number
  readonly alphaMode: (typeof ALPHA_MODES)[number]
  /** Where `mask` cuts, 0…1. */
  readonly alphaCutoff: number
  readonly metallic: number
  readonly roughness: number
  /** Radiance, already multiplied by KHR_materials_emissive_strength. */
  readonly emissive: Rgb
  /** Whether the colours of vertices multiply what it emits, too (KHR_materials_unlit). */
  readonly coloredEmission: boolean
  /** 0…1, of the part that is not metal. */
  readonly transmission: number
  /** Index of refraction, at least 1. */
  readonly ior: number
  /** A sheet without inside (no KHR_materials_volume): light goes straight through. Else it refracts. */
  readonly thinWalled: boolean
  /** Colour that white light has after `attenuationDistance` metres inside. Ignored when thin-walled. */
  readonly attenuationColor: Rgb
  /** Metres; 0 means that the inside does not absorb. */
  readonly attenuationDistance: number
  /**
   * Whether the back emits too. Surfaces scatter on both sides in any case, as in other path tracers; only
   * light that leaves the back of a single-sided emitter is culled.
   */
  readonly doubleSided: boolean
  readonly normalScale: number
  readonly textures: MaterialTextures
}

/** KHR_lights_punctual. `range` in metres, 0 for none. `direction` is where the light shines to. */
export type LightDescription =
  | {
      readonly kind: 'directional'
      readonly direction: Vector3
      /** Colour × illuminance, lux. */
      readonly intensity: Rgb
    }
  | {
      readonly kind: 'point'
      readonly position: Vector3
      /** Colour × intensity, candela. */
      readonly intensity: Rgb
      readonly range: number
    }
  | {
      readonly kind: 'spot'
      readonly position: Vector3
      readonly direction: Vector3
      /** Colour × intensity, candela. */
      readonly intensity: Rgb
      readonly range: number
      /** Half angles in radians, 0 ≤ inner < outer ≤ π/2. */
      readonly innerConeAngle: number
      readonly outerConeAngle: number
    }

/** The light that a ray which leaves the scene meets. */
export type EnvironmentDescription =
  | { readonly kind: 'constant'; readonly radiance: Rgb }
  | {
      readonly kind: 'map'
      readonly width: number
      readonly height: number
      /**
       * Linear RGB, 3 per pixel, equirectangular: the top row is +y, the middle of a row is -z, and u grows
       * to +x (to the right of a viewer who looks along -z).
       */
      readonly pixels: Float32Array
    }

/** Everything the kernel needs. Arrays per vertex are parallel; optional ones are full or empty. */
export interface SceneDescription {
  /** 3 per vertex, world space, metres. */
  readonly positions: Float32Array
  /** 3 per vertex, unit shading normals; zeros take the triangle's own. */
  readonly normals: Float32Array
  /** 4 per vertex (xyz, handedness), zeros where unused; or empty. */
  readonly tangents: Float32Array
  /** 4 per vertex, linear RGBA that multiplies the base colour (COLOR_0); or empty. */
  readonly colors: Float32Array
  /** 2 per vertex; or empty. */
  readonly uvs: Float32Array
  /** 3 per triangle. Front faces are counter-clockwise. */
  readonly indices: Uint32Array
  /** 1 per triangle. */
  readonly triangleMaterials: Uint32Array
  readonly materials: readonly MaterialDescription[]
  readonly textures: readonly TextureDescription[]
  readonly camera: CameraDescription
  readonly lights: readonly LightDescription[]
  readonly environment: EnvironmentDescription
}

/** Length of a scene's packed form. */
export function packedBytes(scene: SceneDescription): number {
  return sceneLayout(countsOf(scene)).byteLength
}

/**
 * The packed form of a scene, written into `target` where one is given: zeros of just its length, at a multiple of 16
 * in their buffer. Promises that equal descriptions give equal bytes, and throws only where arrays
 * that should be parallel are not: values (bounds, references, finiteness) are what `checkScene` judges.
 */
export function packScene(
  scene: SceneDescription,
  target?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const counts = countsOf(scene)
  const layout = sceneLayout(counts)
  const bytes = target ?? new Uint8Array(layout.byteLength)
  assert(bytes.byteLength === layout.byteLength, 'a scene is packed into as many bytes as it takes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  writeHeader(view, scene, counts, layout)
  const { sections } = layout
  const floats = (at: number, values: Float32Array) =>
    new Float32Array(bytes.buffer, bytes.byteOffset + at, values.length).set(values)
  const words = (at: number, values: Uint32Array) =>
    new Uint32Array(bytes.buffer, bytes.byteOffset + at, values.length).set(values)
  floats(sections.positions, scene.positions)
  floats(sections.normals, scene.normals)
  floats(sections.tangents, scene.tangents)
  floats(sections.colors, scene.colors)
  floats(sections.uvs, scene.uvs)
  words(sections.indices, scene.indices)
  words(sections.triangleMaterials, scene.triangleMaterials)
  scene.materials.forEach((material, i) =>
    writeMaterial(view, sections.materials + i * MATERIAL.size, material),
  )
  const { places } = texelPlaces(scene.textures)
  scene.textures.forEach((texture, i) => {
    const texel = places[i] ?? 0
    writeTexture(view, sections.textures + i * TEXTURE.size, texture, texel)
    assert(texture.rgba.length === texture.width * texture.height * 4, 'a texture has 4 bytes per texel')
    bytes.set(texture.rgba, sections.texels + texel)
  })
  scene.lights.forEach((light, i) => writeLight(view, sections.lights + i * LIGHT.size, light))
  if (scene.environment.kind === 'map') floats(sections.environment, scene.environment.pixels)
  return bytes
}

function countsOf(scene: SceneDescription): SceneCounts {
  const vertices = scene.positions.length / 3
  const triangles = scene.indices.length / 3
  const { environment } = scene
  assert(Number.isInteger(vertices) && Number.isInteger(triangles), 'positions and indices come in threes')
  assert(scene.normals.length === vertices * 3, 'normals are 3 per vertex')
  assert(scene.triangleMaterials.length === triangles, 'materials are 1 per triangle')
  for (const [name, array, per] of [
    ['tangents', scene.tangents, 4],
    ['colors', scene.colors, 4],
    ['uvs', scene.uvs, 2],
  ] as const) {
    assert(array.length === 0 || array.length === vertices * per, `${name} are ${per} per vertex or empty`)
  }
  if (environment.kind === 'map') {
    assert(
      environment.pixels.length === environment.width * environment.height * 3,
      'environment is 3 per pixel',
    )
  }
  return {
    vertices,
    triangles,
    materials: scene.materials.length,
    textures: scene.textures.length,
    texelBytes: texelPlaces(scene.textures).bytes,
    lights: scene.lights.length,
    environmentWidth: environment.kind === 'map' ? environment.width : 0,
    environmentHeight: environment.kind === 'map' ? environment.height : 0,
    hasTangents: scene.tangents.length > 0,
    hasColors: scene.colors.length > 0,
    hasUvs: scene.uvs.length > 0,
  }
}

function setFloats(view: DataView, at: number, values: readonly number[]): void {
  values.forEach((value, i) => view.setFloat32(at + i * 4, value, true))
}

function writeHeader(
  view: DataView,
  scene: SceneDescription,
  counts: SceneCounts,
  layout: SceneLayout,
): void {
  const { camera, environment } = scene
  const word = (at: number, value: number) => view.setUint32(at, value, true)
  word(HEADER.magic, SCENE_MAGIC)
  word(HEADER.version, SCENE_VERSION)
  word(HEADER.byteLength, layout.byteLength)
  word(HEADER.vertices, counts.vertices)
  word(HEADER.triangles, counts.triangles)
  word(HEADER.materials, counts.materials)
  word(HEADER.textures, counts.textures)
  word(HEADER.lights, counts.lights)
  word(HEADER.texelBytes, counts.texelBytes)
  word(HEADER.environmentWidth, counts.environmentWidth)
  word(HEADER.environmentHeight, counts.environmentHeight)
  word(HEADER.present, (counts.hasTangents ? 1 : 0) | (counts.hasColors ? 2 : 0) | (counts.hasUvs ? 4 : 0))
  if (environment.kind === 'constant') setFloats(view, HEADER.radiance, environment.radiance)
  writeCamera(view, camera)
  const offsets = Object.values(layout.sections) as number[]
  offsets.forEach((offset, i) => word(HEADER.sections + i * 4, offset))
}

function writeMaterial(view: DataView, at: number, material: MaterialDescription): void {
  setFloats(view, at + MATERIAL.baseColor, [...material.baseColor, material.alpha])
  setFloats(view, at + MATERIAL.metallic, [
    material.metallic,
    material.roughness,
    material.transmission,
    material.ior,
  ])
  setFloats(view, at + MATERIAL.emissive, [...material.emissive, material.normalScale])
  setFloats(view, at + MATERIAL.attenuationColor, [
    ...material.attenuationColor,
    material.attenuationDistance,
  ])
  view.setFloat32(at + MATERIAL.alphaCutoff, material.alphaCutoff, true)
  view.setUint32(at + MATERIAL.alphaMode, ALPHA_MODES.indexOf(material.alphaMode), true)
  view.setUint32(at + MATERIAL.doubleSided, material.doubleSided ? 1 : 0, true)
  view.setUint32(at + MATERIAL.thinWalled, material.thinWalled ? 1 : 0, true)
  view.setUint32(at + MATERIAL.coloredEmission, material.coloredEmission ? 1 : 0, true)
  writeLayers(view, at, material)
}

function writeTexture(view: DataView, at: number, texture: TextureDescription, texel: number): void {
  view.setUint32(at + TEXTURE.width, texture.width, true)
  view.setUint32(at + TEXTURE.height, texture.height, true)
  view.setUint32(at + TEXTURE.texels, texel, true)
  view.setUint32(at + TEXTURE.srgb, texture.srgb ? 1 : 0, true)
  view.setUint32(at + TEXTURE.wrapU, WRAPS.indexOf(texture.wrapU), true)
  view.setUint32(at + TEXTURE.wrapV, WRAPS.indexOf(texture.wrapV), true)
  view.setUint32(at + TEXTURE.filter, FILTERS.indexOf(texture.filter), true)
  writeTransform(view, at, texture.transform)
}

function writeLight(view: DataView, at: number, light: LightDescription): void {
  view.setUint32(at + LIGHT.kind, LIGHT_KINDS.indexOf(light.kind), true)
  setFloats(view, at + LIGHT.intensity, light.intensity)
  if (light.kind !== 'directional') {
    setFloats(view, at + LIGHT.position, light.position)
    view.setFloat32(at + LIGHT.range, light.range, true)
  }
  if (light.kind !== 'point') {
    const [x, y, z] = light.direction
    const length = length3(x, y, z)
    setFloats(view, at + LIGHT.direction, [x / length, y / length, z / length])
  }
  if (light.kind === 'spot') {
    setFloats(view, at + LIGHT.cosInner, [cos(light.innerConeAngle), cos(light.outerConeAngle)])
  }
}
