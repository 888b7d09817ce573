import { TILES_AT_WORK_MAX, type TileAtWork } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { unitsAtWork } from '../../../peer/requester/units-at-work.ts'
import { unitRegion } from '../../../protocol/job-kinds/render-tasks.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { mustRender } from './rendered-picture.ts'

/** Who renders where in a picture. */
export interface AtWorkNews {
  /** All tiles at work; undefined while they are as they were last taken, at first none. */
  take(): TileAtWork[] | undefined
}

/** The tiles of a job that are rendered now; `factor` pixels of the picture are one of its preview. */
export function createAtWorkNews(
  { runtime }: Pick<JobDependencies, 'runtime'>,
  { manifest }: Pick<JobState, 'manifest'>,
  factor: number,
): AtWorkNews {
  let last = ''
  return {
    take() {
      const job = runtime.jobs.find(manifest.job_id)
      const units = job === undefined ? [] : unitsAtWork(runtime.state, job, TILES_AT_WORK_MAX)
      const now = units.map(({ index, peer }) => `${index} ${peer}`).join()
      if (now === last) return undefined
      last = now
      return job === undefined ? [] : units.map(({ index, peer }) => tileOf(job, index, factor, peer))
    },
  }
}

function tileOf(job: JobState, index: number, factor: number, by: TileAtWork['by']): TileAtWork {
  const { x0, y0, x1, y1 } = unitRegion(mustRender(job), index)
  const [x, y] = [Math.floor(x0 / factor), Math.floor(y0 / factor)]
  return {
    unit_index: index,
    ...{ x, y, by },
    width: Math.ceil(x1 / factor) - x,
    height: Math.ceil(y1 / factor) - y,
  }
}
