import { REFERENCE_PATHS_PER_SECOND } from '../reference-machine.ts'
import { workerMemoryGb, type JobKindRules } from './job-kind.ts'
import type { JobManifest } from '../work.ts'
import { RenderParams, unitCount, unitRegion } from './render-tasks.ts'

/** Bounces at which the reference machine was measured (`REFERENCE_PATHS_PER_SECOND`). */
const REFERENCE_BOUNCES = 4
/** Russian roulette ends most paths before this many bounces, so that further bounces cost nothing. */
const BOUNCES_THAT_COST = 12
/** Three sums of 64 bits a pixel. */
const FILM_BYTES_PER_PIXEL = 24
/** The film in the kernel, and on its way out. */
const FILM_COPIES = 2

/**
 * Rules of `render.path-trace`: a unit is one tile of the picture with a range of its samples. The version changes
 * whenever the same files may give other bits or cost other fuel. Version 1 took one packed scene.
 */
export const renderRules: JobKindRules<RenderParams, { readonly sceneMemoryBytes: number }> = {
  id: 'render.path-trace',
  version: '2.2.0',
  family: 'render',
  Params: RenderParams,
  unitCount: (params) => unitCount(params),
  unitCost({ width, height, tile, spp, samples_per_unit, bounces }) {
    const pixels = Math.min(tile, width) * Math.min(tile, height)
    const paths = pixels * Math.min(spp, samples_per_unit)
    const cost = (1 + Math.min(bounces, BOUNCES_THAT_COST)) / (1 + REFERENCE_BOUNCES)
    return (paths * cost) / REFERENCE_PATHS_PER_SECOND
  },
  resources({ tile }, { sceneMemoryBytes }) {
    const filmBytes = tile * tile * FILM_BYTES_PER_PIXEL * FILM_COPIES
    return { cpu_cores: 1, ram_gb: workerMemoryGb(sceneMemoryBytes + filmBytes) }
  },
}

/**
 * Pixels of the film that a unit of a render puts out, by its job's whole manifest; undefined for a job whose outputs are no
 * films.
 */
export function filmOfUnit(
  { algorithm_id, params }: Pick<JobManifest, 'algorithm_id' | 'params'>,
  index: number,
): { readonly width: number; readonly height: number } | undefined {
  if (algorithm_id !== renderRules.id) return undefined
  const { x0, y0, x1, y1 } = unitRegion(RenderParams.parse(params), index)
  return { width: x1 - x0, height: y1 - y0 }
}
