import { refuse } from '../../protocol/fault.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import { INPUT_ROLE } from '../../protocol/job-kinds/module.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { notLent } from '../../peer/lending.ts'
import type { Runner, RunLimits, RunListener, RunOutcome, RunTask } from '../../ports/runner.ts'
import type { ExecutorParts } from './executor.ts'
import { createHandOver, type HandOver } from './hand-over.ts'
import { taskId, type Work } from './job-at-work.ts'
import { runLimits, runParams } from './run-limits.ts'
import type { UnitEnds } from './unit-ends.ts'
import type { Trust, UnitInputs, Want } from './unit-inputs.ts'
import type { UnitParts } from './unit-parts.ts'

/** What the units of one job have in common. */
interface UnitKind {
  readonly manifest: JobManifest
  /** One object for all units: tasks that share it travel best. */
  readonly params: RunTask['params']
  readonly limits: RunLimits
}

/** What hands units to the runner, with their inputs. */
export interface UnitRunsParts extends Pick<ExecutorParts, 'clock' | 'runnerFor' | 'lent' | 'signal'> {
  readonly unitInputs: UnitInputs
  readonly ends: UnitEnds
  /** In whose name a job's blobs are wanted. */
  readonly wantOf: (work: Work) => Want
  /** A job's next award begins it anew. */
  readonly dropWork: (work: Work) => void
}

/** Creates it: the returned function runs units of a job and sees to how they end. It never rejects. */
export function createUnitRuns(
  parts: UnitRunsParts,
): (work: Work, units: readonly AwardedUnit[]) => Promise<void> {
  const { runnerFor, unitInputs, ends, wantOf } = parts

  async function runUnits(work: Work, units: readonly AwardedUnit[]): Promise<void> {
    const controller = new AbortController()
    work.controllers.set(
      controller,
      units.map(({ unit_index }) => unit_index),
    )
    const signal = AbortSignal.any([parts.signal, controller.signal])
    try {
      const manifest = await work.manifest
      work.engine = engineFor(manifest, runnerFor(work.requester))
      work.algorithmId = manifest.algorithm_id
      const refusal = notLent(manifest, parts.lent())
      if (refusal !== undefined) refuse('quota-exceeded', refusal)
      const kind = { manifest, params: runParams(manifest), limits: runLimits(manifest) }
      await work.partsLoaded
      if (work.parts === undefined) await runAlike(work, kind, units, signal)
      else await runSplit(work, kind, work.parts, units, signal)
    } catch (error) {
      // What could not be prepared may be there at the next award, so the next one starts from the beginning.
      parts.dropWork(work)
      ends.failAll(
        work,
        units.map(({ unit_index }) => unit_index),
        error,
      )
    } finally {
      work.controllers.delete(controller)
    }
  }

  /** Units that differ by their index alone go to the runner together. Those that meet a damaged input go twice. */
  async function runAlike(
    work: Work,
    kind: UnitKind,
    units: readonly AwardedUnit[],
    signal: AbortSignal,
  ): Promise<void> {
    const { inputs } = work
    const damaged = await runOnce(work, kind, await inputs, units, signal, 'again')
    if (damaged.length === 0) return
    await runOnce(work, kind, await inputsAnew(work, kind, inputs), damaged, signal, 'report')
  }

  /**
   * Runs units and reports how they ended.
   * @returns with `again`, those that met a damaged input, which are not reported: it can be fetched anew
   */
  async function runOnce(
    work: Work,
    kind: UnitKind,
    inputs: RunTask['inputs'],
    units: readonly AwardedUnit[],
    signal: AbortSignal,
    whenDamaged: 'again' | 'report',
  ): Promise<AwardedUnit[]> {
    const damaged: AwardedUnit[] = []
    const byIndex = new Map(units.map((unit) => [unit.unit_index, unit]))
    const tasks = units
      .filter(({ unit_index }) => work.wanted.has(unit_index))
      .map(({ unit_index }) => taskOf(work, kind, inputs, unit_index))
    await runnerFor(work.requester).run(tasks, {
      ...listen(work, signal),
      finished: (task, outcome) => {
        const unit = byIndex.get(task.unitIndex ?? -1)
        if (unit === undefined) return
        if (whenDamaged === 'again' && metDamage(outcome)) damaged.push(unit)
        else if (!wasStopped(outcome)) ends.finish(work, unit.unit_index, outcome)
      },
    })
    return damaged
  }

  /** Units with a part each: a unit runs as soon as its own is here, with those that are ready then too. */
  async function runSplit(
    work: Work,
    kind: UnitKind,
    split: UnitParts,
    units: readonly AwardedUnit[],
    signal: AbortSignal,
  ): Promise<void> {
    const handOver = createHandOver(runnerFor(work.requester), listen(work, signal))
    split.keep(units.map(({ unit_index }) => unit_index))
    await Promise.all(
      units.map(({ unit_index }) =>
        split.inTurn(async () => {
          if (work.wanted.has(unit_index)) await runPart(work, kind, split, unit_index, handOver)
        }),
      ),
    )
  }

  async function runPart(
    work: Work,
    kind: UnitKind,
    split: UnitParts,
    unit: number,
    handOver: HandOver,
  ): Promise<void> {
    const { inputs } = work
    const run = async (shared: Work['inputs'], trust: Trust): Promise<RunOutcome> => {
      const part = await split.part(unit, trust)
      return handOver(taskOf(work, kind, { ...(await shared), [INPUT_ROLE]: part }, unit))
    }
    try {
      const outcome = await run(inputs, 'stored')
      const final = metDamage(outcome) ? await run(inputsAnew(work, kind, inputs), 'verify') : outcome
      if (!wasStopped(final)) ends.finish(work, unit, final)
    } catch (error) {
      // Stopped with the program: as with a run that was cancelled, the unit runs again after the restart.
      if (!parts.signal.aborted) ends.failAll(work, [unit], error)
    }
  }

  /** The inputs of all units, read and compared: once for all who met damage in the same ones. */
  function inputsAnew(work: Work, { manifest }: UnitKind, damaged: Work['inputs']): Work['inputs'] {
    if (work.inputs === damaged) work.inputs = unitInputs.inputs(manifest.inputs, wantOf(work), 'verify')
    return work.inputs
  }

  function listen(work: Work, signal: AbortSignal): Omit<RunListener, 'finished'> {
    return {
      signal,
      progress: (task, fraction) => {
        const { unitIndex } = task
        if (unitIndex === undefined || !work.wanted.has(unitIndex)) return
        if (!work.startedAtMs.has(unitIndex)) work.startedAtMs.set(unitIndex, parts.clock.nowMs())
        work.fractions.set(unitIndex, Math.max(fraction, work.fractions.get(unitIndex) ?? 0))
      },
    }
  }

  function engineFor(manifest: JobManifest, runner: Runner): string {
    const known = runner
      .algorithms()
      .find((a) => a.algorithmId === manifest.algorithm_id && a.version === manifest.algorithm_version)
    if (known?.scope !== 'shared') {
      refuse('unknown-algorithm', `${manifest.algorithm_id} ${manifest.algorithm_version} does not run here`)
    }
    if (known.limited === true && manifest.limits === undefined) {
      refuse('malformed', `a job of ${manifest.algorithm_id} that does not say what a unit may use`)
    }
    return known.engine
  }

  return runUnits
}

/** Whether a run was stopped with the program: the unit is still queued in the journal, and runs again after the restart. */
function wasStopped(outcome: RunOutcome): boolean {
  return outcome.kind === 'failed' && outcome.fault.kind === 'cancelled'
}

/** Whether a run failed because of an input on this disk, and not by itself. */
function metDamage(outcome: RunOutcome): boolean {
  if (outcome.kind !== 'failed') return false
  return outcome.fault.kind === 'blob-corrupt' || outcome.fault.kind === 'blob-missing'
}

function taskOf(work: Work, kind: UnitKind, inputs: RunTask['inputs'], index: number): RunTask {
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
