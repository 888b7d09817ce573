import { z } from 'zod'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import {
  RenderParams,
  tileCount,
  unitCount,
  type RenderSplit,
} from '../../../../protocol/job-kinds/render-tasks.ts'
import type { Params } from '../../../../protocol/work.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import type { UnitOutput } from '../picture/assemble-image.ts'
import { ExposureStops, meterPicture } from '../picture/exposure.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { shrinkTile, type ShrunkTile } from './shrunk-tile.ts'
import { toneMap } from '../picture/tone-map.ts'
import { unitIndexOf } from '../picture/unit-role.ts'

const Factor = z.int().min(1).max(8192)

/** `render.preview-tiles`: a job's parameters, and which of its tiles to show how. */
const TilesParams = z.strictObject({
  job: RenderParams,
  /** Pixels of the full picture on each side of one of the preview. */
  factor: Factor,
  exposure_stops: ExposureStops,
  tiles: z.array(z.int().min(0)).min(1).max(256),
})

/** `render.thumbnail`: the same for a whole picture; its own exposure when none is given. */
const ThumbnailParams = z.strictObject({
  job: RenderParams,
  factor: Factor,
  exposure_stops: ExposureStops.optional(),
  /** Tiles may have no output, and others fewer samples than asked for; the place of the former is black. */
  partial: z.literal(true).optional(),
})

/**
 * Small JPEG pictures of tiles, from the outputs (inputs `unit-0`, …) of any of their ranges of samples: one file
 * after the other, and as info `tiles`, with each one's place and length (`x`, `y`, `width`, `height`, `bytes`).
 *
 * @throws FaultError `bad-input` when an input is not the output of a unit of these tiles
 */
export function runPreviewTiles(call: LibraryCall): LibraryResult {
  const params = parseAs(call.params, TilesParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  const { job, factor, exposure_stops, tiles } = params.value
  const byTile = unitsByTile(call, job)
  const files: Uint8Array[] = []
  const info = tiles.map((tile): Params => {
    const shrunk = shrunkOf(job, tile, factor, byTile.get(tile) ?? [], call)
    const { x, y, width, height, radiance } = shrunk
    const jpeg =
      width * height === 0 ? new Uint8Array(0) : encodeJpeg(width, height, toneMap(radiance, exposure_stops))
    files.push(jpeg)
    return { tile, x, y, width, height, bytes: jpeg.byteLength }
  })
  return { output: Uint8Array.from(Buffer.concat(files)), info: { tiles: info } }
}

/**
 * A small JPEG of a finished picture, tone-mapped as its PNG is. Info: `width`, `height`, `exposure_stops`.
 * One tile's outputs are in memory at a time.
 *
 * @throws FaultError `bad-input` when units are missing or are not of this job
 */
export function runThumbnail(call: LibraryCall): LibraryResult {
  const params = parseAs(call.params, ThumbnailParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  const { job, factor } = params.value
  const [width, height] = [Math.ceil(job.width / factor), Math.ceil(job.height / factor)]
  const radiance = new Float32Array(width * height * 3)
  const byTile = unitsByTile(call, job)
  const ranges = unitCount(job) / tileCount(job)
  for (let tile = 0; tile < tileCount(job); tile++) {
    const roles = byTile.get(tile) ?? []
    if (roles.length !== ranges && params.value.partial !== true)
      refuse('bad-input', `units of tile ${tile} are missing`)
    if (roles.length === 0) {
      call.progress((tile + 1) / tileCount(job))
      continue
    }
    const shrunk = shrunkOf(job, tile, factor, roles, call)
    for (let row = 0; row < shrunk.height; row++) {
      const from = row * shrunk.width * 3
      const to = ((shrunk.y + row) * width + shrunk.x) * 3
      radiance.set(shrunk.radiance.subarray(from, from + shrunk.width * 3), to)
    }
    call.progress((tile + 1) / tileCount(job))
  }
  const exposure_stops = params.value.exposure_stops ?? meterPicture(radiance).stops
  return {
    output: encodeJpeg(width, height, toneMap(radiance, exposure_stops)),
    info: { width, height, exposure_stops },
    memoryBytes: width * height * 16,
  }
}

function shrunkOf(
  job: RenderSplit,
  tile: number,
  factor: number,
  units: readonly number[],
  call: LibraryCall,
): ShrunkTile {
  if (tile >= tileCount(job) || units.length === 0) refuse('bad-input', `there is nothing of tile ${tile}`)
  const outputs = function* (): Generator<UnitOutput> {
    for (const index of units) {
      const input = call.inputs.get(`unit-${index}`)
      if (input !== undefined) yield { index, bytes: input.read() }
    }
  }
  const shrunk = shrinkTile(job, tile, factor, outputs())
  return shrunk.kind === 'tile' ? shrunk : refuse('bad-input', shrunk.message)
}

/** The inputs' units by the tile that they are of. */
function unitsByTile(call: LibraryCall, job: RenderSplit): Map<number, number[]> {
  const units = new Map<number, number[]>()
  for (const role of call.inputs.keys()) {
    const index = unitIndexOf(role)
    if (index === undefined || index >= unitCount(job))
      refuse('bad-input', `'${role}' is not a unit's output`)
    const tile = index % tileCount(job)
    const same = units.get(tile)
    if (same === undefined) units.set(tile, [index])
    else same.push(index)
  }
  return units
}
