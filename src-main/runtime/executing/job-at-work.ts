import { unitId, type JobId, type PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { RunTask } from '../../ports/runner.ts'
import type { FinishedUnits } from './finished-units.ts'
import type { UnitParts } from './unit-parts.ts'

/** Weight of the newest run in what a job's units take here. */
const NEWEST_WEIGHT = 0.3

/** A unit at work here. */
export interface ActiveUnit {
  readonly requester: PeerId
  readonly job: JobId
  readonly unit: number
  readonly fraction: number
  /** Absent until its manifest is here. */
  readonly algorithmId?: string
  /** Absent while it waits, and for runs too short to be shown. */
  readonly startedAtMs?: number
  /** The recent duration of its job's units here; absent before the first. */
  readonly expectedMs?: number
}

/** When a job was last computed here, by units that were too short to be seen at work too. */
export interface RecentRun {
  readonly requester: PeerId
  readonly algorithmId?: string
  readonly ranAtMs: number
}

/** One job at work here. */
export interface Work {
  readonly requester: PeerId
  readonly job: JobId
  /** With its secrets, where it is encrypted. */
  readonly manifest: Promise<JobManifest>
  inputs: Promise<RunTask['inputs']>
  /** There, once its list is loaded, for a job that was split. */
  parts?: UnitParts
  readonly partsLoaded: Promise<void>
  /** Of an encrypted job, known with its manifest. */
  key?: JobKey
  /** Known as soon as anything runs. */
  engine?: string
  /** Aborted when the job is over: nothing is fetched for it any longer. */
  readonly over: AbortController
  /** Ends what was handed over together, once none of it is wanted any longer. */
  readonly controllers: Map<AbortController, readonly number[]>
  readonly wanted: Map<number, number>
  readonly fractions: Map<number, number>
  readonly startedAtMs: Map<number, number>
  algorithmId?: string
  /** The recent duration of its units here. */
  expectedMs?: number
  /** When a unit of it was last done here. */
  ranAtMs?: number
  readonly finished: FinishedUnits
}

/** How a unit looks to those who show it. */
export function activeUnit(work: Work, unit: number): ActiveUnit {
  const { requester, job, algorithmId, expectedMs } = work
  const startedAtMs = work.startedAtMs.get(unit)
  return {
    requester,
    job,
    unit,
    fraction: work.fractions.get(unit) ?? 0,
    ...(algorithmId === undefined ? {} : { algorithmId }),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(expectedMs === undefined ? {} : { expectedMs }),
  }
}

/** When a job was last computed here; undefined before its first unit is done. */
export function recentRun({ requester, algorithmId, ranAtMs }: Work): RecentRun | undefined {
  if (ranAtMs === undefined) return undefined
  return { requester, ...(algorithmId === undefined ? {} : { algorithmId }), ranAtMs }
}

/** Notes that a unit was done, and takes its time into what the job's units take here. */
export function noteRun(work: Work, wallMs: number, nowMs: number): void {
  work.ranAtMs = nowMs
  const before = work.expectedMs ?? wallMs
  work.expectedMs = before + (wallMs - before) * NEWEST_WEIGHT
}

/** A unit is no longer wanted. @returns whether it was */
export function forget({ wanted, fractions, startedAtMs }: Work, unit: number): boolean {
  fractions.delete(unit)
  startedAtMs.delete(unit)
  return wanted.delete(unit)
}

/** The id of a unit's run. */
export function taskId(requester: PeerId, job: JobId, unit: number): string {
  return `${requester}/${unitId(job, unit)}`
}
