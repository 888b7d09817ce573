import { InvalidArgumentError, type Command } from 'commander'
import type { RenderView } from '#contract'
import { refuse } from '../../../protocol/fault.ts'
import { RenderView as ViewSchema } from '../../../protocol/job-kinds/render-view.ts'
import { numberBetween } from '../../options/arguments.ts'

/** A full vertical angle of view, degrees: about that of a camera’s normal lens. */
const USUAL_ANGLE = 40
const ANGLE_MIN = 1
const ANGLE_MAX = 170

type Point = RenderView['from']

/** The options of a command about the eye of a picture. */
export interface ViewOptions {
  readonly from?: Point
  readonly to?: Point
  readonly angle?: number
}

/** Adds the options about a view in place of a camera. */
export function withViewOptions(command: Command): Command {
  return command
    .option(
      '--from <x,y,z>',
      'look from here instead of from a camera, in metres with y up; with --to',
      point,
    )
    .option('--to <x,y,z>', 'look at this point, such as 0,1,0; with --from', point)
    .option(
      '--angle <degrees>',
      `how much is seen from top to bottom, with --from (default: ${USUAL_ANGLE})`,
      numberBetween(ANGLE_MIN, ANGLE_MAX),
    )
}

/** The view that was asked for; undefined for none. @throws FaultError `bad-input` for options that do not go together */
export function viewGiven({ from, to, angle }: ViewOptions, hasCamera: boolean): RenderView | undefined {
  if (from === undefined && to === undefined && angle === undefined) return undefined
  if (from === undefined || to === undefined)
    refuse('bad-input', 'a view needs both: --from 1,2,3 --to 0,1,0')
  if (hasCamera) refuse('bad-input', 'give --camera or --from and --to, not both')
  const view = ViewSchema.safeParse({ from, to, y_fov: ((angle ?? USUAL_ANGLE) / 180) * Math.PI })
  return view.success ? view.data : refuse('bad-input', '--from and --to are the same point')
}

function point(text: string): Point {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [x = NaN, y = NaN, z = NaN, ...others] = numbers
  if (![x, y, z].every((value) => Math.abs(value) <= 1e6) || others.length > 0) {
    throw new InvalidArgumentError('three numbers of metres, such as 1.5,2,-3, please.')
  }
  return [x, y, z]
}
