/** Why a dropped file is no scene; a text of the catalogue goes with each. */
export type SceneRefusal =
  | 'empty'
  | 'cut-short'
  | 'other-version'
  | 'no-description'
  | 'too-large'
  | 'not-json'
  | 'not-gltf'
  | 'too-many-files'

/** A scene's own description, read before anything is uploaded. */
export interface SceneOutline {
  /** Files that it refers to, decoded, each once, in the file's order. */
  readonly references: readonly SceneReference[]
  readonly meshes: number
  readonly materials: number
  readonly textures: number
  /** How long its animations go, in seconds; 0 without any. */
  readonly animationSeconds: number
}

/** A file that a scene refers to. */
export interface SceneReference {
  /** As the importer will look for it: the URI with its percent signs decoded. */
  readonly name: string
  /** Without a buffer there is no picture; without an image it only lacks a texture. */
  readonly kind: 'buffer' | 'image'
}

/** The outcome of reading a file's description. */
export type OutlineOutcome =
  | { readonly ok: true; readonly outline: SceneOutline }
  | { readonly ok: false; readonly refusal: SceneRefusal }

const GLB_MAGIC = 0x46546c67
const GLB_HEADER_LENGTH = 12
const GLB_CHUNK_HEADER_LENGTH = 8
const CHUNK_JSON = 0x4e4f534a

/** A description of this size takes seconds to parse, and the importer takes no larger one. */
const DESCRIPTION_BYTES_MAX = 64 << 20
/** Entries of a list that are looked at: the importer takes no more either. */
const LIST_MAX = 1 << 18
/** Files that one scene may name; the contract takes this many uploads for one. */
const REFERENCES_MAX = 1_024

/** Bytes at the front of a file that tell how much of it is its description. */
export const GLB_FRONT_BYTES = GLB_HEADER_LENGTH + GLB_CHUNK_HEADER_LENGTH

/**
 * How many of a file's bytes from the front hold its description: all of a `.gltf`, the first chunk of a `.glb`, so
 * that a scene of gigabytes is not read to say what is in it.
 */
export function descriptionLength(front: Uint8Array, fileBytes: number): number | SceneRefusal {
  if (fileBytes === 0) return 'empty'
  if (!isGlb(front)) return fileBytes > DESCRIPTION_BYTES_MAX ? 'too-large' : fileBytes
  const view = new DataView(front.buffer, front.byteOffset, front.byteLength)
  if (front.length < GLB_FRONT_BYTES) return 'cut-short'
  if (view.getUint32(4, true) !== 2) return 'other-version'
  if (view.getUint32(8, true) > fileBytes) return 'cut-short'
  const length = view.getUint32(GLB_HEADER_LENGTH, true)
  if (view.getUint32(GLB_HEADER_LENGTH + 4, true) !== CHUNK_JSON) return 'no-description'
  if (length > DESCRIPTION_BYTES_MAX) return 'too-large'
  return GLB_FRONT_BYTES + length > fileBytes ? 'cut-short' : GLB_FRONT_BYTES + length
}

/**
 * Reads the description of a `.gltf` or `.glb` (glTF 2.0, sections 3.6, 3.11 and 4.4) for what it refers to and holds.
 * `bytes` begin at the file's front and reach as far as `descriptionLength` says. Hostile files are refused.
 */
export function outlineScene(bytes: Uint8Array): OutlineOutcome {
  const text = isGlb(bytes) ? bytes.subarray(GLB_FRONT_BYTES) : bytes
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch {
    return { ok: false, refusal: 'not-json' }
  }
  if (!isRecord(json) || !isRecord(json['asset'])) return { ok: false, refusal: 'not-gltf' }
  const version = json['asset']['version']
  if (version !== '2.0')
    return { ok: false, refusal: typeof version === 'string' ? 'other-version' : 'not-gltf' }
  const references = [
    ...referencesOf(json['buffers'], 'buffer'),
    ...referencesOf(json['images'], 'image'),
  ].filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at)
  if (references.length > REFERENCES_MAX) return { ok: false, refusal: 'too-many-files' }
  return {
    ok: true,
    outline: {
      references,
      meshes: entries(json['meshes']).length,
      materials: entries(json['materials']).length,
      textures: entries(json['images']).length,
      animationSeconds: animationSeconds(json),
    },
  }
}

function isGlb(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === GLB_MAGIC
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects of a list; a list that is none has none. */
function entries(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.slice(0, LIST_MAX).filter(isRecord) : []
}

function referencesOf(list: unknown, kind: SceneReference['kind']): SceneReference[] {
  const names = new Set<string>()
  for (const { uri } of entries(list)) {
    if (typeof uri !== 'string' || uri === '' || /^data:/i.test(uri)) continue
    names.add(decodedUri(uri))
    if (names.size > REFERENCES_MAX) break
  }
  return [...names].map((name) => ({ name, kind }))
}

function decodedUri(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

/** The last moment that any sampler's times name; their accessors must say their maximum (glTF 2.0, 3.11). */
function animationSeconds(json: Record<string, unknown>): number {
  const accessors = Array.isArray(json['accessors']) ? (json['accessors'] as unknown[]) : []
  let last = 0
  for (const { samplers } of entries(json['animations'])) {
    for (const { input } of entries(samplers)) {
      const accessor = typeof input === 'number' ? accessors[input] : undefined
      const max =
        isRecord(accessor) && Array.isArray(accessor['max']) ? (accessor['max'][0] as unknown) : undefined
      if (typeof max === 'number' && Number.isFinite(max)) last = Math.max(last, max)
    }
  }
  return last
}
