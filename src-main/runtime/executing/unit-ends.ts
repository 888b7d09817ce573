import { rm } from 'node:fs/promises'
import type { UnitAttempt } from '../../peer/effect.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import { outputSeal } from '../../protocol/job-key.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { RunOutcome } from '../../ports/runner.ts'
import type { ExecutorDependencies } from './executor-dependencies.ts'
import { forget, noteRun, type Work } from './job-at-work.ts'

/** Receipts that could not be written down are tried again after this, and after twice the last pause each further time. */
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000

/** Reports units that ended: a receipt is written down, or the unit is handed back. */
export interface UnitEnds {
  /** A run ended. */
  finish(work: Work, unit: number, outcome: RunOutcome): void
  /** Units could not be run. */
  failAll(work: Work, units: readonly number[], error: unknown): void
  /** A defect of ours kept units from being told of. */
  handBack(work: Work, units: readonly UnitAttempt[], error: unknown): void
  /** Receipts are to be written down; their outputs are stored. */
  deliver(work: Work, receipts: ExecutionReceipt[]): Promise<void>
}

/** Creates it for all jobs of an executor. */
export function createUnitEnds({
  clock,
  dispatch,
  defects,
  signal,
}: Pick<ExecutorDependencies, 'clock' | 'dispatch' | 'defects' | 'signal'>): UnitEnds {
  /** Units that could not be run: by a fault that says why, or by a defect, which says nothing of them. */
  function failAll(work: Work, units: readonly number[], error: unknown): void {
    // Stopped with the program: the units are still queued in the journal, and run again after the restart.
    if (signal.aborted) return
    const fault = asNotRun(defects.faultOf(error, `running units of ${work.job}`))
    for (const unit of units) finish(work, unit, { kind: 'failed', fault })
  }

  function finish(work: Work, unit_index: number, outcome: RunOutcome): void {
    const attempt = work.wanted.get(unit_index)
    if (attempt === undefined) {
      discard(outcome, defects.ignoreFaults(`letting go of an output of ${work.job}`))
      return
    }
    forget(work, unit_index)
    if (outcome.kind === 'done') noteRun(work, outcome.metrics.wall_ms, clock.nowMs())
    if (outcome.kind === 'failed' && outcome.fault.kind === 'internal') {
      handBack(work, [{ unit_index, attempt }], new FaultError(outcome.fault))
    } else {
      const seal = work.key === undefined ? undefined : outputSeal(work.key, unit_index)
      work.finished.add({ unit_index, attempt, outcome, seal })
    }
  }

  /** A defect of ours says nothing of a unit: its requester has it back, and the log has the defect. */
  function handBack(
    { requester, job, parts: split }: Work,
    units: readonly UnitAttempt[],
    error: unknown,
  ): void {
    if (signal.aborted) return
    const place = `running units of ${job}`
    defects.faultOf(error, place)
    split?.letGo(units.map(({ unit_index }) => unit_index))
    const event = {
      requester,
      job_id: job,
      units: units.map(({ unit_index, attempt }) => ({ unit_index, attempt })),
    }
    dispatch({ kind: 'units-handed-back', at_ms: clock.nowMs(), ...event }).catch(defects.ignoreFaults(place))
  }

  /**
   * Writes receipts down, as often as it takes: the disk may be full, and what ran is not to be lost. A stopped loop takes
   * no more; the units are still queued in the journal and run again after the restart.
   */
  async function deliver(work: Work, receipts: ExecutionReceipt[]): Promise<void> {
    for (let waitMs = RETRY_MS_MIN; !signal.aborted && !work.over.signal.aborted; waitMs *= 2) {
      try {
        await tell(work, receipts)
        return
      } catch (error) {
        const { kind } = defects.faultOf(error, `keeping outputs of ${work.job}`)
        if (kind === 'cancelled') return
        await new Promise<void>((resolve) => clock.after(Math.min(RETRY_MS_MAX, waitMs), resolve))
      }
    }
  }

  async function tell(work: Work, receipts: ExecutionReceipt[]): Promise<void> {
    const { requester, job, engine } = work
    const ran = engine === undefined ? {} : { engine }
    const at_ms = clock.nowMs()
    await dispatch({ kind: 'units-ran', at_ms, requester, job_id: job, receipts, ...ran })
    work.parts?.letGo(receipts.map(({ unit_index }) => unit_index))
  }

  return { finish, failAll, handBack, deliver }
}

/** Deletes an unwanted output file, which would else lie there unencrypted until the next start. */
function discard(outcome: RunOutcome, failed: (error: unknown) => void): void {
  if (outcome.kind === 'failed' || outcome.output.kind !== 'file') return
  rm(outcome.output.path, { force: true }).catch(failed)
}

/** Of a unit that never ran: only one that did may say that its time was up. */
function asNotRun(fault: Fault): Fault {
  return fault.kind === 'timed-out' ? { ...fault, kind: 'unreachable' } : fault
}
