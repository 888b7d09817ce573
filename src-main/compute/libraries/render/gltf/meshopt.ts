import { z } from 'zod'
import { refuseFile } from './import-fault.ts'
import type { GltfJson } from './schema.ts'
import { extensionsOf } from './views.ts'

/** The extension by which a part of a buffer is meshoptimizer's, under both of its names. */
export const MESHOPT_EXTENSIONS = ['EXT_meshopt_compression', 'KHR_meshopt_compression'] as const

/** Elements and bytes of an element, as the extension bounds them. */
const COUNT_MAX = 2 ** 28
const STRIDE_MAX = 256

const Place = z
  .int()
  .min(0)
  .max(2 ** 32)

/** A compressed part as its file has it, or, without `buffer`, as `unwrapMeshopt` leaves it. */
const Compressed = z.looseObject({
  buffer: z
    .int()
    .min(0)
    .max(1 << 18)
    .optional(),
  byteOffset: Place.optional(),
  byteLength: Place.optional(),
  byteStride: z.int().min(1).max(STRIDE_MAX),
  count: z.int().min(1).max(COUNT_MAX),
  mode: z.enum(['ATTRIBUTES', 'TRIANGLES', 'INDICES']),
  filter: z.enum(['NONE', 'OCTAHEDRAL', 'QUATERNION', 'EXPONENTIAL', 'COLOR']).optional(),
})
type Compressed = z.infer<typeof Compressed>

type BufferView = NonNullable<GltfJson['bufferViews']>[number]

/** Bytes that a part decodes to; undefined of one that is not compressed. */
export function decodedBytes(view: BufferView): number | undefined {
  const found = compressedPart(view)
  return found === undefined ? undefined : found.part.count * found.part.byteStride
}

/**
 * Points the compressed parts of a file to where their bytes are, so that everything else takes them for data like any other,
 * and empties the buffers that only stand in for what they decode to. What was unwrapped stays as it is.
 *
 * Refuses with `not-gltf` where a part's description is damaged.
 * Source: EXT_meshopt_compression (Khronos glTF extensions).
 */
export function unwrapMeshopt(gltf: GltfJson): void {
  for (const view of gltf.bufferViews ?? []) {
    const found = compressedPart(view)
    if (found?.part.buffer === undefined) continue
    const { buffer, byteOffset = 0, byteLength, ...rest } = found.part
    if (byteLength === undefined) refuseFile('not-gltf', 'a compressed part of a buffer has no length')
    Object.assign(view, { buffer, byteOffset, byteLength })
    extensionsOf(view)[found.name] = rest
  }
  for (const buffer of gltf.buffers ?? []) {
    const isFallback = MESHOPT_EXTENSIONS.some(
      (name) => (extensionsOf(buffer)[name] as { fallback?: unknown } | undefined)?.fallback === true,
    )
    if (isFallback) Object.assign(buffer, { uri: 'data:application/octet-stream;base64,', byteLength: 0 })
  }
}

/**
 * Decodes the compressed parts of a checked file, each into a buffer of its own behind the others.
 *
 * Refuses with `not-gltf` where one is damaged. What they decode to was bounded by `checkGltf`.
 * @param buffers the file's own, in order
 * @returns the new buffers, in the order in which the description has them
 */
export async function decodeMeshopt(
  gltf: GltfJson,
  buffers: readonly Uint8Array[],
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const views = (gltf.bufferViews ?? []).flatMap((view) => {
    const found = compressedPart(view)
    return found === undefined ? [] : [{ view, ...found }]
  })
  if (views.length === 0) return []
  const { MeshoptDecoder } = await import('meshoptimizer/decoder')
  await MeshoptDecoder.ready
  const list = (gltf.buffers ??= [])
  const decoded = views.map(({ view, name, part }) => {
    const { buffer, byteOffset = 0, byteLength } = view
    const source = buffers[buffer]?.subarray(byteOffset, byteOffset + byteLength) ?? new Uint8Array(0)
    const target = new Uint8Array(part.count * part.byteStride)
    checkStride(part)
    try {
      MeshoptDecoder.decodeGltfBuffer(target, part.count, part.byteStride, source, part.mode, part.filter)
    } catch {
      refuseFile('not-gltf', 'a compressed part of a buffer is damaged')
    }
    list.push({ byteLength: target.byteLength })
    Object.assign(view, { buffer: list.length - 1, byteOffset: 0, byteLength: target.byteLength })
    extensionsOf(view)[name] = undefined
    return target
  })
  return decoded
}

/** Strides for which the decoder has code; what it does with others is its own business. */
function checkStride({ mode, byteStride, filter = 'NONE' }: Compressed): void {
  const isRight =
    mode === 'ATTRIBUTES'
      ? byteStride % 4 === 0 &&
        (filter === 'NONE' ||
          filter === 'EXPONENTIAL' ||
          (filter === 'QUATERNION' ? byteStride === 8 : byteStride === 4 || byteStride === 8))
      : (byteStride === 2 || byteStride === 4) && filter === 'NONE'
  if (!isRight) refuseFile('not-gltf', `a compressed part has elements of ${byteStride} bytes`)
}

function compressedPart(view: BufferView): { readonly name: string; readonly part: Compressed } | undefined {
  const extensions = extensionsOf(view)
  const name = MESHOPT_EXTENSIONS.find((each) => extensions[each] !== undefined)
  if (name === undefined) return undefined
  const parsed = Compressed.safeParse(extensions[name])
  if (!parsed.success) refuseFile('not-gltf', 'the description of a compressed part of a buffer is damaged')
  return { name, part: parsed.data }
}
