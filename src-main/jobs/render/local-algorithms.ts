import { REFERENCE_PATHS_PER_SECOND } from '../../protocol/reference-machine.ts'
import type { RenderParams } from '../../protocol/job-kinds/render-tasks.ts'
import type { ComputeResource } from '../../protocol/resource.ts'

/** The shared algorithm whose units are tiles. */
export const RENDER = { id: 'render.path-trace', version: '2.0.0' } as const
/** The local task that splits a glTF file into what travels, and packs it for a preview. */
export const IMPORT = { id: 'render.import', version: '2.0.0' } as const
/** The local task that says what a scene is made of. */
export const INSPECT = { id: 'render.inspect', version: '1.0.0' } as const
/** The local task that takes a small picture of a packed scene. */
export const SCENE_PREVIEW = { id: 'render.preview', version: '1.0.0' } as const
/** The local task that makes small pictures of tiles. */
export const PREVIEW_TILES = { id: 'render.preview-tiles', version: '1.0.0' } as const
/** The local task that makes a small picture of all tiles. */
export const THUMBNAIL = { id: 'render.thumbnail', version: '1.0.0' } as const
/** The local task that puts the tiles together. */
export const ASSEMBLE = { id: 'render.assemble', version: '1.0.0' } as const

/** Bounces at which the reference machine was measured (`REFERENCE_PATHS_PER_SECOND`). */
const REFERENCE_BOUNCES = 4
/** Russian roulette ends most paths before this many bounces, so that more of them cost nothing. */
const BOUNCES_THAT_COST = 12

/** Memory of a worker before it has a scene: the heap, the kernel, its code. */
const WORKER_BYTES = 192 << 20
/** A scene as its files are read, as it is packed in the kernel, and the tree that is built over its triangles. */
export const SCENE_COPIES = 4
/** Three sums of 64 bits a pixel. */
const FILM_BYTES_PER_PIXEL = 24
/** The film in the kernel, and on its way out. */
const FILM_COPIES = 2

/** Seconds of one full unit on one core of the reference machine. */
export function unitSeconds(params: RenderParams): number {
  const { width, height, tile, spp, samples_per_unit, bounces } = params
  const pixels = Math.min(tile, width) * Math.min(tile, height)
  const paths = pixels * Math.min(spp, samples_per_unit)
  const cost = (1 + Math.min(bounces, BOUNCES_THAT_COST)) / (1 + REFERENCE_BOUNCES)
  return (paths * cost) / REFERENCE_PATHS_PER_SECOND
}

/** What one unit needs while it runs, with a scene that takes so much memory. */
export function unitResources(params: RenderParams, sceneBytes: number): ComputeResource {
  const filmBytes = params.tile * params.tile * FILM_BYTES_PER_PIXEL * FILM_COPIES
  const bytes = WORKER_BYTES + sceneBytes + filmBytes
  return { cpu_cores: 1, ram_gb: Math.ceil((bytes / 2 ** 30) * 100) / 100 }
}
