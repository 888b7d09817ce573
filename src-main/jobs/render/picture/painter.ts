import type { TilePreview } from '#contract'
import type { Notice } from '../../../peer/notice.ts'
import type { JobState } from '../../../peer/requester/slice.ts'
import { tileCount } from '../../../protocol/job-kinds/render-tasks.ts'
import { changedUnits } from '../../changed-units.ts'
import type { JobDependencies } from '../../dependencies.ts'
import type { SerialQueue } from '../../serial-queue.ts'
import { takeDueTiles, type DueTile } from './due-tiles.ts'
import { mustRender } from './rendered-picture.ts'
import { previewTiles } from './tile-previews.ts'

/** Tiles of one hand-over: about as many as this takes … */
const BATCH_MS = 150
/** … but never so few that most of the time goes into handing over, where the machine is busy. */
const BATCH_TILES_MIN = 32
const BATCH_TILES_MAX = 128
/** Between two hand-overs it rests for as long as the last one took, so that it takes half of one core, but no longer. */
const REST_MS_MAX = 200

/** A tile as it was last shown, and of how many samples a pixel. */
export interface PaintedTile {
  readonly samples: number
  readonly preview: TilePreview
}

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
  /** Paints for as long as there is a listener. @returns stops listening */
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
  const shown = createShownTiles()
  const { painted } = shown
  const dirty = new Set<number>()
  let painting = false
  let batchTiles = BATCH_TILES_MIN
  const unitOf = (index: number) => dependencies.runtime.jobs.unit(job, index)
  const audience = createAudience(() => {
    lookAtAll()
    return dependencies.runtime.onNotices(hear)
  })

  function hear(notices: readonly Notice[]): void {
    for (const index of changedUnits(notices, job.manifest.job_id)) dirty.add(index % tiles)
    begin()
  }

  /** Everything that is here, for a first listener. */
  function lookAtAll(): void {
    for (const index of dependencies.runtime.jobs.units(job)) dirty.add(index % tiles)
  }

  function begin(): void {
    if (painting || dirty.size === 0 || !audience.isHeard() || stopping.aborted) return
    painting = true
    paint()
      .catch((error: unknown) => {
        if (!stopping.aborted) dependencies.report(error)
      })
      .finally(() => {
        painting = false
        audience.tell()
      })
  }

  async function paint(): Promise<void> {
    const exposure_stops = await exposure()
    while (dirty.size > 0 && audience.isHeard() && !stopping.aborted) {
      const due = takeDueTiles(dirty, batchTiles, unitOf, params, (tile) => painted.get(tile)?.samples ?? 0)
      if (due.length === 0) continue
      const tookMs = await queue(async () => {
        const startMs = performance.now()
        await paintTiles(due, exposure_stops)
        return performance.now() - startMs
      })
      batchTiles = nextBatch(due.length, tookMs)
      audience.tell()
      const restMs = Math.min(tookMs, REST_MS_MAX)
      await new Promise<void>((resolve) => dependencies.clock.after(restMs, resolve))
    }
  }

  async function paintTiles(due: readonly DueTile[], exposure_stops: number): Promise<void> {
    const wanted = { params, factor, exposure_stops, due, signal: stopping }
    const previews = await previewTiles(dependencies, job, wanted)
    for (const [position, { tile, samples }] of due.entries()) {
      const preview = previews[position]
      if (preview !== undefined) shown.show(tile, { samples, preview })
    }
  }

  return {
    job,
    painted,
    get size() {
      return shown.size()
    },
    get revision() {
      return shown.revision()
    },
    get isHeard() {
      return audience.isHeard()
    },
    isIdle: () => !painting && dirty.size === 0,
    listen(listener) {
      const stop = audience.add(listener)
      begin()
      return stop
    },
  }
}

/**
 * Listeners of one painter.
 * @param opened called before the first one hears anything; the function that it returns is called after the last one left
 */
function createAudience(opened: () => () => void) {
  const listeners = new Set<() => void>()
  let close: (() => void) | undefined
  return {
    isHeard: () => listeners.size > 0,
    tell: () => {
      for (const listener of listeners) listener()
    },
    add(listener: () => void): () => void {
      listeners.add(listener)
      if (listeners.size === 1) close = opened()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        close?.()
        close = undefined
      }
    },
  }
}

/** Tiles of the next hand-over, after one of so many took so long. */
function nextBatch(tiles: number, tookMs: number): number {
  const inTime = Math.floor((tiles * BATCH_MS) / tookMs)
  return Math.max(BATCH_TILES_MIN, Math.min(BATCH_TILES_MAX, inTime))
}

/** Tiles as they were last shown, in the order in which they came. */
function createShownTiles() {
  const painted = new Map<number, PaintedTile>()
  let size = 0
  let revision = 0
  return {
    painted,
    size: () => size,
    revision: () => revision,
    show(tile: number, shown: PaintedTile): void {
      size += shown.preview.jpeg.length - (painted.get(tile)?.preview.jpeg.length ?? 0)
      // Anew at the end: listeners take what came since their last look.
      painted.delete(tile)
      painted.set(tile, shown)
      revision++
    },
  }
}
