import type { AwardedUnit } from '../../protocol/messages.ts'
import type { RunTask } from '../../ports/runner.ts'
import type { ExecutorDependencies } from './executor-dependencies.ts'
import type { Work } from './job-at-work.ts'
import type { UnitEnds } from './unit-ends.ts'
import { listenTo, metDamage, taskOf, wasStopped, type UnitKind } from './unit-task.ts'

/** The functions that runs of units with the same inputs use. */
export interface AlikeRunsDependencies extends Pick<ExecutorDependencies, 'clock' | 'runnerFor'> {
  readonly ends: UnitEnds
  /** The job's inputs, compared with their content ids, after a unit met `damaged` ones. */
  readonly inputsAnew: (work: Work, kind: UnitKind, damaged: Work['inputs']) => Work['inputs']
}

/** Runs units of a job that differ by their index alone: all go to the runner together. */
export type AlikeRuns = (
  work: Work,
  kind: UnitKind,
  units: readonly AwardedUnit[],
  signal: AbortSignal,
) => Promise<void>

/** Creates the function. A unit that meets a damaged input runs twice, the second time with inputs fetched anew. */
export function createAlikeRuns({ clock, runnerFor, ends, inputsAnew }: AlikeRunsDependencies): AlikeRuns {
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
      ...listenTo(work, clock, signal),
      finished: (task, outcome) => {
        const unit = byIndex.get(task.unitIndex ?? -1)
        if (unit === undefined) return
        if (whenDamaged === 'again' && metDamage(outcome)) damaged.push(unit)
        else if (!wasStopped(outcome)) ends.finish(work, unit.unit_index, outcome)
      },
    })
    return damaged
  }

  return async (work, kind, units, signal) => {
    const { inputs } = work
    const damaged = await runOnce(work, kind, await inputs, units, signal, 'again')
    if (damaged.length === 0) return
    await runOnce(work, kind, await inputsAnew(work, kind, inputs), damaged, signal, 'report')
  }
}
