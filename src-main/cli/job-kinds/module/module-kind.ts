import type { JobKind } from '../job-kind.ts'
import { runCommand } from './run-command.ts'
import { submitJobCommand } from './submit-job.ts'

/** Modules: run here, or on the mesh. A result is bytes that only the module's author knows the form of. */
export const moduleKind: JobKind<'module'> = {
  commands: (terminal) => [runCommand(terminal), submitJobCommand(terminal)],
  resultFormat: () => undefined,
}
