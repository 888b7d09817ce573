import { InvalidArgumentError, Option, type Command } from 'commander'
import { sunPosition, type RenderLight } from '#contract'
import { refuse } from '../../../protocol/fault.ts'
import { MADE_LIGHTS } from '../../../protocol/job-kinds/made-lights.ts'
import {
  LIGHT_STRENGTH_MAX,
  LIGHT_STRENGTH_MIN,
  TURBIDITY_MAX,
  TURBIDITY_MIN,
} from '../../../protocol/job-kinds/render-light.ts'
import { dateMs, numberBetween } from '../../options/arguments.ts'

/** Directions of the sun in the sky, degrees. */
interface Sun {
  readonly elevation: number
  readonly azimuth: number
}

/** As the contract has it. */
const USUAL_SUN: Sun = { elevation: 35, azimuth: 135 }

/** The options of a command about the light around a scene. */
export interface LightOptions {
  readonly environment?: string
  readonly light?: RenderLight['kind']
  readonly lightTurn?: number
  readonly lightStrength?: number
  readonly sun?: Sun
  readonly sunAt?: Sun
  readonly haze?: number
}

/** Adds the options about light. */
export function withLightOptions(command: Command): Command {
  return command
    .option('--environment <file>', 'a .hdr picture of distant light')
    .addOption(
      new Option(
        '--light <name>',
        'the light around the scene, beside its own lamps; own is none (default: the .hdr picture, or studio where the file has no lights)',
      ).choices(['own', 'picture', 'sky', ...MADE_LIGHTS]),
    )
    .option(
      '--light-turn <degrees>',
      'turn it clockwise, seen from above (default: 0)',
      numberBetween(-360, 360),
    )
    .option(
      '--light-strength <factor>',
      'make it stronger or weaker than the scene’s lamps (default: 1)',
      numberBetween(LIGHT_STRENGTH_MIN, LIGHT_STRENGTH_MAX),
    )
    .option(
      '--sun <elevation,azimuth>',
      'sun and sky: degrees above the horizon, and from −z by +x (default: 35,135)',
      sunByAngles,
    )
    .option(
      '--sun-at <time,latitude,longitude>',
      'sun and sky of a moment and place: 2026-06-21T18:00,48.1,11.6; −z is north',
      sunByTime,
    )
    .option(
      '--haze <turbidity>',
      'sun and sky: 2 is very clear air, 6 haze (default: 3)',
      numberBetween(TURBIDITY_MIN, TURBIDITY_MAX),
    )
}

/** The light that was asked for; undefined for none. @throws FaultError `bad-input` for options that do not go together */
export function lightGiven(options: LightOptions): RenderLight | undefined {
  const { environment, lightTurn: turn, lightStrength: strength = 1 } = options
  const isChanged = turn !== undefined || strength !== 1
  const kind = kindGiven(options, isChanged)
  switch (kind) {
    case undefined:
      if (!isChanged) return undefined
      return refuse('bad-input', 'say which light is turned or made stronger: --light studio')
    case 'own':
      if (!isChanged) return { kind }
      return refuse(
        'bad-input',
        'the scene’s own lamps are neither turned nor made stronger: leave --light own out',
      )
    case 'sky':
      if (turn !== undefined) refuse('bad-input', 'a sky is turned by its sun: --sun 35,135')
      return skyGiven(options, strength)
    case 'picture':
      if (environment === undefined) refuse('bad-input', 'give the picture of light: --environment sky.hdr')
      break
    default:
      if (environment !== undefined) refuse('bad-input', `give --environment or --light ${kind}, not both`)
  }
  return { kind, turn_degrees: turn ?? 0, strength }
}

/** The kind of light by its name, or by the options that only one kind has. */
function kindGiven(
  { light, sun, sunAt, haze, environment }: LightOptions,
  isChanged: boolean,
): RenderLight['kind'] | undefined {
  const isSky = sun !== undefined || sunAt !== undefined || haze !== undefined
  if (isSky && (light ?? 'sky') !== 'sky') {
    refuse('bad-input', `--sun, --sun-at and --haze are for --light sky, not ${light ?? ''}`)
  }
  if (isSky) return 'sky'
  return light ?? (environment !== undefined && isChanged ? 'picture' : undefined)
}

function skyGiven({ sun, sunAt, haze = 3 }: LightOptions, strength: number): RenderLight {
  if (sun !== undefined && sunAt !== undefined) refuse('bad-input', 'give --sun or --sun-at, not both')
  const { elevation, azimuth } = sun ?? sunAt ?? USUAL_SUN
  return { kind: 'sky', sun_elevation: elevation, sun_azimuth: azimuth, turbidity: haze, strength }
}

function sunByAngles(text: string): Sun {
  const [elevation = NaN, azimuth = NaN, ...others] = numbersOf(text)
  const isSun = elevation >= 0 && elevation <= 90 && Math.abs(azimuth) <= 360
  if (isSun && others.length === 0) return { elevation, azimuth }
  throw new InvalidArgumentError(
    'degrees above the horizon from 0 to 90 and a direction from -360 to 360, such as 35,135, please.',
  )
}

function sunByTime(text: string): Sun {
  const [time = '', ...rest] = text.split(',')
  const atMs = dateMs(time.trim())
  const [latitude = NaN, longitude = NaN, ...others] = numbersOf(rest.join(','))
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && others.length === 0
  if (Number.isNaN(atMs) || !isPlace) {
    throw new InvalidArgumentError(
      'a time, a latitude and a longitude, such as 2026-06-21T18:00,48.1,11.6, please.',
    )
  }
  const { elevation, azimuth } = sunPosition({ atMs, latitude, longitude })
  if (elevation < 0) throw new InvalidArgumentError('the sun is below the horizon then and there.')
  return { elevation, azimuth }
}

function numbersOf(text: string): number[] {
  return text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
}
