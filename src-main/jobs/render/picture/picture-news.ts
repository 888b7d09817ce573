import type { PictureNews, TilePreview } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { hasJobEnded } from '../../job-phase.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { createPainter, type Painter } from './painter.ts'
import { mustRender, shrinkFactor } from './rendered-picture.ts'
import type { RenderResults } from './results.ts'
import { createSerialQueue } from '../../serial-queue.ts'
import { watchBatches } from '../../watch-batches.ts'

/** Previews that are kept, in characters of base64, so that a reload costs nothing. */
const KEPT_CHARACTERS_MAX = 48 << 20
/** Characters in one message, which others must not wait for. */
const MESSAGE_CHARACTERS_MAX = 512 << 10

/** Pictures in progress. */
export interface Pictures {
  /**
   * The tiles so far and as they come; ends with the job.
   * @throws FaultError `bad-input` for a job that renders nothing
   */
  watch(job: JobState, sideMax: number, signal: AbortSignal): AsyncGenerator<PictureNews, void, void>
}

/** Creates the pictures; `stopping` ends painting when the peer stops. */
export function createPictures(
  dependencies: JobDependencies,
  results: RenderResults,
  stopping: AbortSignal,
): Pictures {
  /** Where it cannot be metered, the scene is shown as its numbers say. */
  const exposureOf = async (job: JobState): Promise<number> => (await results.exposureStops(job)) ?? 0
  /** Tiles of one job after those of another: however many pictures are watched, they take no more of the machine. */
  const queue = createSerialQueue()
  /** The one asked for longest ago first. */
  const painters = new Map<string, Painter>()

  function painterOf(job: JobState, factor: number): Painter {
    const key = `${job.manifest.job_id}/${factor}`
    const known = painters.get(key)
    const painter =
      known?.job === job
        ? known
        : createPainter(dependencies, job, { factor, exposure: () => exposureOf(job), queue, stopping })
    painters.delete(key)
    painters.set(key, painter)
    return painter
  }

  /** Drops painters without listeners, once they hold too much or their job is gone. */
  function tidy(): void {
    let characters = [...painters.values()].reduce((sum, { size }) => sum + size, 0)
    for (const [key, painter] of painters) {
      const isGone = !dependencies.runtime.jobs.has(painter.job.manifest.job_id)
      if (painter.isHeard || (characters <= KEPT_CHARACTERS_MAX && !isGone)) continue
      painters.delete(key)
      characters -= painter.size
    }
  }

  return {
    watch(job, sideMax, signal) {
      const params = mustRender(job)
      const factor = shrinkFactor(params, sideMax)
      const painter = painterOf(job, factor)
      tidy()
      return watchPainter(dependencies, painter, {
        width: Math.ceil(params.width / factor),
        height: Math.ceil(params.height / factor),
        signal,
      })
    },
  }
}

function watchPainter(
  dependencies: JobDependencies,
  painter: Painter,
  {
    width,
    height,
    signal,
  }: { readonly width: number; readonly height: number; readonly signal: AbortSignal },
): AsyncGenerator<PictureNews, void, void> {
  /** Of how many samples each tile was that this stream has told of. */
  const told = new Map<number, number>()
  let isFirst = true
  let revision = 0
  return watchBatches<PictureNews>(dependencies, {
    hear: () => undefined,
    take: () => {
      if (!isFirst && revision === painter.revision) return undefined
      const tiles: TilePreview[] = []
      let characters = 0
      let isAll = true
      for (const [tile, { samples, preview }] of painter.painted) {
        if ((told.get(tile) ?? 0) >= samples) continue
        if (characters > MESSAGE_CHARACTERS_MAX) {
          isAll = false
          break
        }
        told.set(tile, samples)
        tiles.push(preview)
        characters += preview.jpeg.length
      }
      if (isAll) revision = painter.revision
      if (tiles.length === 0 && !isFirst) return undefined
      isFirst = false
      return { width, height, tiles }
    },
    isOver: () => {
      const job = dependencies.runtime.jobs.find(painter.job.manifest.job_id)
      return (job === undefined || hasJobEnded(job)) && painter.isIdle()
    },
    alsoWake: (wake) => painter.listen(wake),
    signal,
  })
}
