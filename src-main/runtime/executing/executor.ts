import { FaultError } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import { holdingPin } from '../blobs/blob-rights.ts'
import type { ExecutorDependencies } from './executor-dependencies.ts'
import {
  activeUnit,
  forget,
  recentRun,
  taskId,
  type ActiveUnit,
  type RecentRun,
  type Work,
} from './job-at-work.ts'
import { createUnitEnds } from './unit-ends.ts'
import { createUnitInputs } from './unit-inputs.ts'
import { createUnitRuns } from './unit-runs.ts'
import { createWorkLoader } from './work-loader.ts'

/** Runs the units that this peer was given. */
export interface Executor {
  /** Fetches a job's inputs; `job-prepared` says that they are here, or that they cannot be had. */
  prepare(requester: PeerId, job: JobId, manifestCid: Cid): void
  run(requester: PeerId, job: JobId, manifestCid: Cid, units: readonly AwardedUnit[]): void
  /** Units that are no longer wanted; all of the job's without a list. */
  stop(requester: PeerId, job: JobId, units?: readonly number[]): void
  /** Lets go of the inputs and outputs kept for a job. */
  release(requester: PeerId, job: JobId): void
  /** Forgets what it knows of a job of which nothing is at work, its key too. @returns whether it has */
  retire(requester: PeerId, job: JobId): boolean
  /** Units being computed or waiting for it, for those who show it. */
  active(): readonly ActiveUnit[]
  /** When each job that is known here was last computed here. */
  recentRuns(): readonly RecentRun[]
}

/** Creates the executor; it does nothing until it is given units. */
export function createExecutor(dependencies: ExecutorDependencies): Executor {
  const { blobs, runnerFor, clock, dispatch, defects, signal } = dependencies
  const works = new Map<string, Work>()
  const unitInputs = createUnitInputs(blobs, dependencies.fetcher, clock)
  const ends = createUnitEnds(dependencies)
  const loader = createWorkLoader({ ...dependencies, unitInputs, ends })
  const runUnits = createUnitRuns({
    ...dependencies,
    unitInputs,
    ends,
    wantOf: (work) => loader.wantOf(work),
    dropWork: ({ requester, job }) => void works.delete(holdingKey(requester, job)),
  })

  function begin(requester: PeerId, job: JobId, manifestCid: Cid): Work {
    const key = holdingKey(requester, job)
    const known = works.get(key)
    if (known !== undefined) return known
    const work = loader.load(requester, job, manifestCid)
    works.set(key, work)
    return work
  }

  /** Dispatches `job-prepared` whether the inputs came or not: units that begin without them fail with the reason. */
  async function prepare(work: Work): Promise<void> {
    const { requester, job } = work
    await Promise.allSettled([work.manifest, work.inputs, work.partsLoaded])
    if (signal.aborted) return
    await dispatch({ kind: 'job-prepared', at_ms: clock.nowMs(), requester, job_id: job })
  }

  return {
    prepare(requester, job, manifestCid) {
      // A stopped loop takes no more; after the restart the job is prepared again.
      prepare(begin(requester, job, manifestCid)).catch(defects.ignoreFaults(`preparing ${job}`))
    },
    run(requester, job, manifestCid, units) {
      const work = begin(requester, job, manifestCid)
      for (const { unit_index, attempt } of units) work.wanted.set(unit_index, attempt)
      void runUnits(work, units)
    },
    stop(requester, job, units) {
      const work = works.get(holdingKey(requester, job))
      if (work === undefined) return
      const unwanted = (units ?? [...work.wanted.keys()]).filter((unit) => forget(work, unit))
      work.parts?.letGo(unwanted)
      for (const [controller, handed] of work.controllers) {
        if (!handed.some((unit) => work.wanted.has(unit))) controller.abort()
      }
      runnerFor(requester).cancel(new Set(unwanted.map((unit) => taskId(requester, job, unit))))
    },
    release(requester, job) {
      const work = works.get(holdingKey(requester, job))
      work?.over.abort(new FaultError({ kind: 'cancelled', message: `${job} is over` }))
      works.delete(holdingKey(requester, job))
      blobs.unpin(holdingPin(requester, job))
    },
    retire(requester, job) {
      const work = works.get(holdingKey(requester, job))
      if (work !== undefined && work.wanted.size > 0) return false
      works.delete(holdingKey(requester, job))
      return true
    },
    active() {
      return [...works.values()].flatMap((work) =>
        [...work.wanted.keys()].map((unit) => activeUnit(work, unit)),
      )
    },
    recentRuns() {
      return [...works.values()].flatMap((work) => recentRun(work) ?? [])
    },
  }
}
