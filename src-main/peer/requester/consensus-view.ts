import { comparesExactly } from '../../protocol/comparator.ts'
import type { Fault } from '../../protocol/fault.ts'
import { unitId, type PeerId } from '../../protocol/ids.ts'
import type { VerificationConsensus, WorkResult } from '../../protocol/result.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { toConsensus } from '../../verification/consensus.ts'
import type { AttemptState, JobState, UnitState } from './slice.ts'

/**
 * The outputs returned for a unit and their consensus, in the published form of document 000. Outputs that were
 * rejected are listed too; attempts that returned nothing are not.
 */
export function consensusOf(
  job: JobState,
  index: number,
  unit: UnitState,
  nowMs: number,
): VerificationConsensus {
  const results = unit.attempts.flatMap((attempt) => resultOf(job, index, attempt))
  const { verified } = unit
  const winners = verified?.winners ?? []
  const losers = results.map((r) => r.computed_by_peer).filter((peer) => !winners.includes(peer))
  return toConsensus({
    unit: unitId(job.manifest.job_id, index),
    verdict:
      verified === undefined
        ? { kind: 'more', count: 1 }
        : {
            kind: 'agreed',
            output: verified.cid,
            ...(verified.fuel === undefined ? {} : { fuel: verified.fuel }),
            winners,
            losers,
          },
    results,
    nowMs: verified?.atMs ?? nowMs,
  })
}

/** The peers at which a unit failed, and why, in the order of the awards. */
export function faultsOf(
  unit: Pick<UnitState, 'attempts'>,
): { readonly peer: PeerId; readonly fault: Fault }[] {
  return unit.attempts.flatMap(({ peer, status }) =>
    status.state === 'failed' ? [{ peer, fault: status.fault }] : [],
  )
}

/** The peers whose output of a verified unit agrees with the winning one; undefined where outputs must be equal for that. */
export function alikePeers(
  { manifest }: Pick<JobState, 'manifest'>,
  { verified }: Pick<UnitState, 'verified'>,
): readonly PeerId[] | undefined {
  return comparesExactly(manifest.comparator) ? undefined : verified?.winners
}

function resultOf(job: JobState, index: number, attempt: AttemptState): WorkResult[] {
  const { status } = attempt
  if (status.state !== 'returned' && status.state !== 'rejected') return []
  const fuel = status.state === 'returned' ? status.metrics.fuel : status.fuel
  return [
    {
      result_id: `${attempt.awardId}/${index}/${attempt.attempt}`,
      work_unit_id: unitId(job.manifest.job_id, index),
      assignment_id: attempt.awardId,
      computed_by_peer: attempt.peer,
      result_data: status.cid,
      computation_time_seconds: status.state === 'returned' ? status.metrics.wall_ms / 1_000 : 0,
      ...(fuel === undefined ? {} : { fuel }),
      resources_used: job.manifest.required_resources,
      verification_hash: status.cid,
      timestamp: toTimestamp(attempt.awardedAtMs),
    },
  ]
}
