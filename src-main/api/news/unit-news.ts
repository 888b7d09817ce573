import { UNIT_NEWS_MAX, type UnitNews, type UnitView } from '#contract'
import type { AttemptState, UnitState } from '../../peer/requester/slice.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { changedUnits } from '../../jobs/changed-units.ts'
import { hasJobEnded } from '../../jobs/job-phase.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { watchBatches } from '../../jobs/watch-batches.ts'

/** A job's units, then those that change; ends with the job. */
export function watchUnitNews(
  parts: Pick<ApiDependencies, 'runtime' | 'clock'>,
  id: JobId,
  signal: AbortSignal,
): AsyncGenerator<UnitNews, void, void> {
  const { jobs } = parts.runtime
  const first = jobs.find(id)
  const peers = new Map<PeerId, number>()
  const dirty = new Set<number>(first === undefined ? [] : jobs.units(first))
  let isFirst = true
  return watchBatches(parts, {
    hear: (notices) => {
      for (const index of changedUnits(notices, id)) dirty.add(index)
    },
    take: () => {
      const job = jobs.find(id)
      if (job === undefined || (dirty.size === 0 && !isFirst)) return undefined
      isFirst = false
      const units: UnitView[] = []
      for (const index of dirty) {
        if (units.length === UNIT_NEWS_MAX) break
        dirty.delete(index)
        const unit = jobs.unit(job, index)
        if (unit !== undefined) units.push(unitView(index, unit, peers))
      }
      return { total: job.manifest.unit_count, peers: [...peers.keys()], units }
    },
    isOver: () => {
      const job = jobs.find(id)
      return job === undefined || hasJobEnded(job)
    },
    signal,
  })
}

/** A unit as its requester sees it; adds the peers that it names to `peers`, which holds the position of each. */
export function unitView(index: number, unit: UnitState, peers: Map<PeerId, number>): UnitView {
  const { attempts, verified } = unit
  const at = (state: AttemptState['status']['state']): PeerId[] =>
    attempts.flatMap((attempt) => (attempt.status.state === state ? [attempt.peer] : []))
  const [running, returned] = [at('awarded'), at('returned')]
  const by = verified?.winners ?? [...running, ...returned]
  const failed = attempts.findLast(({ status }) => status.state === 'failed')?.status
  const tookMs = ranMs(unit)
  return {
    index,
    state:
      verified !== undefined
        ? 'verified'
        : running.length > 0
          ? 'running'
          : returned.length > 0
            ? 'returned'
            : 'open',
    by: by.map((peer) => positionOf(peer, peers)),
    attempts: attempts.length,
    ...(failed?.state === 'failed' ? { fault: failed.fault } : {}),
    ...(tookMs === undefined ? {} : { took_ms: tookMs }),
  }
}

/** How long the runs took whose output counts, on average: without the time that they waited for their turn. */
function ranMs({ attempts, verified }: UnitState): number | undefined {
  if (verified === undefined) return undefined
  const runs = attempts.flatMap(({ peer, status }) =>
    status.state === 'returned' && verified.winners.includes(peer) ? [status.metrics.wall_ms] : [],
  )
  return runs.length === 0 ? undefined : runs.reduce((sum, ms) => sum + ms, 0) / runs.length
}

function positionOf(peer: PeerId, peers: Map<PeerId, number>): number {
  const known = peers.get(peer) ?? peers.size
  peers.set(peer, known)
  return known
}
