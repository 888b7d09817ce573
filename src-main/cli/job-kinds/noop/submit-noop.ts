import type { Command } from 'commander'
import { submittedAs } from '#contract'
import { JOB_UNITS_MAX, REDUNDANCY_MAX } from '../../../protocol/limits.ts'
import { newCommand } from '../../daemon/peer-command.ts'
import { integerBetween } from '../../options/arguments.ts'
import type { Terminal } from '../../output/terminal.ts'
import { submitAndFollow, type SubmissionOptions } from '../submission.ts'

interface NoopOptions extends SubmissionOptions {
  readonly units?: number
  readonly redundancy?: number
}

/** The command `submit-noop`. */
export function submitNoopCommand(terminal: Terminal): Command {
  return newCommand('submit-noop', 'run units that do nothing, to try a mesh', 'meshctl submit-noop --wait')
    .option('--units <count>', 'how many (default: 10)', integerBetween(1, JOB_UNITS_MAX))
    .option(
      '--redundancy <peers>',
      'peers that run each unit (default: 2)',
      integerBetween(1, REDUNDANCY_MAX),
    )
    .option('--wait', 'stay until the job is done')
    .option('--out <file>', 'wait, then save the outputs, one after the other')
    .action((options: NoopOptions) => submitNoop(terminal, options))
}

async function submitNoop(terminal: Terminal, options: NoopOptions): Promise<void> {
  const { units, redundancy } = options
  await submitAndFollow(terminal, options, {
    async submit(calls, wait) {
      wait.isSubmitting = true
      const answer = await calls.jobs.submit({
        kind: 'noop',
        ...(units === undefined ? {} : { units }),
        ...(redundancy === undefined ? {} : { redundancy }),
      })
      return submittedAs('noop', answer)
    },
    acceptedText: ({ job_id, units: count }) => `${job_id}: ${count} units`,
  })
}
