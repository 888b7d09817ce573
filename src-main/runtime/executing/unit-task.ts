import { taskId, type Work } from './job-at-work.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunLimits, RunListener, RunOutcome, RunTask } from '../../ports/runner.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { runLimits, runParams } from './run-limits.ts'

/** The properties that all units of a job share. */
export interface UnitKind {
  readonly manifest: JobManifest
  /** One object for all units: tasks that share it travel best. */
  readonly params: RunTask['params']
  readonly limits: RunLimits
}

/** The properties shared by the units of the job with this manifest. */
export function unitKindOf(manifest: JobManifest): UnitKind {
  return { manifest, params: runParams(manifest), limits: runLimits(manifest) }
}

/** A unit as its runner gets it. */
export function taskOf(work: Work, kind: UnitKind, inputs: RunTask['inputs'], index: number): RunTask {
  const { manifest, params, limits } = kind
  return {
    id: taskId(work.requester, manifest.job_id, index),
    algorithmId: manifest.algorithm_id,
    algorithmVersion: manifest.algorithm_version,
    params,
    inputs,
    unitIndex: index,
    limits,
  }
}

/** Notes the progress of a job's units while they run, until the signal aborts. */
export function listenTo(
  work: Work,
  clock: Pick<Clock, 'nowMs'>,
  signal: AbortSignal,
): Omit<RunListener, 'finished'> {
  return {
    signal,
    progress: (task, fraction) => {
      const { unitIndex } = task
      if (unitIndex === undefined || !work.wanted.has(unitIndex)) return
      if (!work.startedAtMs.has(unitIndex)) work.startedAtMs.set(unitIndex, clock.nowMs())
      work.fractions.set(unitIndex, Math.max(fraction, work.fractions.get(unitIndex) ?? 0))
    },
  }
}

/** Whether a run was stopped with the program: the unit is still queued in the journal, and runs again after the restart. */
export function wasStopped(outcome: RunOutcome): boolean {
  return outcome.kind === 'failed' && outcome.fault.kind === 'cancelled'
}

/** Whether a run failed because of an input on this disk, and not by itself. */
export function metDamage(outcome: RunOutcome): boolean {
  if (outcome.kind !== 'failed') return false
  return outcome.fault.kind === 'blob-corrupt' || outcome.fault.kind === 'blob-missing'
}
