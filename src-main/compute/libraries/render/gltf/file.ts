import { isNestedTooDeep } from '../../../../protocol/json-nesting.ts'
import { refuseFile } from './import-fault.ts'

const GLB_MAGIC = 0x46546c67
const GLB_HEADER_LENGTH = 12
const GLB_CHUNK_HEADER_LENGTH = 8
const CHUNK_JSON = 0x4e4f534a
const CHUNK_BIN = 0x004e4942

/** The description of a scene is small beside its data; JSON of this size already takes seconds to parse. */
const JSON_BYTES_MAX = 64 * 1024 * 1024

/**
 * Lists and objects of a description: V8 needs about 60 bytes for an empty one, and a parser that finds no room for them
 * does not end. A scene with a hundred thousand nodes has a million.
 */
const CONTAINERS_MAX = 1 << 22

const [OPENING_BRACKET, OPENING_BRACE] = [0x5b, 0x7b]

/** A file taken apart: its description, not yet looked at, and the binary chunk of a GLB. */
export interface GltfFile {
  readonly json: unknown
  readonly binary?: Uint8Array<ArrayBuffer>
}

/**
 * Splits a `.glb`, or parses a `.gltf`, by what the bytes are. Refuses with `not-gltf` or `scene-too-large`.
 * Source: glTF 2.0, section 4.4 (binary file format).
 */
export function openGltf(bytes: Uint8Array): GltfFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isGlb = bytes.length >= GLB_HEADER_LENGTH && view.getUint32(0, true) === GLB_MAGIC
  return isGlb ? openGlb(bytes, view) : { json: parseJson(bytes) }
}

function openGlb(bytes: Uint8Array, view: DataView): GltfFile {
  if (view.getUint32(4, true) !== 2) refuseFile('not-gltf', 'the file is a GLB of another version than 2')
  const end = view.getUint32(8, true)
  if (end > bytes.length) refuseFile('not-gltf', `the GLB is cut short: ${bytes.length} of ${end} bytes`)
  const first = readChunk(bytes, view, GLB_HEADER_LENGTH, end)
  if (first?.type !== CHUNK_JSON) refuseFile('not-gltf', 'the GLB does not begin with its description')
  const json = parseJson(first.data)
  const second = readChunk(bytes, view, first.end, end)
  // The copy starts at an even address and is ours, whatever buffer the caller's view is part of.
  return second?.type === CHUNK_BIN ? { json, binary: Uint8Array.from(second.data) } : { json }
}

function readChunk(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): { type: number; data: Uint8Array; end: number } | undefined {
  if (at + GLB_CHUNK_HEADER_LENGTH > end) return undefined
  const start = at + GLB_CHUNK_HEADER_LENGTH
  const stop = start + view.getUint32(at, true)
  if (stop > end) refuseFile('not-gltf', 'a chunk of the GLB reaches beyond its end')
  return { type: view.getUint32(at + 4, true), data: bytes.subarray(start, stop), end: stop }
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > JSON_BYTES_MAX)
    refuseFile('scene-too-large', 'the description of the scene is too large')
  if (hasContainersAbove(bytes, CONTAINERS_MAX))
    refuseFile('scene-too-large', 'the description of the scene has too many parts')
  const text = orNotGltf(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  if (isNestedTooDeep(text)) refuseFile('not-gltf', 'the description of the scene is nested too deeply')
  return orNotGltf(() => JSON.parse(text) as unknown)
}

function orNotGltf<T>(read: () => T): T {
  try {
    return read()
  } catch {
    return refuseFile('not-gltf', 'the file is neither a GLB nor glTF JSON')
  }
}

/** Whether a text may open more lists and objects; those within its strings count too. */
function hasContainersAbove(bytes: Uint8Array, most: number): boolean {
  if (bytes.length <= most) return false
  let opened = 0
  for (const byte of bytes) if (byte === OPENING_BRACKET || byte === OPENING_BRACE) opened++
  return opened > most
}
