import type { JobKind } from '../job-kind.ts'
import { submitNoopCommand } from './submit-noop.ts'

/** Units that do nothing, to try a mesh: a command for development. */
export const noopKind: JobKind<'noop'> = {
  isForDevelopment: true,
  commands: (terminal) => [submitNoopCommand(terminal)],
  resultFormat: () => undefined,
}
