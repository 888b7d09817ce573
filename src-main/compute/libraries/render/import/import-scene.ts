/**
 * Turns a glTF 2.0 file into a scene for the path tracer: every instance baked into world space, at rest or at a time.
 *
 * @example
 * const imported = await importScene({ bytes: glb })
 * if (imported.kind !== 'scene') return imported // an ImportFault, with one clear line for the user
 * const blob = packScene(imported.scene)
 */
import type { Document, Material } from '@gltf-transform/core'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import type {
  EnvironmentDescription,
  MaterialDescription,
  SceneDescription,
} from '../../../../../wasm/path-trace/scene.ts'
import type { SceneFile } from '../gltf/resources.ts'
import { type ImageDecoder, plainDecoder } from '../textures/image-decoder.ts'
import { type ImportFault, ImportRefusal, type ImportWarning, refuseFile } from '../gltf/import-fault.ts'
import { readGltf } from '../gltf/read-gltf.ts'
import { animationEnd, poseDocument } from '../scene/animation.ts'
import { importCamera } from '../scene/camera.ts'
import { checkSceneSize, createGeometryBuilder, placedPositions } from '../scene/geometry.ts'
import { placePrimitives } from '../scene/instances.ts'
import { meanEmission } from '../scene/emission.ts'
import { importLights } from '../scene/lights.ts'
import { type ImportedMaterial, importMaterial, PLAIN_MATERIAL } from '../scene/materials.ts'
import { type PlacedNode, placeNodes } from '../scene/nodes.ts'
import { createTextureTable, type TextureTable } from '../scene/textures.ts'
import { createWebpDecoder } from '../textures/webp.ts'
import { studioEnvironment } from '../light/studio.ts'

/** Warnings kept of one file; a file with more wrong than this has made its point. */
const WARNINGS_MAX = 100

/** Width by height that a framing camera is made for where the caller does not say. */
const ASPECT_DEFAULT = 4 / 3

/**
 * A scene counts as lit by its own surfaces if they emit at least this radiance on average over all of its
 * area: lamps of a room do, a model's glowing eyes or the dots of an emissive texture do not.
 */
const EMISSION_LIGHTS_SCENE = 0.02

/** No light from around the scene. */
const DARK: EnvironmentDescription = { kind: 'constant', radiance: [0, 0, 0] }

/** Shares of an animation at which a scene is looked at to frame it. */
const FRAMED_AT = [0, 0.5, 1] as const

/** How a scene is to be seen. */
export interface ImportOptions {
  /** Index among the file's cameras, in the order of its nodes. */
  readonly camera?: number
  /** Width by height of the picture, for the framing camera of a file without one. */
  readonly aspect?: number
  /** Seconds after the start of the file's animations; at rest when absent. */
  readonly seconds?: number
  /** Distant light, instead of what the file's lack of lights would bring. */
  readonly environment?: EnvironmentDescription
  /** Decodes the textures; one that keeps nothing when absent. */
  readonly decoder?: ImageDecoder
  /** Bytes that each step of the import may take: geometry as it decodes, textures, one texture's decoding. */
  readonly memoryBytesMax?: number
}

/**
 * The light of a scene: the file's own lamps and shining surfaces, a picture of distant light that was handed over with it,
 * or, for a file with no lights, the light of a studio.
 */
export type SceneLight = 'own' | 'environment' | 'studio'

/** A scene ready to pack, and what it lacks. */
export interface ImportedScene {
  readonly kind: 'scene'
  readonly scene: SceneDescription
  /** The file has no camera, so that the scene is framed by one made for the picture's shape. */
  readonly isFramed: boolean
  readonly litBy: SceneLight
  /** Names of the handed-over files that its textures came from. */
  readonly textureFiles: ReadonlySet<string>
  /** Memory that its largest texture takes while it is decoded, bytes. */
  readonly decodeBytes: number
  readonly warnings: readonly ImportWarning[]
}

/**
 * Imports a stranger's file; never throws for what is in it, whatever it is. Skins and morph targets are
 * taken as they rest or as the animations move them, points and lines are left out, and a file with neither lights nor surfaces that shine
 * enough is lit by a studio's soft light (`studioEnvironment`).
 */
export async function importScene(
  file: SceneFile,
  options: ImportOptions = {},
): Promise<ImportedScene | ImportFault> {
  const warnings: ImportWarning[] = []
  try {
    const built = await buildScene(file, options, warnings)
    return { kind: 'scene', ...built, warnings: warnings.slice(0, WARNINGS_MAX) }
  } catch (error) {
    if (error instanceof ImportRefusal) return error.fault
    // The checks before this leave the reader nothing to stumble over but sizes that memory cannot hold.
    if (error instanceof RangeError)
      return { kind: 'out-of-memory', message: 'the scene does not fit in memory' }
    throw error
  }
}

async function buildScene(
  file: SceneFile,
  options: ImportOptions,
  warnings: ImportWarning[],
): Promise<Omit<ImportedScene, 'kind' | 'warnings'>> {
  const { decoder = plainDecoder, memoryBytesMax = Infinity } = options
  const { document, imageOf, hasWebp } = await readGltf(file, warnings, memoryBytesMax)
  const framing =
    options.seconds === undefined ? undefined : framedPositions(document, memoryBytesMax, warnings)
  if (options.seconds !== undefined) poseDocument(document, options.seconds, warnings)
  const { nodes, worldOf } = placeNodes(document)
  const webp = hasWebp ? { webp: await createWebpDecoder() } : {}
  const table = createTextureTable({ imageOf, decoder, memoryBytesMax, ...webp }, warnings)
  const materials: MaterialDescription[] = []
  const materialOf = materialTable(table, materials, warnings)
  const builder = createGeometryBuilder(worldOf)
  const instances = placePrimitives(nodes)
  checkSceneSize(instances, memoryBytesMax)
  for (const instance of instances) {
    const { material, index } = materialOf(instance.primitive.getMaterial())
    builder.add(instance, material, index)
  }
  if (materials.length > SCENE_LIMITS.materials)
    refuseFile('scene-too-large', 'the scene has too many materials')
  const geometry = builder.build()
  if (geometry.indices.length === 0) refuseFile('no-triangles', 'the scene has no triangles to render')
  const lights = importLights(nodes)
  if (lights.length > SCENE_LIMITS.lights) refuseFile('scene-too-large', 'the scene has too many lights')
  const isLit =
    lights.length > 0 || meanEmission(geometry, materials, table.textures) >= EMISSION_LIGHTS_SCENE
  const scene: SceneDescription = {
    ...geometry,
    materials,
    textures: table.textures,
    camera: importCamera(
      nodes,
      framing ?? geometry.positions,
      options.camera,
      options.aspect ?? ASPECT_DEFAULT,
    ),
    lights,
    environment: options.environment ?? (isLit ? DARK : studioEnvironment()),
  }
  return {
    scene,
    isFramed: !hasCamera(nodes),
    litBy: lightOf(options, isLit),
    textureFiles: table.files,
    decodeBytes: table.decodeBytes,
  }
}

/** @param isLit whether the file has lights or surfaces that shine enough */
function lightOf({ environment }: ImportOptions, isLit: boolean): SceneLight {
  if (environment !== undefined) return 'environment'
  return isLit ? 'own' : 'studio'
}

/** An imported material, and its place in the scene. */
interface PlacedMaterial {
  readonly material: ImportedMaterial
  readonly index: number
}

/** Imports each material of the file once; adds it to `materials`. */
function materialTable(
  table: TextureTable,
  materials: MaterialDescription[],
  warnings: ImportWarning[],
): (source: Material | null) => PlacedMaterial {
  const known = new Map<Material | null, PlacedMaterial>()
  return (source) => {
    const before = known.get(source)
    if (before !== undefined) return before
    const material = source === null ? PLAIN_MATERIAL : importMaterial(source, table, warnings)
    const placed = { material, index: materials.length }
    known.set(source, placed)
    materials.push(material.description)
    return placed
  }
}

function hasCamera(nodes: readonly PlacedNode[]): boolean {
  return nodes.some(({ node }) => node.getCamera() !== null)
}

/**
 * The positions that a camera for an animated scene without one must see: of everything at the animations' beginning,
 * middle and end. They are the same for every frame, so that the camera stands still. Undefined where the file has cameras.
 */
function framedPositions(
  document: Document,
  memoryBytesMax: number,
  warnings: ImportWarning[],
): Float32Array | undefined {
  if (hasCamera(placeNodes(document).nodes)) return undefined
  const end = animationEnd(document)
  const positions = FRAMED_AT.flatMap((share) => {
    poseDocument(document, end * share, warnings)
    const { nodes, worldOf } = placeNodes(document)
    const instances = placePrimitives(nodes)
    checkSceneSize(instances, memoryBytesMax)
    return placedPositions(instances, worldOf)
  })
  const all = new Float32Array(positions.reduce((sum, one) => sum + one.length, 0))
  let at = 0
  for (const one of positions) {
    all.set(one, at)
    at += one.length
  }
  return all
}
