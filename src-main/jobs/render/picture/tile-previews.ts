import { z } from 'zod'
import type { TilePreview } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import type { RunInput } from '../../../ports/runner.ts'
import { onlyFault } from '../../../protocol/fault.ts'
import type { RenderParams } from '../../../protocol/job-kinds/render-tasks.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { outputBytes, runLocalTask } from '../../local-task.ts'
import { unitInput } from '../../unit-outputs.ts'
import { PREVIEW_TILES } from '../local-algorithms.ts'
import type { DueTile } from './due-tiles.ts'

/** Reading and shrinking so many tiles takes seconds on a slow disk. */
const LIMITS = { wallMsMax: 60_000, memoryBytesMax: 1 << 30, outputBytesMax: 64 << 20 }

/** The info of `render.preview-tiles` about its output. */
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

/** The pictures of tiles, in order; undefined for one that has no pixel of its own, or whose outputs are gone. */
export async function previewTiles(
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
