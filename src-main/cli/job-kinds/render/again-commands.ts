import type { Command } from 'commander'
import { submittedAs, type SubmittedRender } from '#contract'
import type { ApiCalls } from '../../../api/transport/client.ts'
import { refuse } from '../../../protocol/fault.ts'
import type { JobId } from '../../../protocol/ids.ts'
import { IMAGE_SIDE_MAX, SAMPLES_PER_PIXEL_MAX } from '../../../protocol/job-kinds/render-tasks.ts'
import { REDUNDANCY_MAX } from '../../../protocol/limits.ts'
import { newCommand } from '../../daemon/peer-command.ts'
import { integerBetween } from '../../options/arguments.ts'
import { jobId } from '../../options/job-arguments.ts'
import type { Terminal } from '../../output/terminal.ts'
import { submitAndFollow, type RequestFor, type SubmissionOptions } from '../submission.ts'
import { followCleaning } from './follow-cleaning.ts'
import { pictureFormat } from './picture-format.ts'

/** Settings that are to be other than the job's. */
interface AgainOptions extends SubmissionOptions {
  readonly width?: number
  readonly height?: number
  readonly spp?: number
  readonly redundancy?: number
}

/** Commands that render a picture once more, or go on with one that was stopped. */
export function againCommands(terminal: Terminal): Command[] {
  const rerun = newCommand(
    'rerun-job',
    'render a picture once more, with the same settings or some changed',
    'meshctl rerun-job render-k3vx8m2q --spp 512 --out house.png',
  )
    .option(
      '--width <pixels>',
      'another width (default: as the job has it)',
      integerBetween(1, IMAGE_SIDE_MAX),
    )
    .option(
      '--height <pixels>',
      'another height (default: as the job has it)',
      integerBetween(1, IMAGE_SIDE_MAX),
    )
    .option(
      '--spp <count>',
      'other samples per pixel (default: as the job has it)',
      integerBetween(1, SAMPLES_PER_PIXEL_MAX),
    )
    .option(
      '--redundancy <peers>',
      'another number of peers that render each unit (default: as the job has it)',
      integerBetween(1, REDUNDANCY_MAX),
    )
  const goOn = newCommand(
    'continue-job',
    'go on with a cancelled or failed render: a new job takes over what is verified',
    'meshctl continue-job render-k3vx8m2q --out house.png',
  )
  return [
    following(terminal, rerun, renderedAgain),
    following(terminal, goOn, (calls, job_id) => calls.render.continue({ job_id })),
  ]
}

/** Renders once more; with changed settings of the job's own files. @throws FaultError `blob-missing` */
async function renderedAgain(
  calls: ApiCalls,
  job_id: JobId,
  { width, height, spp, redundancy }: AgainOptions,
): Promise<SubmittedRender> {
  const changes = Object.entries({ width, height, spp, redundancy }).filter(
    ([, value]) => value !== undefined,
  )
  if (changes.length === 0) return calls.render.again({ job_id })
  const { scene, scene_name: _name, frames, encrypt, ...settings } = await calls.render.recipe({ job_id })
  if (scene === undefined) {
    refuse('blob-missing', `the scene of ${job_id} is no longer here: render its file with submit-render`)
  }
  const request: RequestFor<'render'> = {
    kind: 'render',
    ...scene,
    ...settings,
    ...(frames === undefined ? {} : { frames }),
    ...(encrypt ? { encrypt } : {}),
    ...Object.fromEntries(changes),
  }
  return submittedAs('render', await calls.jobs.submit(request))
}

/** A command on a job that submits another, and waits for it where that is asked for. */
function following(
  terminal: Terminal,
  command: Command,
  submit: (calls: ApiCalls, job: JobId, options: AgainOptions) => Promise<SubmittedRender>,
): Command {
  return command
    .argument('<id>', 'the job', jobId)
    .option('--wait', 'stay until the picture is done')
    .option('--out <file>', 'wait, then save the picture as .png or .exr; of an animation the first frame')
    .action(async (job_id: JobId, options: AgainOptions) => {
      const { out } = options
      await submitAndFollow<SubmittedRender>(terminal, options, {
        ...(out === undefined ? {} : { format: pictureFormat(out) }),
        followResult: followCleaning,
        submit: (calls, wait) => {
          wait.isSubmitting = true
          return submit(calls, job_id, options)
        },
        acceptedText,
        warnings: ({ warnings }) => warnings.map(({ message }) => message),
      })
    })
}

function acceptedText({ job_id, job_ids, units, taken_units: taken }: SubmittedRender): string {
  const jobs = job_ids.length === 1 ? '' : ` and ${job_ids.length - 1} more jobs`
  return `${job_id}${jobs}: ${units} units${taken === undefined || taken === 0 ? '' : `, ${taken} of them done already`}`
}
