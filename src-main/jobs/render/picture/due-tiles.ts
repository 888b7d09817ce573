import type { TilePreview } from '#contract'
import type { UnitState } from '../../../peer/requester/slice.ts'
import {
  tileCount,
  unitCount,
  unitRegion,
  type RenderParams,
} from '../../../protocol/job-kinds/render-tasks.ts'

/** A tile is shown again when it has so many times the samples: each costs reading all of its outputs. */
const SAMPLES_GROWTH = 1.5
/** Outputs read in one hand-over. */
const BATCH_BYTES_MAX = 32 << 20

/** A unit by its index; undefined for one that was never given to a peer. */
type UnitLookup = (index: number) => UnitState | undefined

/** A tile to be shown: the units that are here, and whose came last. */
export interface DueTile {
  readonly tile: number
  readonly samples: number
  readonly units: readonly number[]
  readonly newest: { readonly index: number; readonly by: TilePreview['made_by']; readonly atMs: number }
}

/** The verified units of a tile, if together they have enough more than `shown` samples. */
function dueTile(unitOf: UnitLookup, params: RenderParams, tile: number, shown: number): DueTile | undefined {
  const units: number[] = []
  let samples = 0
  let newest: DueTile['newest'] | undefined
  for (let index = tile; index < unitCount(params); index += tileCount(params)) {
    const verified = unitOf(index)?.verified
    const [by] = verified?.winners ?? []
    if (verified?.stored !== true || by === undefined) continue
    const { s0, s1 } = unitRegion(params, index)
    units.push(index)
    samples += s1 - s0
    if (newest === undefined || verified.atMs >= newest.atMs) newest = { index, by, atMs: verified.atMs }
  }
  if (newest === undefined) return undefined
  const isDue = samples >= shown * SAMPLES_GROWTH || (samples === params.spp && shown < samples)
  return isDue && samples > shown ? { tile, samples, units, newest } : undefined
}

/**
 * Takes the next tiles out of `dirty` that have enough samples more than they were shown with, as many as one hand-over
 * may have.
 * @param shown samples of a tile as it was last shown, 0 for none
 */
export function takeDueTiles(
  dirty: Set<number>,
  tilesMax: number,
  unitOf: UnitLookup,
  params: RenderParams,
  shown: (tile: number) => number,
): DueTile[] {
  const due: DueTile[] = []
  let bytes = 0
  for (const tile of dirty) {
    if (due.length >= tilesMax || bytes > BATCH_BYTES_MAX) break
    dirty.delete(tile)
    const found = dueTile(unitOf, params, tile, shown(tile))
    if (found === undefined) continue
    due.push(found)
    bytes += found.units.length * params.tile ** 2 * 24
  }
  return due
}
