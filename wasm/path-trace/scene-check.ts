/** Judges packed scenes that came from strangers. What passes cannot make the kernel leave its data. */
import { length3 } from './exact-math.ts'
import {
  ALPHA_MODES,
  CAMERA_KINDS,
  FILTERS,
  HEADER,
  LIGHT,
  LIGHT_KINDS,
  MATERIAL,
  sceneLayout,
  SCENE_LIMITS,
  SCENE_MAGIC,
  SCENE_VERSION,
  TEXTURE,
  texelBytes,
  WRAPS,
  type SceneCounts,
  type SceneLayout,
} from './scene-layout.ts'
import { TEXTURE_SLOTS } from './scene-material.ts'

/** Factors from 0 to 1, one number each. */
const UNIT_FACTORS = [
  'alpha',
  'metallic',
  'roughness',
  'transmission',
  'specular',
  'clearcoat',
  'clearcoatRoughness',
  'sheenRoughness',
  'diffuseTransmission',
  'anisotropy',
] as const

/** Why bytes are not a scene: one clear line. */
export interface SceneFault {
  readonly kind: 'bad-scene'
  readonly reason: string
}

/** The result of `checkScene` for good bytes. */
export interface CheckedScene {
  readonly kind: 'scene'
  readonly layout: SceneLayout
}

/**
 * Whether bytes are a packed scene: header, sizes, every index and reference, every number finite and within
 * SCENE_LIMITS. Takes time in proportion to the bytes and never throws, whatever they are.
 */
export function checkScene(bytes: Uint8Array): CheckedScene | SceneFault {
  const layout = checkHeader(bytes)
  if (typeof layout === 'string') return { kind: 'bad-scene', reason: layout }
  // Typed arrays need aligned bytes; a blob that starts anywhere else is copied once.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const reason =
    checkGeometry(aligned, layout) ??
    checkMaterials(aligned, layout) ??
    checkTextures(aligned, layout) ??
    checkLights(aligned, layout) ??
    checkCameraAndEnvironment(aligned, layout)
  return reason === null ? { kind: 'scene', layout } : { kind: 'bad-scene', reason }
}

function checkHeader(bytes: Uint8Array): SceneLayout | string {
  if (bytes.byteLength < HEADER.size) return 'shorter than its header'
  if (bytes.byteLength > SCENE_LIMITS.bytes) return `longer than ${SCENE_LIMITS.bytes} bytes`
  const view = viewOf(bytes)
  const word = (at: number) => view.getUint32(at, true)
  if (word(HEADER.magic) !== SCENE_MAGIC) return 'not a scene'
  if (word(HEADER.version) !== SCENE_VERSION) return `version ${word(HEADER.version)} is not ${SCENE_VERSION}`
  const present = word(HEADER.present)
  if (present > 7) return 'unknown sections'
  const counts: SceneCounts = {
    vertices: word(HEADER.vertices),
    triangles: word(HEADER.triangles),
    materials: word(HEADER.materials),
    textures: word(HEADER.textures),
    texelBytes: word(HEADER.texelBytes),
    lights: word(HEADER.lights),
    environmentWidth: word(HEADER.environmentWidth),
    environmentHeight: word(HEADER.environmentHeight),
    hasTangents: (present & 1) !== 0,
    hasColors: (present & 2) !== 0,
    hasUvs: (present & 4) !== 0,
  }
  if (counts.vertices < 3 || counts.triangles < 1) return 'has no triangles'
  for (const name of ['vertices', 'triangles', 'materials', 'textures', 'lights'] as const) {
    if (counts[name] > SCENE_LIMITS[name]) return `has more than ${SCENE_LIMITS[name]} ${name}`
  }
  const { environmentWidth: width, environmentHeight: height } = counts
  if (Math.max(width, height) > SCENE_LIMITS.textureSide) return 'environment is too large'
  if ((width === 0) !== (height === 0)) return 'environment has one side only'
  const layout = sceneLayout(counts)
  if (layout.byteLength !== bytes.byteLength || word(HEADER.byteLength) !== bytes.byteLength) {
    return 'length does not match the header'
  }
  const offsets = Object.values(layout.sections) as number[]
  if (offsets.some((offset, i) => word(HEADER.sections + i * 4) !== offset)) return 'sections are misplaced'
  return layout
}

function checkGeometry(bytes: Uint8Array, { counts, sections }: SceneLayout): string | null {
  const floats = (at: number, count: number) => new Float32Array(bytes.buffer, bytes.byteOffset + at, count)
  const words = (at: number, count: number) => new Uint32Array(bytes.buffer, bytes.byteOffset + at, count)
  const { vertices, triangles } = counts
  if (!allWithin(floats(sections.positions, vertices * 3), SCENE_LIMITS.coordinate))
    return 'a position is out of bounds'
  if (!allWithin(floats(sections.normals, vertices * 3), SCENE_LIMITS.coordinate))
    return 'a normal is out of bounds'
  const { coordinate } = SCENE_LIMITS
  if (counts.hasTangents && !allWithin(floats(sections.tangents, vertices * 4), coordinate)) {
    return 'a tangent is out of bounds'
  }
  if (counts.hasColors && !allWithin(floats(sections.colors, vertices * 4), 1, 0))
    return 'a colour is out of bounds'
  if (counts.hasUvs && !allWithin(floats(sections.uvs, vertices * 2), coordinate))
    return 'a uv is out of bounds'
  if (!allBelow(words(sections.indices, triangles * 3), vertices))
    return 'a triangle names a vertex that is not there'
  if (!allBelow(words(sections.triangleMaterials, triangles), counts.materials)) {
    return 'a triangle names a material that is not there'
  }
  return null
}

function checkMaterials(bytes: Uint8Array, { counts, sections }: SceneLayout): string | null {
  const view = viewOf(bytes)
  for (let i = 0; i < counts.materials; i++) {
    const at = sections.materials + i * MATERIAL.size
    const reason = checkFactors(view, at) ?? checkModes(view, at) ?? checkMaterialTextures(view, at, counts)
    if (reason !== null) return `material ${i} ${reason}`
  }
  return null
}

function checkFactors(view: DataView, at: number): string | null {
  const float = (field: number) => view.getFloat32(at + field, true)
  const triple = (field: number) => [float(field), float(field + 4), float(field + 8)]
  const unit = [
    ...triple(MATERIAL.baseColor),
    ...triple(MATERIAL.attenuationColor),
    ...triple(MATERIAL.sheenColor),
    ...triple(MATERIAL.diffuseTransmissionColor),
    ...UNIT_FACTORS.map((name) => float(MATERIAL[name])),
  ]
  if (!unit.every((x) => within(x, 0, 1))) return 'has a factor outside 0…1'
  if (!triple(MATERIAL.emissive).every((x) => within(x, 0, SCENE_LIMITS.radiance))) {
    return 'has an emission out of bounds'
  }
  if (!within(float(MATERIAL.ior), 1, SCENE_LIMITS.ior)) return 'has an ior out of bounds'
  const along = [MATERIAL.anisotropyDirection, MATERIAL.anisotropyDirection + 4].map(float)
  if (!along.every((x) => within(x, -1, 1))) return 'has an anisotropy out of bounds'
  if (!within(float(MATERIAL.dispersion), 0, SCENE_LIMITS.dispersion)) return 'has a dispersion out of bounds'
  if (!within(float(MATERIAL.attenuationDistance), 0, SCENE_LIMITS.coordinate)) {
    return 'has an attenuation distance out of bounds'
  }
  if (!triple(MATERIAL.specularColor).every((x) => within(x, 0, SCENE_LIMITS.specularColor))) {
    return 'has a specular colour out of bounds'
  }
  const scales = [MATERIAL.normalScale, MATERIAL.clearcoatNormalScale].map(float)
  if (!scales.every((x) => within(x, -1e3, 1e3)) || !within(float(MATERIAL.alphaCutoff), 0, 1e3)) {
    return 'has a normal scale or alpha cutoff out of bounds'
  }
  return null
}

function checkModes(view: DataView, at: number): string | null {
  const word = (field: number) => view.getUint32(at + field, true)
  if (word(MATERIAL.alphaMode) >= ALPHA_MODES.length) return 'has an unknown alpha mode'
  const flags = [MATERIAL.doubleSided, MATERIAL.thinWalled, MATERIAL.coloredEmission].map(word)
  return flags.every((flag) => flag <= 1) ? null : 'has an unknown flag'
}

function checkMaterialTextures(view: DataView, at: number, counts: SceneCounts): string | null {
  const textureOf = (slot: (typeof TEXTURE_SLOTS)[number]) =>
    view.getInt32(at + MATERIAL[`${slot}Texture`], true)
  for (const slot of TEXTURE_SLOTS) {
    const texture = textureOf(slot)
    if (texture < -1 || texture >= counts.textures) return 'names a texture that is not there'
    if (texture >= 0 && !counts.hasUvs) return 'has a texture but the scene has no uvs'
  }
  if (view.getFloat32(at + MATERIAL.anisotropy, true) > 0 && !counts.hasTangents) {
    return 'is anisotropic but the scene has no tangents'
  }
  if (Math.max(textureOf('normal'), textureOf('clearcoatNormal')) >= 0 && !counts.hasTangents) {
    return 'has a normal texture but the scene has no tangents'
  }
  return null
}

function checkTextures(bytes: Uint8Array, { counts, sections }: SceneLayout): string | null {
  const view = viewOf(bytes)
  const images = new Map<number, string>()
  let texel = 0
  for (let i = 0; i < counts.textures; i++) {
    const at = sections.textures + i * TEXTURE.size
    const word = (field: number) => view.getUint32(at + field, true)
    const [width, height] = [word(TEXTURE.width), word(TEXTURE.height)]
    if (!within(width, 1, SCENE_LIMITS.textureSide) || !within(height, 1, SCENE_LIMITS.textureSide)) {
      return `texture ${i} has a size out of bounds`
    }
    const [place, size] = [word(TEXTURE.texels), `${width} × ${height}`]
    const isShared = images.get(place) === size
    if (!isShared && place !== texel) return `texture ${i} is misplaced`
    const transform = new Array(6)
      .fill(0)
      .map((_, k) => view.getFloat32(at + TEXTURE.transform + k * 4, true))
    if (!transform.every((x) => within(x, -SCENE_LIMITS.uvTransform, SCENE_LIMITS.uvTransform))) {
      return `texture ${i} lies out of bounds`
    }
    if (word(TEXTURE.srgb) > 1 || word(TEXTURE.filter) >= FILTERS.length)
      return `texture ${i} has an unknown flag`
    if (word(TEXTURE.wrapU) >= WRAPS.length || word(TEXTURE.wrapV) >= WRAPS.length) {
      return `texture ${i} has an unknown wrap mode`
    }
    if (isShared) continue
    images.set(place, size)
    texel += texelBytes(width, height)
  }
  return texel === counts.texelBytes ? null : 'textures do not fill their section'
}

function checkLights(bytes: Uint8Array, { counts, sections }: SceneLayout): string | null {
  const view = viewOf(bytes)
  for (let i = 0; i < counts.lights; i++) {
    const at = sections.lights + i * LIGHT.size
    const float = (field: number) => view.getFloat32(at + field, true)
    const triple = (field: number) => [float(field), float(field + 4), float(field + 8)] as const
    if (view.getUint32(at + LIGHT.kind, true) >= LIGHT_KINDS.length) return `light ${i} is of an unknown kind`
    if (!triple(LIGHT.intensity).every((x) => within(x, 0, SCENE_LIMITS.radiance))) {
      return `light ${i} has an intensity out of bounds`
    }
    if (!triple(LIGHT.position).every((x) => within(x, -SCENE_LIMITS.coordinate, SCENE_LIMITS.coordinate))) {
      return `light ${i} has a position out of bounds`
    }
    if (!within(float(LIGHT.range), 0, SCENE_LIMITS.coordinate)) return `light ${i} has a range out of bounds`
    if (view.getUint32(at + LIGHT.kind, true) !== LIGHT_KINDS.indexOf('point')) {
      const [x, y, z] = triple(LIGHT.direction)
      if (!within(length3(x, y, z), 0.999, 1.001)) return `light ${i} has a direction that is not a unit`
    }
    if (
      !within(float(LIGHT.cosInner), float(LIGHT.cosOuter), 1) ||
      !within(float(LIGHT.cosOuter), -1e-6, 1)
    ) {
      return `light ${i} has a cone out of bounds`
    }
  }
  return null
}

function checkCameraAndEnvironment(bytes: Uint8Array, { counts, sections }: SceneLayout): string | null {
  const view = viewOf(bytes)
  const { coordinate, radiance } = SCENE_LIMITS
  for (let i = 0; i < 12; i++) {
    if (!within(view.getFloat32(HEADER.worldFromCamera + i * 4, true), -coordinate, coordinate)) {
      return 'the camera is out of bounds'
    }
  }
  if (view.getUint32(HEADER.cameraKind, true) >= CAMERA_KINDS.length)
    return 'the camera is of an unknown kind'
  if (!within(view.getFloat32(HEADER.cameraHalfHeight, true), 1e-6, coordinate))
    return 'the view has no height'
  if (!within(view.getFloat32(HEADER.cameraAspect, true), 0, 1e6)) return 'the view has no aspect'
  for (let i = 0; i < 3; i++) {
    if (!within(view.getFloat32(HEADER.radiance + i * 4, true), 0, radiance))
      return 'the environment is out of bounds'
  }
  const pixels = counts.environmentWidth * counts.environmentHeight * 3
  const map = new Float32Array(bytes.buffer, bytes.byteOffset + sections.environment, pixels)
  return allWithin(map, radiance, 0) ? null : 'the environment is out of bounds'
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** NaN is within nothing. */
function within(x: number, low: number, high: number): boolean {
  return x >= low && x <= high
}

function allWithin(values: Float32Array, high: number, low = -high): boolean {
  for (const x of values) if (!(x >= low && x <= high)) return false
  return true
}

function allBelow(values: Uint32Array, limit: number): boolean {
  for (const x of values) if (x >= limit) return false
  return true
}
