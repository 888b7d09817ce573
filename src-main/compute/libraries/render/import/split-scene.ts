/**
 * Takes a scene's file apart into what travels: a small description (glTF JSON), the geometry as the file has it
 * (quantised or compressed, if it is so there), and each image as the JPEG or PNG that it was. A change of one texture
 * then changes one part, and a provider gets no more than the file.
 */
import { createHash } from 'node:crypto'
import { INPUTS_MAX } from '../../../../protocol/limits.ts'
import { checkGltf } from '../gltf/check.ts'
import { openGltf } from '../gltf/file.ts'
import { openBuffers, openImage, type SceneFile, type SceneResource } from '../gltf/resources.ts'
import type { GltfJson } from '../gltf/schema.ts'
import { dataViews, gatherViews } from '../gltf/views.ts'
import { SUPPORTED_EXTENSIONS } from '../gltf/read-gltf.ts'
import type { RenderView } from '../../../../protocol/job-kinds/render-view.ts'
import { addViewCamera } from '../scene/free-view.ts'

/** The role of what the meshes, skins and animations of a scene are made of. */
const GEOMETRY_ROLE = 'geometry'
/** Images with a part of their own: a job's inputs, less description, geometry and environment. */
const IMAGES_APART_MAX = INPUTS_MAX - 3
/** A name for a warning. */
const NAME_LENGTH_MAX = 80

/** The parts of a scene, by the roles that its description has for them. */
export interface SplitScene {
  /** glTF JSON whose buffer and images are named by role. The same file gives the same bytes. */
  readonly description: Uint8Array<ArrayBuffer>
  readonly parts: ReadonlyMap<string, ScenePart>
  /** The number of the camera that has the view; absent where none was asked for. */
  readonly camera?: number
}

/** A part: bytes of the main file, or a file that was handed over beside it and travels as it is. */
export interface ScenePart extends SceneResource {
  readonly file?: string
}

type GltfImage = NonNullable<GltfJson['images']>[number]

/** An image that is there. */
interface FoundImage {
  readonly image: GltfImage
  readonly role: string
  readonly part: ScenePart
  readonly bytes: number
  readonly digest: string
}

/** How a file is split. */
interface SplitOptions {
  /** Images with a part of their own, at most. */
  readonly imagesApartMax?: number
  /** A view for which the description gets a camera. */
  readonly view?: RenderView
}

/**
 * Splits a stranger's file; its meaning is kept, so that `importScene` gives the same of the description and the parts.
 * Refuses as `readGltf` does.
 */
export function splitScene(
  file: SceneFile,
  { imagesApartMax = IMAGES_APART_MAX, view }: SplitOptions = {},
): SplitScene {
  const { json, binary } = openGltf(file.bytes)
  const gltf = checkGltf(json, SUPPORTED_EXTENSIONS)
  const files = file.resources ?? new Map<string, Uint8Array>()
  const buffers = openBuffers(gltf, binary, files)
  const found = findImages(gltf, buffers, files)
  const apart = new Map(largest(found, imagesApartMax).map((one) => [one.digest, one]))
  const rest = [...new Map(found.map((one) => [one.digest, one])).values()].filter(
    ({ digest }) => !apart.has(digest),
  )
  const added = rest.map(({ part }) => part.read())
  const { buffer, firstAdded } = gatherViews(gltf, buffers, droppedViews(gltf), added)
  const addedAt = new Map(rest.map(({ digest }, i) => [digest, firstAdded + i]))
  for (const { image, digest } of found) {
    delete image.bufferView
    delete image.uri
    const role = apart.get(digest)?.role
    if (role === undefined) image.bufferView = addedAt.get(digest)
    else image.uri = role
  }
  const parts = new Map<string, ScenePart>([...apart.values()].map(({ role, part }) => [role, part]))
  if (gltf.buffers !== undefined || buffer.byteLength > 0) {
    gltf.buffers = [{ uri: GEOMETRY_ROLE, byteLength: buffer.byteLength }]
    parts.set(GEOMETRY_ROLE, { read: () => buffer })
  }
  const camera = view === undefined ? {} : { camera: addViewCamera(gltf, view) }
  return { description: new TextEncoder().encode(JSON.stringify(gltf)), parts, ...camera }
}

/** The images that are there; what is missing keeps the name that its user knows, and gets none that a part has. */
function findImages(
  gltf: GltfJson,
  buffers: readonly Uint8Array<ArrayBuffer>[],
  files: NonNullable<SceneFile['resources']>,
): FoundImage[] {
  return (gltf.images ?? []).flatMap((image, i): FoundImage[] => {
    const part = imagePart(gltf, image, buffers, files)
    if (part === undefined) {
      image.name = image.uri?.slice(0, NAME_LENGTH_MAX) ?? `${i}`
      image.uri = `missing:${i}`
      return []
    }
    if (part.file !== undefined) image.name ??= part.file.slice(0, NAME_LENGTH_MAX)
    const content = part.read()
    const digest = createHash('sha256').update(content).digest('hex')
    const named = { key: digest, ...part }
    return [{ image, role: `image-${i}`, part: named, bytes: content.byteLength, digest }]
  })
}

function imagePart(
  gltf: GltfJson,
  image: GltfImage,
  buffers: readonly Uint8Array<ArrayBuffer>[],
  files: NonNullable<SceneFile['resources']>,
): ScenePart | undefined {
  const view = image.bufferView === undefined ? undefined : gltf.bufferViews?.[image.bufferView]
  if (view === undefined) return openImage(image, files)
  const { byteOffset = 0, byteLength } = view
  const bytes = buffers[view.buffer]?.subarray(byteOffset, byteOffset + byteLength)
  return bytes === undefined ? undefined : { read: () => bytes }
}

/** The largest images, each content once, at most so many, in the order of the file. */
function largest(found: readonly FoundImage[], count: number): FoundImage[] {
  const first = new Map<string, FoundImage>()
  for (const one of found) if (!first.has(one.digest)) first.set(one.digest, one)
  const kept = new Set([...first.values()].sort((a, b) => b.bytes - a.bytes).slice(0, count))
  return found.filter((one) => kept.has(one))
}

/** The views that hold nothing but images. */
function droppedViews(gltf: GltfJson): ReadonlySet<number> {
  const data = dataViews(gltf)
  const views = (gltf.images ?? []).flatMap(({ bufferView }) => bufferView ?? [])
  return new Set(views.filter((view) => !data.has(view)))
}
