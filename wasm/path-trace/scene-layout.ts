/**
 * Where everything lies in a packed scene: byte offsets of the header's fields, of the records' fields, and of
 * the sections. The kernel's `assembly/scene.ts` has the same numbers; `scene-layout.test.ts` compares them.
 */

/** 'MWSC' in little-endian. */
export const SCENE_MAGIC = 0x4353574d
/** Raised when the layout changes; a kernel reads one version. */
export const SCENE_VERSION = 2

/** Every limit on a packed scene. */
export const SCENE_LIMITS = {
  /** Half of the kernel's 2 GiB: what it builds from a scene (about 130 bytes per triangle) takes the rest. */
  bytes: 1 << 30,
  /** 16 M vertices of 56 bytes are 0.9 GiB. */
  vertices: 1 << 24,
  /** The tree's builder numbers no more; 12 million triangles of a bare mesh fill the kernel's memory before. */
  triangles: 1 << 24,
  /** Far above any real file (a few hundred); keeps a stranger's check short. */
  materials: 1 << 16,
  textures: 1 << 12,
  /** The side of a texture or environment; 16k is the largest that graphics cards take. */
  textureSide: 1 << 14,
  lights: 1 << 16,
  /** Metres. Products of two edges, squared, stay within a float's range (10³⁶). */
  coordinate: 1e9,
  /** Candela, lux or radiance: far above the sun's 1.6e9 cd/m², well inside a float. */
  radiance: 1e12,
  /** Diamond has 2.4, germanium 4. */
  ior: 10,
  /** A specular colour: what is above 1 / F0 reflects all. */
  specularColor: 1e4,
  /** Rutile has 2; more is a matter of taste. */
  dispersion: 100,
  /** A scale or an offset of texture coordinates; more leaves no fraction of them in a float. */
  uvTransform: 1e6,
} as const

/** Byte offsets in the header. */
export const HEADER = {
  magic: 0,
  version: 4,
  byteLength: 8,
  /** Bit 0 tangents, bit 1 colours, bit 2 uvs. */
  present: 12,
  vertices: 16,
  triangles: 20,
  materials: 24,
  textures: 28,
  lights: 32,
  texelBytes: 36,
  environmentWidth: 40,
  environmentHeight: 44,
  radiance: 48,
  worldFromCamera: 64,
  cameraKind: 112,
  /** Perspective: tan(yfov / 2). Orthographic: ymag. */
  cameraHalfHeight: 116,
  /** Width by height that must be visible, 0 for the image's own. */
  cameraAspect: 120,
  /** One offset per section, in the order of `SectionOffsets`. */
  sections: 128,
  size: 256,
} as const

/** Byte offsets in a material's record. */
export const MATERIAL = {
  baseColor: 0,
  alpha: 12,
  metallic: 16,
  roughness: 20,
  transmission: 24,
  ior: 28,
  emissive: 32,
  normalScale: 44,
  attenuationColor: 48,
  attenuationDistance: 60,
  alphaCutoff: 64,
  alphaMode: 68,
  doubleSided: 72,
  thinWalled: 76,
  baseColorTexture: 80,
  metallicRoughnessTexture: 84,
  normalTexture: 88,
  emissiveTexture: 92,
  transmissionTexture: 96,
  specular: 100,
  specularColor: 104,
  clearcoat: 116,
  clearcoatRoughness: 120,
  clearcoatNormalScale: 124,
  sheenColor: 128,
  sheenRoughness: 140,
  specularTexture: 144,
  specularColorTexture: 148,
  clearcoatTexture: 152,
  clearcoatRoughnessTexture: 156,
  clearcoatNormalTexture: 160,
  sheenColorTexture: 164,
  sheenRoughnessTexture: 168,
  coloredEmission: 172,
  diffuseTransmission: 176,
  diffuseTransmissionColor: 180,
  diffuseTransmissionTexture: 192,
  diffuseTransmissionColorTexture: 196,
  dispersion: 200,
  anisotropy: 204,
  anisotropyDirection: 208,
  anisotropyTexture: 216,
  size: 256,
} as const

/** Byte offsets in a texture's record. `texels` is an offset in the section of that name. */
export const TEXTURE = {
  width: 0,
  height: 4,
  texels: 8,
  srgb: 12,
  wrapU: 16,
  wrapV: 20,
  filter: 24,
  /** Six numbers: `UvTransform`. */
  transform: 28,
  size: 64,
} as const

/** Byte offsets in a light's record. */
export const LIGHT = {
  kind: 0,
  position: 4,
  direction: 16,
  intensity: 28,
  range: 40,
  cosInner: 44,
  cosOuter: 48,
  size: 64,
} as const

/** The words that stand for these in a packed scene are their places in the lists. */
export const CAMERA_KINDS = ['perspective', 'orthographic'] as const
export const ALPHA_MODES = ['opaque', 'mask', 'blend'] as const
export const WRAPS = ['repeat', 'mirror', 'clamp'] as const
export const FILTERS = ['linear', 'nearest'] as const
export const LIGHT_KINDS = ['directional', 'point', 'spot'] as const

/** The counts that decide the size of every section. */
export interface SceneCounts {
  readonly vertices: number
  readonly triangles: number
  readonly materials: number
  readonly textures: number
  /** All images of textures together, each rounded up to 16 bytes. */
  readonly texelBytes: number
  readonly lights: number
  /** 0 for a constant environment. */
  readonly environmentWidth: number
  readonly environmentHeight: number
  readonly hasTangents: boolean
  readonly hasColors: boolean
  readonly hasUvs: boolean
}

/** Byte offsets of the sections, in the order in which they lie. An empty section has the next one's. */
export interface SectionOffsets {
  readonly positions: number
  readonly normals: number
  readonly tangents: number
  readonly colors: number
  readonly uvs: number
  readonly indices: number
  readonly triangleMaterials: number
  readonly materials: number
  readonly textures: number
  readonly texels: number
  readonly lights: number
  readonly environment: number
}

/** Where the sections of a scene lie, and how long it is. */
export interface SceneLayout {
  readonly counts: SceneCounts
  readonly sections: SectionOffsets
  readonly byteLength: number
}

/** The size of a texture in the texel section, bytes. */
export function texelBytes(width: number, height: number): number {
  return align(width * height * 4)
}

/** The one layout that a scene with these counts has. */
export function sceneLayout(counts: SceneCounts): SceneLayout {
  let end: number = HEADER.size
  const section = (bytes: number) => {
    const start = end
    end = align(end + bytes)
    return start
  }
  const sections: SectionOffsets = {
    positions: section(counts.vertices * 12),
    normals: section(counts.vertices * 12),
    tangents: section(counts.hasTangents ? counts.vertices * 16 : 0),
    colors: section(counts.hasColors ? counts.vertices * 16 : 0),
    uvs: section(counts.hasUvs ? counts.vertices * 8 : 0),
    indices: section(counts.triangles * 12),
    triangleMaterials: section(counts.triangles * 4),
    materials: section(counts.materials * MATERIAL.size),
    textures: section(counts.textures * TEXTURE.size),
    texels: section(counts.texelBytes),
    lights: section(counts.lights * LIGHT.size),
    environment: section(counts.environmentWidth * counts.environmentHeight * 12),
  }
  return { counts, sections, byteLength: end }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16
}
