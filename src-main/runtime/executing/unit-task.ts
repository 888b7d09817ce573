import { taskId, type Work } from './job-at-work.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunLimits, RunListener, RunOutcome, RunTask } from '../../ports/runner.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { refuse } from '../../protocol/fault.ts'
import type { LimitsSet } from '../../protocol/unit-limits.ts'
import { inputBytesLent, lentRunLimits, runParams } from './run-limits.ts'

/** The properties that all units of a job share. */
export interface UnitKind {
  readonly manifest: JobManifest
  /** One object for all units: tasks that share it travel best. */
  readonly params: RunTask['params']
  readonly limits: RunLimits
  /** Bytes that one of them may read here. */
  readonly inputBytesLent: number
}

/**
 * The properties shared by the units of the job with this manifest.
 * @param limited whether its algorithm runs strangers' code
 */
export function unitKindOf(manifest: JobManifest, lent: LimitsSet, limited = false): UnitKind {
  const limits = lentRunLimits(manifest, lent, limited)
  const params = runParams(manifest, limited)
  return { manifest, params, limits, inputBytesLent: inputBytesLent(manifest, lent) }
}

/** A unit as its runner gets it. @throws FaultError `quota-exceeded` for inputs of more bytes than are lent here */
export function taskOf(work: Work, kind: UnitKind, inputs: RunTask['inputs'], index: number): RunTask {
  const { manifest, params, limits } = kind
  refuseInputs(inputs, kind)
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

function refuseInputs(inputs: RunTask['inputs'], { inputBytesLent: most }: UnitKind): void {
  if (most === Infinity) return
  const bytes = Object.values(inputs).reduce((sum, { layout }) => sum + layout.bytes, 0)
  if (bytes > most) refuse('quota-exceeded', `a unit reads ${bytes} bytes of input, and ${most} are lent`)
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
