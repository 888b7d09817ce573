import type { AwardedUnit } from '../../protocol/messages.ts'
import { INPUT_ROLE } from '../../protocol/job-kinds/module.ts'
import type { RunOutcome } from '../../ports/runner.ts'
import type { AlikeRunsDependencies } from './alike-runs.ts'
import { createHandOver, type HandOver } from './hand-over.ts'
import type { Work } from './job-at-work.ts'
import type { Trust } from './unit-inputs.ts'
import type { UnitParts } from './unit-parts.ts'
import { listenTo, metDamage, taskOf, wasStopped, type UnitKind } from './unit-task.ts'

/** Runs units of a split job, each with a part of its own: a unit runs as soon as its part is here. */
export type PartRuns = (
  work: Work,
  kind: UnitKind,
  parts: UnitParts,
  units: readonly AwardedUnit[],
  signal: AbortSignal,
) => Promise<void>

/** Creates the function. Units whose parts are ready at the same moment go to the runner together. */
export function createPartRuns({
  clock,
  runnerFor,
  ends,
  inputsAnew,
  signal: stopping,
}: AlikeRunsDependencies & { readonly signal: AbortSignal }): PartRuns {
  async function runPart(
    work: Work,
    kind: UnitKind,
    parts: UnitParts,
    unit: number,
    handOver: HandOver,
  ): Promise<void> {
    const { inputs } = work
    const run = async (shared: Work['inputs'], trust: Trust): Promise<RunOutcome> => {
      const part = await parts.part(unit, trust)
      return handOver(taskOf(work, kind, { ...(await shared), [INPUT_ROLE]: part }, unit))
    }
    try {
      const outcome = await run(inputs, 'stored')
      const final = metDamage(outcome) ? await run(inputsAnew(work, kind, inputs), 'verify') : outcome
      if (!wasStopped(final)) ends.finish(work, unit, final)
    } catch (error) {
      // Stopped with the program: as with a run that was cancelled, the unit runs again after the restart.
      if (!stopping.aborted) ends.failAll(work, [unit], error)
    }
  }

  return async (work, kind, parts, units, signal) => {
    const handOver = createHandOver(runnerFor(work.requester), clock, listenTo(work, clock, signal))
    parts.keep(units.map(({ unit_index }) => unit_index))
    await Promise.all(
      units.map(({ unit_index }) =>
        parts.inTurn(async () => {
          if (work.wanted.has(unit_index)) await runPart(work, kind, parts, unit_index, handOver)
        }),
      ),
    )
  }
}
