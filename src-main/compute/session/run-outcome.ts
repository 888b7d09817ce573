import { join } from 'node:path'
import type { RunOutcome, RunOutput } from '../../ports/runner.ts'
import { failure, type Fault } from '../../protocol/fault.ts'
import type { TaskOutput, TaskResult } from '../messages/output.ts'
import type { HostLoss } from './supervisor.ts'

/** A failed task's outcome. */
export function failed(fault: Fault): RunOutcome {
  return { kind: 'failed', fault }
}

/** A host's result as an outcome. @param staging the folder with the outputs that are files */
export function runOutcome(outcome: TaskResult['outcome'], staging: string): RunOutcome {
  if (outcome.kind === 'failed') return outcome
  const { output, extras, info, metrics } = outcome
  return {
    kind: 'done',
    output: runOutput(output, staging),
    extras: Object.fromEntries(
      Object.entries(extras).map(([role, extra]) => [role, runOutput(extra, staging)]),
    ),
    info,
    metrics,
  }
}

function runOutput(output: TaskOutput, staging: string): RunOutput {
  if (output.kind === 'bytes') return output
  return { kind: 'file', path: join(staging, output.file), bytes: output.bytes }
}

/** The fault of a task that is given up because hosts died. @param isHopeless whether hosts do not even start */
export function lossFault({ reason, lacksMemory }: HostLoss, isHopeless: boolean): Fault {
  if (isHopeless) return failure('runner-lost', `the compute host does not start: ${reason}`).fault
  if (lacksMemory) return failure('memory-exhausted', `even alone: ${reason}`).fault
  return failure('runner-lost', `the compute host died each time this ran: ${reason}`).fault
}
