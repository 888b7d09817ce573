/** From packed bytes back to a description: what the TypeScript reference and tools read. */
import { assert } from './assert.ts'
import { checkScene } from './scene-check.ts'
import {
  ALPHA_MODES,
  CAMERA_KINDS,
  FILTERS,
  HEADER,
  LIGHT,
  LIGHT_KINDS,
  MATERIAL,
  TEXTURE,
  WRAPS,
  type SceneLayout,
} from './scene-layout.ts'
import { readLayers } from './scene-material.ts'
import { readTransform } from './scene-texture.ts'
import type { CameraDescription } from './scene-camera.ts'
import type { LightDescription, MaterialDescription, SceneDescription, TextureDescription } from './scene.ts'

/**
 * The description that packs to these bytes. Asserts that they passed `checkScene`. Angles come back through
 * the tangents and cosines that the packed form holds, so they may differ from the first in the last digits.
 */
export function unpackScene(bytes: Uint8Array): SceneDescription {
  const checked = checkScene(bytes)
  assert(checked.kind === 'scene', 'only checked bytes are unpacked')
  const { layout } = checked
  const { counts, sections } = layout
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  const floats = (at: number, count: number) => new Float32Array(copy.buffer, at, count)
  const words = (at: number, count: number) => new Uint32Array(copy.buffer, at, count)
  const images = new Map<number, Uint8Array>()
  const pixels = counts.environmentWidth * counts.environmentHeight * 3
  return {
    positions: floats(sections.positions, counts.vertices * 3),
    normals: floats(sections.normals, counts.vertices * 3),
    tangents: floats(sections.tangents, counts.hasTangents ? counts.vertices * 4 : 0),
    colors: floats(sections.colors, counts.hasColors ? counts.vertices * 4 : 0),
    uvs: floats(sections.uvs, counts.hasUvs ? counts.vertices * 2 : 0),
    indices: words(sections.indices, counts.triangles * 3),
    triangleMaterials: words(sections.triangleMaterials, counts.triangles),
    materials: list(counts.materials, (i) => readMaterial(view, sections.materials + i * MATERIAL.size)),
    textures: list(counts.textures, (i) =>
      readTexture(view, layout, sections.textures + i * TEXTURE.size, images),
    ),
    camera: readCamera(view),
    lights: list(counts.lights, (i) => readLight(view, sections.lights + i * LIGHT.size)),
    environment:
      pixels === 0
        ? { kind: 'constant', radiance: triple(view, HEADER.radiance) }
        : {
            kind: 'map',
            width: counts.environmentWidth,
            height: counts.environmentHeight,
            pixels: floats(sections.environment, pixels),
          },
  }
}

function list<T>(count: number, read: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => read(i))
}

function triple(view: DataView, at: number): [number, number, number] {
  return [view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getFloat32(at + 8, true)]
}

function pick<T>(names: readonly T[], place: number): T {
  const name = names[place]
  assert(name !== undefined, 'the check bounds every place in a list')
  return name
}

function readMaterial(view: DataView, at: number): MaterialDescription {
  const float = (field: number) => view.getFloat32(at + field, true)
  return {
    baseColor: triple(view, at + MATERIAL.baseColor),
    alpha: float(MATERIAL.alpha),
    alphaMode: pick(ALPHA_MODES, view.getUint32(at + MATERIAL.alphaMode, true)),
    alphaCutoff: float(MATERIAL.alphaCutoff),
    metallic: float(MATERIAL.metallic),
    roughness: float(MATERIAL.roughness),
    emissive: triple(view, at + MATERIAL.emissive),
    transmission: float(MATERIAL.transmission),
    ior: float(MATERIAL.ior),
    thinWalled: view.getUint32(at + MATERIAL.thinWalled, true) === 1,
    coloredEmission: view.getUint32(at + MATERIAL.coloredEmission, true) === 1,
    attenuationColor: triple(view, at + MATERIAL.attenuationColor),
    attenuationDistance: float(MATERIAL.attenuationDistance),
    doubleSided: view.getUint32(at + MATERIAL.doubleSided, true) === 1,
    normalScale: float(MATERIAL.normalScale),
    ...readLayers(view, at),
  }
}

/** Reads a texture; `images` has the texels of those before, which it may share. */
function readTexture(
  view: DataView,
  { sections }: SceneLayout,
  at: number,
  images: Map<number, Uint8Array>,
): TextureDescription {
  const word = (field: number) => view.getUint32(at + field, true)
  const [width, height] = [word(TEXTURE.width), word(TEXTURE.height)]
  const place = word(TEXTURE.texels)
  const rgba =
    images.get(place) ??
    new Uint8Array(view.buffer as ArrayBuffer, sections.texels + place, width * height * 4)
  images.set(place, rgba)
  return {
    width,
    height,
    rgba,
    transform: readTransform(view, at),
    srgb: word(TEXTURE.srgb) === 1,
    wrapU: pick(WRAPS, word(TEXTURE.wrapU)),
    wrapV: pick(WRAPS, word(TEXTURE.wrapV)),
    filter: pick(FILTERS, word(TEXTURE.filter)),
  }
}

function readCamera(view: DataView): CameraDescription {
  const half = view.getFloat32(HEADER.cameraHalfHeight, true)
  const aspect = view.getFloat32(HEADER.cameraAspect, true)
  const worldFromCamera = list(12, (i) => view.getFloat32(HEADER.worldFromCamera + i * 4, true))
  if (pick(CAMERA_KINDS, view.getUint32(HEADER.cameraKind, true)) === 'orthographic') {
    return { worldFromCamera, projection: { kind: 'orthographic', xmag: half * aspect, ymag: half } }
  }
  const yfov = 2 * Math.atan(half)
  return { worldFromCamera, projection: { kind: 'perspective', yfov, ...(aspect > 0 ? { aspect } : {}) } }
}

function readLight(view: DataView, at: number): LightDescription {
  const kind = pick(LIGHT_KINDS, view.getUint32(at + LIGHT.kind, true))
  const intensity = triple(view, at + LIGHT.intensity)
  const direction = triple(view, at + LIGHT.direction)
  const position = triple(view, at + LIGHT.position)
  const range = view.getFloat32(at + LIGHT.range, true)
  switch (kind) {
    case 'directional':
      return { kind, direction, intensity }
    case 'point':
      return { kind, position, intensity, range }
    case 'spot': {
      const innerConeAngle = Math.acos(view.getFloat32(at + LIGHT.cosInner, true))
      const outerConeAngle = Math.acos(view.getFloat32(at + LIGHT.cosOuter, true))
      return { kind, position, direction, intensity, range, innerConeAngle, outerConeAngle }
    }
  }
}
