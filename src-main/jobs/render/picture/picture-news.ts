import { PREVIEW_SIDE_MAX, type PictureNews, type TilePreview } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { hasJobEnded } from '../../job-phase.ts'
import type { JobDependencies } from '../../dependencies.ts'
import type { Backdrops } from './backdrop.ts'
import { createPainter, type Painter } from './painter.ts'
import { createAtWorkNews, type AtWorkNews } from './at-work-news.ts'
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
  {
    results,
    backdrops,
  }: { readonly results: RenderResults; readonly backdrops: Pick<Backdrops, 'known' | 'of'> },
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
        atWork: createAtWorkNews(dependencies, job, factor),
        // A small picture in passing is not worth what making one costs.
        backdrop: sideMax >= PREVIEW_SIDE_MAX ? backdrops.of(job) : backdrops.known(job),
        signal,
      })
    },
  }
}

/** What a stream tells besides the tiles. */
interface WatchedPicture {
  /** Pixels of the preview. */
  readonly width: number
  readonly height: number
  readonly atWork: AtWorkNews
  readonly backdrop: Promise<string | undefined>
  readonly signal: AbortSignal
}

function watchPainter(
  dependencies: JobDependencies,
  painter: Painter,
  { width, height, atWork, backdrop, signal }: WatchedPicture,
): AsyncGenerator<PictureNews, void, void> {
  /** Of how many samples each tile was that this stream has told of. */
  const told = new Map<number, number>()
  let isFirst = true
  let revision = 0
  /** The backdrop, until it is told. */
  let behind: string | undefined

  function takeTiles(): TilePreview[] {
    if (revision === painter.revision) return []
    const tiles: TilePreview[] = []
    let characters = 0
    for (const [tile, { samples, preview }] of painter.painted) {
      if ((told.get(tile) ?? 0) >= samples) continue
      if (characters > MESSAGE_CHARACTERS_MAX) return tiles
      told.set(tile, samples)
      tiles.push(preview)
      characters += preview.jpeg.length
    }
    revision = painter.revision
    return tiles
  }

  return watchBatches<PictureNews>(dependencies, {
    hear: () => undefined,
    take: () => {
      const tiles = takeTiles()
      const at_work = atWork.take()
      const backdrop = behind
      behind = undefined
      if (tiles.length === 0 && at_work === undefined && backdrop === undefined && !isFirst) return undefined
      isFirst = false
      return {
        ...{ width, height, tiles },
        ...(at_work === undefined ? {} : { at_work }),
        ...(backdrop === undefined ? {} : { backdrop }),
      }
    },
    isOver: () => {
      const job = dependencies.runtime.jobs.find(painter.job.manifest.job_id)
      return (job === undefined || hasJobEnded(job)) && painter.isIdle()
    },
    alsoWake: (wake) => {
      backdrop.then((picture) => {
        behind = picture
        wake()
      }, dependencies.report)
      return painter.listen(wake)
    },
    signal,
  })
}
