import { MADE_LIGHTS, type RenderLight } from '#contract'

/** The choices of light: the scene's own matter, a light by name, sun and sky, or the dropped picture. */
export const LIGHT_CHOICES = ['auto', 'own', ...MADE_LIGHTS, 'sky', 'picture'] as const
export type LightChoice = (typeof LIGHT_CHOICES)[number]

/** A light is made stronger or weaker by so many stops at the most; each stop is a factor of 2. */
export const STRENGTH_STOPS_MAX = 4
export const SUN_ELEVATION_MAX = 90
/** The haze of the air, as turbidity. */
export const HAZE_MIN = 2
export const HAZE_MAX = 10

/** The contents of the form's field of light. */
export interface LightForm {
  /** `auto` is the dropped picture where there is one, and else up to the file; a studio where it has no lights. */
  readonly choice: LightChoice
  /** Degrees clockwise, seen from above, 0 to 359. */
  readonly turn: number
  readonly strengthStops: number
  /** Degrees above the horizon, and from north (−z) by east (+x). */
  readonly sunElevation: number
  readonly sunAzimuth: number
  readonly haze: number
}

/** The light of a user who has chosen none. */
export const FIRST_LIGHT: LightForm = {
  choice: 'auto',
  turn: 0,
  strengthStops: 0,
  sunElevation: 35,
  sunAzimuth: 135,
  haze: 3,
}

/** The choice that is shown as taken: a dropped picture is the light until another is chosen. */
export function choiceOf({ choice }: LightForm, hasPicture: boolean): LightChoice {
  if (choice === 'auto' && hasPicture) return 'picture'
  return choice === 'picture' && !hasPicture ? 'auto' : choice
}

/** The light in the contract's terms; undefined where it is left to the file or its picture as it is. */
export function lightOf(form: LightForm, hasPicture: boolean): RenderLight | undefined {
  const choice = choiceOf(form, hasPicture)
  const strength = 2 ** form.strengthStops
  const turned = { turn_degrees: form.turn, strength }
  switch (choice) {
    case 'auto':
      return undefined
    case 'own':
      return { kind: 'own' }
    case 'sky':
      return {
        ...{ kind: 'sky', strength, turbidity: form.haze },
        ...{ sun_elevation: form.sunElevation, sun_azimuth: form.sunAzimuth },
      }
    case 'picture':
      return form.turn === 0 && strength === 1 ? undefined : { kind: 'picture', ...turned }
    default:
      return { kind: choice, ...turned }
  }
}

/** The form with the light of a job, to be changed. */
export function formOfLight(light: RenderLight | undefined): LightForm {
  if (light === undefined) return FIRST_LIGHT
  switch (light.kind) {
    case 'own':
      return { ...FIRST_LIGHT, choice: 'own' }
    case 'sky':
      return {
        ...{ ...FIRST_LIGHT, choice: 'sky', strengthStops: stopsOf(light.strength), haze: light.turbidity },
        ...{ sunElevation: light.sun_elevation, sunAzimuth: whole(light.sun_azimuth) },
      }
    default:
      return {
        ...{ ...FIRST_LIGHT, choice: light.kind },
        ...{ turn: whole(light.turn_degrees), strengthStops: stopsOf(light.strength) },
      }
  }
}

/** The light of a kept text; what is not understood in it is as at first. A picture of light belongs to its scene. */
export function lightFrom(kept: unknown): LightForm {
  const known = new Map(Object.entries(typeof kept === 'object' && kept !== null ? kept : {}))
  const within = (key: keyof LightForm & keyof typeof RANGES): number => {
    const [min, max] = RANGES[key]
    const value: unknown = known.get(key)
    return typeof value === 'number' && value >= min && value <= max ? value : FIRST_LIGHT[key]
  }
  const choice = LIGHT_CHOICES.find((each) => each === known.get('choice') && each !== 'picture')
  return {
    choice: choice ?? FIRST_LIGHT.choice,
    turn: within('turn'),
    strengthStops: within('strengthStops'),
    sunElevation: within('sunElevation'),
    sunAzimuth: within('sunAzimuth'),
    haze: within('haze'),
  }
}

const RANGES = {
  turn: [0, 359],
  strengthStops: [-STRENGTH_STOPS_MAX, STRENGTH_STOPS_MAX],
  sunElevation: [0, SUN_ELEVATION_MAX],
  sunAzimuth: [0, 359],
  haze: [HAZE_MIN, HAZE_MAX],
} as const

function stopsOf(strength: number): number {
  return Math.min(STRENGTH_STOPS_MAX, Math.max(-STRENGTH_STOPS_MAX, Math.log2(strength)))
}

/** A direction as 0 to 359 degrees, which is as fine as the form has them. */
function whole(degrees: number): number {
  return ((Math.round(degrees) % 360) + 360) % 360
}
