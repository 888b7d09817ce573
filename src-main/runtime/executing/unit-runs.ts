import { refuse } from '../../protocol/fault.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { notLent } from '../../peer/provider/lending.ts'
import type { Runner, RunnerAlgorithm } from '../../ports/runner.ts'
import { createAlikeRuns } from './alike-runs.ts'
import type { ExecutorDependencies } from './executor-dependencies.ts'
import type { Work } from './job-at-work.ts'
import { createPartRuns } from './part-runs.ts'
import type { UnitEnds } from './unit-ends.ts'
import type { UnitInputs, Want } from './unit-inputs.ts'
import { unitKindOf, type UnitKind } from './unit-task.ts'

/** The functions and parts of the executor that runs of units use. */
export interface UnitRunsDependencies extends Pick<
  ExecutorDependencies,
  'clock' | 'runnerFor' | 'lent' | 'signal'
> {
  readonly unitInputs: UnitInputs
  readonly ends: UnitEnds
  /** In whose name a job's blobs are wanted. */
  readonly wantOf: (work: Work) => Want
  /** Forgets a job's work, so that its next award begins it anew. */
  readonly dropWork: (work: Work) => void
}

/** Creates it: the returned function runs units of a job and sees to how they end. It never rejects. */
export function createUnitRuns(
  dependencies: UnitRunsDependencies,
): (work: Work, units: readonly AwardedUnit[]) => Promise<void> {
  const { runnerFor, unitInputs, ends, wantOf } = dependencies
  const runAlike = createAlikeRuns({ ...dependencies, inputsAnew })
  const runSplit = createPartRuns({ ...dependencies, inputsAnew })

  /** The inputs of all units, read and compared: once for all units that met damage in the same ones. */
  function inputsAnew(work: Work, { manifest }: UnitKind, damaged: Work['inputs']): Work['inputs'] {
    if (work.inputs === damaged) work.inputs = unitInputs.inputs(manifest.inputs, wantOf(work), 'verify')
    return work.inputs
  }

  async function runUnits(work: Work, units: readonly AwardedUnit[]): Promise<void> {
    const controller = new AbortController()
    const indices = units.map(({ unit_index }) => unit_index)
    work.controllers.set(controller, indices)
    const signal = AbortSignal.any([dependencies.signal, controller.signal])
    try {
      const manifest = await work.manifest
      const { engine, limited } = algorithmFor(manifest, runnerFor(work.requester))
      work.engine = engine
      work.algorithmId = manifest.algorithm_id
      const lent = dependencies.lent()
      const refusal = notLent(manifest, lent)
      if (refusal !== undefined) refuse('quota-exceeded', refusal)
      const kind = unitKindOf(manifest, lent, limited)
      await work.partsLoaded
      if (work.parts === undefined) await runAlike(work, kind, units, signal)
      else await runSplit(work, kind, work.parts, units, signal)
    } catch (error) {
      // Preparation may succeed at the next award, so the next one starts from the beginning.
      dependencies.dropWork(work)
      ends.failAll(work, indices, error)
    } finally {
      work.controllers.delete(controller)
    }
  }

  return runUnits
}

/** The algorithm that runs a job's units. @throws FaultError `unknown-algorithm`, or `malformed` for missing limits */
function algorithmFor(manifest: JobManifest, runner: Runner): RunnerAlgorithm {
  const known = runner
    .algorithms()
    .find((a) => a.algorithmId === manifest.algorithm_id && a.version === manifest.algorithm_version)
  if (known?.scope !== 'shared') {
    refuse('unknown-algorithm', `${manifest.algorithm_id} ${manifest.algorithm_version} does not run here`)
  }
  if (known.limited === true && manifest.limits === undefined) {
    refuse('malformed', `a job of ${manifest.algorithm_id} that does not say what a unit may use`)
  }
  return known
}
