import { type Document, type Extension, GLB_BUFFER, type GLTF, Logger, WebIO } from '@gltf-transform/core'
import {
  KHRDracoMeshCompression,
  KHRLightsPunctual,
  KHRMaterialsEmissiveStrength,
  KHRMaterialsIOR,
  KHRMaterialsTransmission,
  KHRMaterialsUnlit,
  KHRMaterialsVolume,
  KHRMeshQuantization,
  KHRTextureTransform,
} from '@gltf-transform/extensions'
import { createDracoDecoder, usesDraco } from './draco.ts'
import { checkGltf } from './gltf-check.ts'
import { openGltf } from './gltf-file.ts'
import type { GltfJson } from './gltf-schema.ts'
import { ImportRefusal, type ImportWarning, refuseFile } from './import-fault.ts'
import { ignoredExtensions } from './inspect-gltf.ts'
import { givenName } from './resource-name.ts'

const EXTENSIONS: (typeof Extension)[] = [
  KHRDracoMeshCompression,
  KHRLightsPunctual,
  KHRMaterialsEmissiveStrength,
  KHRMaterialsIOR,
  KHRMaterialsTransmission,
  KHRMaterialsUnlit,
  KHRMaterialsVolume,
  KHRMeshQuantization,
  KHRTextureTransform,
]

/** Extensions whose meaning is known here. */
export const SUPPORTED_EXTENSIONS: ReadonlySet<string> = new Set(
  EXTENSIONS.map((extension) => extension.EXTENSION_NAME),
)

/** A scene's file, and by name the files that it refers to (buffers and images of a `.gltf`). */
export interface SceneFile {
  readonly bytes: Uint8Array
  readonly resources?: ReadonlyMap<string, Uint8Array>
}

/**
 * Reads glTF 2.0, binary or JSON, from a stranger. The description is checked first (`checkGltf`), so that
 * the reader behind us only meets references that exist, spans that lie in their buffers and trees that end.
 * Missing images become empty ones, with a warning; a missing buffer refuses the file.
 */
export async function readGltf(file: SceneFile, warnings: ImportWarning[]): Promise<Document> {
  const { json, binary } = openGltf(file.bytes)
  const gltf = checkGltf(json, SUPPORTED_EXTENSIONS)
  warnings.push(...ignoredExtensions(gltf, SUPPORTED_EXTENSIONS))
  const resources = collectResources(gltf, binary, file.resources ?? new Map(), warnings)
  dropSourcelessTextures(gltf, warnings)
  const io = new WebIO().setLogger(new Logger(Logger.Verbosity.SILENT)).registerExtensions(EXTENSIONS)
  if (usesDraco(gltf)) io.registerDependencies({ 'draco3d.decoder': await createDracoDecoder() })
  try {
    // The schema is what the reader wants, except that it leaves the enumerations' numbers as numbers.
    return await io.readJSON({ json: gltf as unknown as GLTF.IGLTF, resources })
  } catch (error) {
    if (error instanceof ImportRefusal) throw error
    return refuseFile(
      'not-gltf',
      `the file breaks glTF 2.0: ${error instanceof Error ? error.message : 'unknown'}`,
    )
  }
}

/** Every buffer and image by the name under which the reader looks for it; data URIs are opened here. */
function collectResources(
  gltf: GltfJson,
  binary: Uint8Array<ArrayBuffer> | undefined,
  files: ReadonlyMap<string, Uint8Array>,
  warnings: ImportWarning[],
): Record<string, Uint8Array<ArrayBuffer>> {
  const resources: Record<string, Uint8Array<ArrayBuffer>> = {}
  gltf.buffers?.forEach((buffer, i) => {
    const data = buffer.uri === undefined ? (i === 0 ? binary : undefined) : openUri(buffer.uri, files)
    if (data === undefined) {
      refuseFile('missing-resource', `the scene's buffer ${shown(buffer.uri ?? `${i}`)} is missing`)
    }
    if (data.length < buffer.byteLength) {
      refuseFile('not-gltf', `a buffer has ${data.length} bytes where ${buffer.byteLength} are promised`)
    }
    // The extra name keeps names such as "constructor" from meaning something else to the reader.
    if (buffer.uri === undefined) resources[GLB_BUFFER] = data
    else resources[(buffer.uri = `buffer:${i}`)] = data
  })
  gltf.images?.forEach((image, i) => {
    if (image.uri === undefined) return
    const data = openUri(image.uri, files)
    if (data === undefined) {
      warnings.push({ kind: 'missing-texture', message: `the image ${shown(image.uri)} is missing` })
    }
    resources[(image.uri = `image:${i}`)] = data ?? new Uint8Array(0)
  })
  return resources
}

function openUri(uri: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> | undefined {
  const data = /^data:[^,]{0,256};base64,/.exec(uri)
  if (data !== null) return Uint8Array.from(Buffer.from(uri.slice(data[0].length), 'base64'))
  const found = files.get(givenName(uri, files) ?? uri)
  return found === undefined ? undefined : Uint8Array.from(found)
}

function shown(uri: string): string {
  return uri.startsWith('data:') ? '(inline)' : uri.slice(0, 80)
}

/** Textures whose image only an unsupported extension knows: materials go without them. */
function dropSourcelessTextures(gltf: GltfJson, warnings: ImportWarning[]): void {
  const sourceless = new Set<number>()
  gltf.textures?.forEach((texture, i) => {
    if (texture.source !== undefined) return
    sourceless.add(i)
    warnings.push({ kind: 'missing-texture', message: `texture ${i} has no PNG or JPEG image` })
  })
  if (sourceless.size === 0) return
  // Occlusion is what the path tracer finds out itself.
  for (const material of gltf.materials ?? []) {
    const pbr = material.pbrMetallicRoughness
    if (pbr?.baseColorTexture && sourceless.has(pbr.baseColorTexture.index)) delete pbr.baseColorTexture
    if (pbr?.metallicRoughnessTexture && sourceless.has(pbr.metallicRoughnessTexture.index)) {
      delete pbr.metallicRoughnessTexture
    }
    if (material.normalTexture && sourceless.has(material.normalTexture.index)) delete material.normalTexture
    if (material.emissiveTexture && sourceless.has(material.emissiveTexture.index)) {
      delete material.emissiveTexture
    }
    delete material.occlusionTexture
  }
}
