import type { UnitHere } from '#contract'
import type { PeerId } from '../../protocol/ids.ts'
import type { ActiveUnit } from '../../runtime/executing/job-at-work.ts'

/** The most units listed: no PC computes more at once. */
const UNITS_HERE_MAX = 256
/** A unit's own progress tells more about what is left than others of its job once this much is done. */
const TELLING_FRACTION = 0.05

/** The units that are being computed here, longest first; those that wait are left out. */
export function unitsHere(active: readonly ActiveUnit[], me: PeerId, nowMs: number): UnitHere[] {
  const views: UnitHere[] = []
  for (const unit of active) {
    if (unit.startedAtMs !== undefined) views.push(unitHere(unit, unit.startedAtMs, me, nowMs))
  }
  return views
    .sort((a, b) => (a.started_at_ms ?? 0) - (b.started_at_ms ?? 0) || a.unit_index - b.unit_index)
    .slice(0, UNITS_HERE_MAX)
}

function unitHere(unit: ActiveUnit, startedAtMs: number, me: PeerId, nowMs: number): UnitHere {
  const { requester, job, algorithmId } = unit
  const leftMs = leftMsEstimate(unit, Math.max(0, nowMs - startedAtMs))
  return {
    requester,
    is_own: requester === me,
    job_id: job,
    unit_index: unit.unit,
    ...(algorithmId === undefined ? {} : { algorithm_id: algorithmId }),
    fraction: Math.round(unit.fraction * 100) / 100,
    started_at_ms: startedAtMs,
    ...(leftMs === undefined ? {} : { left_ms_estimate: leftMs }),
  }
}

/** To the second, as one would say it: so that it is news only when there is another second. */
function leftMsEstimate({ fraction, expectedMs }: ActiveUnit, elapsedMs: number): number | undefined {
  const byItself = fraction > TELLING_FRACTION ? (elapsedMs * (1 - fraction)) / fraction : undefined
  const byOthers = expectedMs === undefined ? undefined : Math.max(0, expectedMs - elapsedMs)
  const leftMs = byItself ?? byOthers
  return leftMs === undefined ? undefined : Math.round(leftMs / 1_000) * 1_000
}
