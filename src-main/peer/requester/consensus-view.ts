import { comparesExactly } from '../../protocol/comparator.ts'
import type { Fault } from '../../protocol/fault.ts'
import { unitId, type PeerId } from '../../protocol/ids.ts'
import { LANES_MAX } from '../../protocol/limits.ts'
import type { RunMetrics } from '../../protocol/receipt.ts'
import type { ComputeResource } from '../../protocol/resource.ts'
import type { VerificationConsensus, WorkResult } from '../../protocol/result.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { toConsensus } from '../../verification/consensus.ts'
import { runOf } from './attempt-ends.ts'
import type { AttemptState, JobState, UnitState } from './slice.ts'

const BYTES_PER_GB = 2 ** 30
/** Of a result that an older version rejected nothing is known any more. */
const NOTHING_KNOWN: ComputeResource = { cpu_cores: 0, ram_gb: 0 }

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
  const { metrics, returnedAtMs } = runOf(attempt)
  const fuel = status.state === 'returned' ? status.metrics.fuel : status.fuel
  return [
    {
      result_id: `${attempt.awardId}/${index}/${attempt.attempt}`,
      work_unit_id: unitId(job.manifest.job_id, index),
      assignment_id: attempt.awardId,
      computed_by_peer: attempt.peer,
      result_data: status.cid,
      computation_time_seconds: (metrics?.wall_ms ?? 0) / 1_000,
      ...(fuel === undefined ? {} : { fuel }),
      resources_used: metrics === undefined ? NOTHING_KNOWN : resourcesUsed(metrics),
      verification_hash: status.cid,
      // An older version did not note when a result came: it took at least its run.
      timestamp: toTimestamp(Math.round(returnedAtMs ?? attempt.awardedAtMs + (metrics?.wall_ms ?? 0))),
    },
  ]
}

/** The measured use of a run: its cores on average, and the most memory that it had at a time. */
function resourcesUsed({ cpu_ms, wall_ms, peak_memory_bytes }: RunMetrics): ComputeResource {
  return {
    // No machine runs on more cores than it has lanes at most, whatever its peer claims.
    cpu_cores: wall_ms > 0 ? Math.min(LANES_MAX, cpu_ms / wall_ms) : 0,
    ram_gb: peak_memory_bytes / BYTES_PER_GB,
  }
}
