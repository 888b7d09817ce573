import {
  type Document,
  type Extension,
  GLB_BUFFER,
  type GLTF,
  Logger,
  type Texture,
  WebIO,
} from '@gltf-transform/core'
import {
  EXTMeshGPUInstancing,
  KHRDracoMeshCompression,
  KHRLightsPunctual,
  KHRMaterialsAnisotropy,
  KHRMaterialsClearcoat,
  KHRMaterialsDiffuseTransmission,
  KHRMaterialsDispersion,
  KHRMaterialsEmissiveStrength,
  KHRMaterialsIOR,
  KHRMaterialsSheen,
  KHRMaterialsSpecular,
  KHRMaterialsTransmission,
  KHRMaterialsUnlit,
  KHRMaterialsVolume,
  KHRMeshQuantization,
  KHRTextureTransform,
} from '@gltf-transform/extensions'
import { createDracoDecoder, usesDraco } from './draco.ts'
import { checkGltf } from './check.ts'
import { openGltf } from './file.ts'
import { decodeMeshopt, MESHOPT_EXTENSIONS } from './meshopt.ts'
import {
  type ImageSource,
  openBuffers,
  openImage,
  type SceneFile,
  type SceneResources,
  shownUri,
} from './resources.ts'
import type { GltfJson } from './schema.ts'
import { ImportRefusal, type ImportWarning, refuseFile } from './import-fault.ts'
import { WEBP_EXTENSION } from './webp-textures.ts'
import { ignoredExtensions } from './inspect-gltf.ts'

const EXTENSIONS: (typeof Extension)[] = [
  EXTMeshGPUInstancing,
  KHRDracoMeshCompression,
  KHRLightsPunctual,
  KHRMaterialsAnisotropy,
  KHRMaterialsClearcoat,
  KHRMaterialsDiffuseTransmission,
  KHRMaterialsDispersion,
  KHRMaterialsEmissiveStrength,
  KHRMaterialsIOR,
  KHRMaterialsSheen,
  KHRMaterialsSpecular,
  KHRMaterialsTransmission,
  KHRMaterialsUnlit,
  KHRMaterialsVolume,
  KHRMeshQuantization,
  KHRTextureTransform,
]

/** Extensions whose meaning is known here. */
export const SUPPORTED_EXTENSIONS: ReadonlySet<string> = new Set([
  ...EXTENSIONS.map((extension) => extension.EXTENSION_NAME),
  ...MESHOPT_EXTENSIONS,
  WEBP_EXTENSION,
])

/** A file that was read; its images are not, until they are asked for. */
export interface ReadGltf {
  readonly document: Document
  /** Where a texture's picture is; undefined where it is missing, of which a warning tells. */
  readonly imageOf: (texture: Texture) => ImageSource | undefined
  /** Whether some of its pictures are WebP. */
  readonly hasWebp: boolean
}

/**
 * Reads glTF 2.0, binary or JSON, from a stranger. The description is checked first (`checkGltf`), so that
 * the reader behind us only meets references that exist, spans that lie in their buffers and trees that end.
 * Missing images become empty ones, with a warning; a missing buffer refuses the file. What accessors and compressed
 * meshes decode to is at most `decodedBytesMax` each.
 */
export async function readGltf(
  file: SceneFile,
  warnings: ImportWarning[],
  decodedBytesMax = Infinity,
): Promise<ReadGltf> {
  const { json, binary } = openGltf(file.bytes)
  const gltf = checkGltf(json, SUPPORTED_EXTENSIONS, decodedBytesMax)
  warnings.push(...ignoredExtensions(gltf, SUPPORTED_EXTENSIONS))
  const files = file.resources ?? new Map<string, Uint8Array>()
  const hasWebp = gltf.extensionsUsed?.includes(WEBP_EXTENSION) === true
  hideFromReader(gltf)
  const resources = await collectBuffers(gltf, binary, files)
  const images = collectImages(gltf, files, resources, warnings)
  dropSourcelessTextures(gltf, warnings)
  const io = new WebIO().setLogger(new Logger(Logger.Verbosity.SILENT)).registerExtensions(EXTENSIONS)
  if (usesDraco(gltf)) {
    io.registerDependencies({ 'draco3d.decoder': await createDracoDecoder(decodedBytesMax) })
  }
  try {
    // The schema is what the reader wants, except that it leaves the enumerations' numbers as numbers.
    const document = await io.readJSON({ json: gltf as unknown as GLTF.IGLTF, resources })
    return { document, imageOf: (texture) => images.get(texture.getURI()) ?? embeddedImage(texture), hasWebp }
  } catch (error) {
    if (error instanceof ImportRefusal || error instanceof RangeError) throw error
    return refuseFile(
      'not-gltf',
      `the file breaks glTF 2.0: ${error instanceof Error ? error.message : 'unknown'}`,
    )
  }
}

/** Takes the names of extensions away that were unwrapped: the reader behind us sees plain buffers and pictures. */
function hideFromReader(gltf: GltfJson): void {
  const unwrapped: ReadonlySet<string> = new Set([...MESHOPT_EXTENSIONS, WEBP_EXTENSION])
  gltf.extensionsUsed = gltf.extensionsUsed?.filter((name) => !unwrapped.has(name))
  gltf.extensionsRequired = gltf.extensionsRequired?.filter((name) => !unwrapped.has(name))
}

/** An image in a buffer, which the reader has cut out. */
function embeddedImage(texture: Texture): ImageSource | undefined {
  const bytes = texture.getImage()
  return bytes === null || bytes.length === 0 ? undefined : { read: () => Uint8Array.from(bytes) }
}

/** Every buffer by the name under which the reader looks for it; data URIs are opened here, and compressed parts decoded. */
async function collectBuffers(
  gltf: GltfJson,
  binary: Uint8Array<ArrayBuffer> | undefined,
  files: SceneResources,
): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const resources: Record<string, Uint8Array<ArrayBuffer>> = {}
  const given = openBuffers(gltf, binary, files)
  const data = [...given, ...(await decodeMeshopt(gltf, given))]
  gltf.buffers?.forEach((buffer, i) => {
    const bytes = data[i] ?? new Uint8Array(0)
    // The extra name keeps names such as "constructor" from meaning something else to the reader.
    if (buffer.uri === undefined && i === 0) resources[GLB_BUFFER] = bytes
    else resources[(buffer.uri = `buffer:${i}`)] = bytes
  })
  return resources
}

/** Every image with a name of its own, by that under which the reader knows it; it gets nothing of them to hold. */
function collectImages(
  gltf: GltfJson,
  files: SceneResources,
  resources: Record<string, Uint8Array<ArrayBuffer>>,
  warnings: ImportWarning[],
): ReadonlyMap<string, ImageSource> {
  const images = new Map<string, ImageSource>()
  gltf.images?.forEach((image, i) => {
    if (image.uri === undefined) return
    const source = openImage(image, files)
    if (source === undefined) {
      const name = image.name ?? shownUri(image.uri)
      warnings.push({ kind: 'missing-texture', message: `the image ${name.slice(0, 80)} is missing` })
    }
    image.uri = `image:${i}`
    resources[image.uri] = new Uint8Array(0)
    if (source !== undefined) images.set(image.uri, source)
  })
  return images
}

/** Textures whose image only an unsupported extension knows: materials go without them. */
function dropSourcelessTextures(gltf: GltfJson, warnings: ImportWarning[]): void {
  const sourceless = new Set<number>()
  gltf.textures?.forEach((texture, i) => {
    if (texture.source !== undefined) return
    sourceless.add(i)
    warnings.push({ kind: 'missing-texture', message: `texture ${i} has no PNG, JPEG or WebP image` })
  })
  if (sourceless.size === 0) return
  for (const material of gltf.materials ?? []) {
    const parts: unknown[] = [
      material,
      material.pbrMetallicRoughness,
      ...Object.values(extensionsOf(material)),
    ]
    for (const part of parts) dropTextures(part, sourceless)
    // Occlusion is what the path tracer finds out itself.
    delete material.occlusionTexture
  }
}

function extensionsOf(material: NonNullable<GltfJson['materials']>[number]): Record<string, unknown> {
  const extensions = material['extensions']
  return typeof extensions === 'object' && extensions !== null ? { ...extensions } : {}
}

/** Deletes from a material's part what names one of these textures. */
function dropTextures(part: unknown, sourceless: ReadonlySet<number>): void {
  if (typeof part !== 'object' || part === null) return
  const fields = part as Record<string, unknown>
  for (const [name, info] of Object.entries(fields)) {
    const index = typeof info === 'object' && info !== null && 'index' in info ? info.index : undefined
    if (typeof index === 'number' && sourceless.has(index)) Reflect.deleteProperty(fields, name)
  }
}
