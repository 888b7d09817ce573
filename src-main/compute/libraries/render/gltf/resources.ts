import type { GltfJson } from './schema.ts'
import { refuseFile } from './import-fault.ts'
import { givenName } from './resource-name.ts'

/** A file beside a scene that is read when it is needed, so that one texture is in memory at a time. */
export interface SceneResource {
  /** Names its content: equal keys mean equal bytes. Absent where the content has no name. */
  readonly key?: string
  read(): Uint8Array<ArrayBuffer>
}

/** A scene's file, and by name the files that it refers to (buffers and images of a `.gltf`). */
export interface SceneFile {
  readonly bytes: Uint8Array
  readonly resources?: SceneResources
}

/** Files by the name that a scene has for them. */
export type SceneResources = ReadonlyMap<string, Uint8Array | SceneResource>

/** An image of a file: where its bytes are, and the name of the file that they are in where that was handed over. */
export interface ImageSource extends SceneResource {
  readonly file?: string
}

type GltfImage = NonNullable<GltfJson['images']>[number]

/**
 * The bytes of each of a checked file's buffers, in order, at least as many as it promises. Buffers that name one file
 * share its bytes, and views of them show the first: it is read once, however often it is named.
 * Refuses with `missing-resource` or `not-gltf`.
 */
export function openBuffers(
  gltf: GltfJson,
  binary: Uint8Array<ArrayBuffer> | undefined,
  files: SceneResources,
): Uint8Array<ArrayBuffer>[] {
  const firstOf = mergeBuffers(gltf, files)
  const opened: Uint8Array<ArrayBuffer>[] = []
  for (const [i, buffer] of (gltf.buffers ?? []).entries()) {
    const shared = opened[firstOf[i] ?? i]
    const data =
      shared ??
      (buffer.uri === undefined ? (i === 0 ? binary : undefined) : openUri(buffer.uri, files)?.read())
    if (data === undefined) {
      refuseFile('missing-resource', `the scene's buffer ${shownUri(buffer.uri ?? `${i}`)} is missing`)
    }
    if (data.length < buffer.byteLength) {
      refuseFile('not-gltf', `a buffer has ${data.length} bytes where ${buffer.byteLength} are promised`)
    }
    opened.push(data)
  }
  return opened
}

/** Points the views of buffers that name one file to the first of them. @returns the first buffer of each one's file */
function mergeBuffers(gltf: GltfJson, files: SceneResources): readonly number[] {
  const byFile = new Map<string, number>()
  const firstOf = (gltf.buffers ?? []).map(({ uri }, i) => {
    const file = uri === undefined ? undefined : givenName(uri, files)
    if (file === undefined) return i
    const first = byFile.get(file) ?? i
    byFile.set(file, first)
    return first
  })
  for (const view of gltf.bufferViews ?? []) view.buffer = firstOf[view.buffer] ?? view.buffer
  return firstOf
}

/** Where an image's bytes are that are not in a buffer; undefined where its file was not handed over. */
export function openImage({ uri = '' }: GltfImage, files: SceneResources): ImageSource | undefined {
  return openUri(uri, files)
}

/** A reference for people: not what a data URI holds. */
export function shownUri(uri: string): string {
  return uri.startsWith('data:') ? '(inline)' : uri.slice(0, 80)
}

function openUri(uri: string, files: SceneResources): ImageSource | undefined {
  const data = /^data:[^,]{0,256};base64,/.exec(uri)
  if (data !== null) return { read: () => Uint8Array.from(Buffer.from(uri.slice(data[0].length), 'base64')) }
  const file = givenName(uri, files) ?? uri
  const found = files.get(file)
  if (found === undefined) return undefined
  if (!ArrayBuffer.isView(found)) return { ...found, file }
  return { file, read: () => found.slice() }
}
