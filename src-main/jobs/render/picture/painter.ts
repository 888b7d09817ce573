import { z } from 'zod'
import type { TilePreview } from '#contract'
import type { PeerEvent } from '../../../peer/event.ts'
import type { JobState } from '../../../peer/state.ts'
import type { RunInput } from '../../../ports/runner.ts'
import { onlyFault } from '../../../protocol/fault.ts'
import {
  tileCount,
  unitCount,
  unitRegion,
  type RenderParams,
} from '../../../protocol/job-kinds/render-tasks.ts'
import { changedUnits } from '../../changed-units.ts'
import { outputBytes, runLocalTask } from '../../local-task.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { PREVIEW_TILES } from '../local-algorithms.ts'
import { mustRender } from './rendered-picture.ts'
import { unitInput } from '../../unit-outputs.ts'
import type { SerialQueue } from '../../serial-queue.ts'

/** A tile is shown again when it has so many times the samples: each costs reading all of its outputs. */
const SAMPLES_GROWTH = 1.5
/** Tiles of one hand-over: about as many as this takes … */
const BATCH_MS = 150
/** … but never so few that most of the time goes into handing over, where the machine is busy. */
const BATCH_TILES_MIN = 32
const BATCH_TILES_MAX = 128
/** Outputs read in one hand-over. */
const BATCH_BYTES_MAX = 32 << 20
/** Between two hand-overs it rests for as long as the last one took, so that it takes half of one core, but no longer. */
const REST_MS_MAX = 200
/** Reading and shrinking so many tiles takes seconds on a slow disk. */
const LIMITS = { wallMsMax: 60_000, memoryBytesMax: 1 << 30, outputBytesMax: 64 << 20 }

/** A tile as it was last shown, and of how many samples a pixel. */
export interface PaintedTile {
  readonly samples: number
  readonly preview: TilePreview
}

/** What `render.preview-tiles` tells of its output. */
const PaintedInfo = z.object({
  tiles: z.array(
    z.object({
      tile: z.int().min(0),
      x: z.int().min(0),
      y: z.int().min(0),
      width: z.int().min(0),
      height: z.int().min(0),
      bytes: z.int().min(0),
    }),
  ),
})

/** Shows the tiles of one render job at one size, as far as they are verified and here. */
export interface Painter {
  readonly job: JobState
  /** Tiles that are shown, in the order in which they came. */
  readonly painted: ReadonlyMap<number, PaintedTile>
  /** Characters of all that is shown. */
  readonly size: number
  /** Counts the tiles that were shown. */
  readonly revision: number
  /** Whether nothing waits to be shown. */
  isIdle(): boolean
  /** Paints for as long as somebody listens. @returns stops listening */
  listen(listener: () => void): () => void
  readonly isHeard: boolean
}

/** How a job is shown. */
export interface PainterOptions {
  /** Pixels of the full picture on each side of one that is shown. */
  readonly factor: number
  /** In stops; asked for with the first tile. */
  readonly exposure: () => Promise<number>
  /** Shared with other painters, so that one paints at a time. */
  readonly queue: SerialQueue
  readonly stopping: AbortSignal
}

/** A painter for a render job. */
export function createPainter(
  dependencies: JobDependencies,
  job: JobState,
  { factor, exposure, queue, stopping }: PainterOptions,
): Painter {
  const params = mustRender(job)
  const tiles = tileCount(params)
  const painted = new Map<number, PaintedTile>()
  const dirty = new Set<number>()
  const listeners = new Set<() => void>()
  let painting = false
  let batchTiles = BATCH_TILES_MIN
  let size = 0
  let revision = 0
  let stopHearing: (() => void) | undefined

  function hear(events: readonly PeerEvent[]): void {
    const changed = changedUnits(events, job)
    if (changed !== 'any') for (const index of changed) dirty.add(index % tiles)
    begin()
  }

  /** Everything that is here: at the first listener, when nobody listened for a while. */
  function lookAtAll(): void {
    for (const [index, { verified }] of job.units) if (verified?.stored === true) dirty.add(index % tiles)
  }

  function begin(): void {
    if (painting || dirty.size === 0 || listeners.size === 0 || stopping.aborted) return
    painting = true
    paint()
      .catch((error: unknown) => {
        if (!stopping.aborted) dependencies.report(error)
      })
      .finally(() => {
        painting = false
        for (const listener of listeners) listener()
      })
  }

  async function paint(): Promise<void> {
    const exposure_stops = await exposure()
    while (dirty.size > 0 && listeners.size > 0 && !stopping.aborted) {
      const due = takeDue()
      if (due.length === 0) continue
      const tookMs = await queue(async () => {
        const startMs = performance.now()
        await paintTiles(due, exposure_stops)
        return performance.now() - startMs
      })
      const inTime = Math.floor((due.length * BATCH_MS) / tookMs)
      batchTiles = Math.max(BATCH_TILES_MIN, Math.min(BATCH_TILES_MAX, inTime))
      for (const listener of listeners) listener()
      const restMs = Math.min(tookMs, REST_MS_MAX)
      await new Promise<void>((resolve) => dependencies.clock.after(restMs, resolve))
    }
  }

  /** The next tiles that have enough samples more than they were shown with, taken out of `dirty`. */
  function takeDue(): DueTile[] {
    const due: DueTile[] = []
    let bytes = 0
    for (const tile of dirty) {
      if (due.length >= batchTiles || bytes > BATCH_BYTES_MAX) break
      dirty.delete(tile)
      const found = dueTile(job, params, tile, painted.get(tile)?.samples ?? 0)
      if (found === undefined) continue
      due.push(found)
      bytes += found.units.length * params.tile ** 2 * 24
    }
    return due
  }

  async function paintTiles(due: readonly DueTile[], exposure_stops: number): Promise<void> {
    const previews = await tilesOf(dependencies, job, {
      params,
      factor,
      exposure_stops,
      due,
      signal: stopping,
    })
    for (const [position, { tile, samples }] of due.entries()) {
      const preview = previews[position]
      if (preview === undefined) continue
      size += preview.jpeg.length - (painted.get(tile)?.preview.jpeg.length ?? 0)
      // Anew at the end: who listens takes what came since.
      painted.delete(tile)
      painted.set(tile, { samples, preview })
      revision++
    }
  }

  return {
    job,
    painted,
    get size() {
      return size
    },
    get revision() {
      return revision
    },
    get isHeard() {
      return listeners.size > 0
    },
    isIdle: () => !painting && dirty.size === 0,
    listen(listener) {
      listeners.add(listener)
      stopHearing ??= dependencies.runtime.onEvents(hear)
      if (listeners.size === 1) lookAtAll()
      begin()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stopHearing?.()
        stopHearing = undefined
      }
    },
  }
}

/** A tile to be shown: the units that are here, and whose came last. */
interface DueTile {
  readonly tile: number
  readonly samples: number
  readonly units: readonly number[]
  readonly newest: { readonly index: number; readonly by: TilePreview['made_by']; readonly atMs: number }
}

/** What there is of a tile, if that is enough more than `shown` samples. */
function dueTile(job: JobState, params: RenderParams, tile: number, shown: number): DueTile | undefined {
  const units: number[] = []
  let samples = 0
  let newest: DueTile['newest'] | undefined
  for (let index = tile; index < unitCount(params); index += tileCount(params)) {
    const verified = job.units.get(index)?.verified
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

/** The pictures of tiles, in order; undefined for one that has no pixel of its own, or whose outputs are gone. */
async function tilesOf(
  dependencies: JobDependencies,
  job: JobState,
  wanted: {
    readonly params: RenderParams
    readonly factor: number
    readonly exposure_stops: number
    readonly due: readonly DueTile[]
    readonly signal: AbortSignal
  },
): Promise<(TilePreview | undefined)[]> {
  const { params, factor, exposure_stops, due, signal } = wanted
  try {
    const inputs: Record<string, RunInput> = {}
    for (const index of due.flatMap(({ units }) => units)) {
      inputs[`unit-${index}`] = await unitInput(dependencies, job, index)
    }
    const result = await runLocalTask(
      dependencies.runner,
      {
        id: `preview ${job.manifest.job_id} ${due[0]?.tile ?? 0} ${factor}`,
        algorithmId: PREVIEW_TILES.id,
        algorithmVersion: PREVIEW_TILES.version,
        params: { job: params, factor, exposure_stops, tiles: due.map(({ tile }) => tile) },
        inputs,
        limits: LIMITS,
      },
      signal,
    )
    const files = await outputBytes(dependencies.blobs, result.output)
    let from = 0
    return PaintedInfo.parse(result.info).tiles.map(({ x, y, width, height, bytes }, position) => {
      const file = files.subarray(from, (from += bytes))
      const newest = due[position]?.newest
      if (newest === undefined || file.byteLength === 0) return undefined
      const jpeg = Buffer.from(file).toString('base64')
      const { index, by, atMs } = newest
      return { unit_index: index, x, y, width, height, jpeg, made_by: by, verified_at_ms: atMs }
    })
  } catch (error) {
    // A picture in progress may lack tiles: an output that is damaged or gone comes again, or the job says so.
    onlyFault(error)
    return due.map(() => undefined)
  }
}
