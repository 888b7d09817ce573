import { z } from 'zod'
import { MADE_LIGHTS } from './made-lights.ts'

/** Light is not made weaker or stronger than by these factors: beyond, numbers of the film run out. */
export const LIGHT_STRENGTH_MIN = 0.01
export const LIGHT_STRENGTH_MAX = 100
/** Turbidities for which Preetham's sky was fitted: from clear air to haze. */
export const TURBIDITY_MIN = 2
export const TURBIDITY_MAX = 10

/** Degrees, seen from above and clockwise; 0 leaves a light as it is. */
const Turn = z.number().min(-360).max(360)
const Strength = z.number().min(LIGHT_STRENGTH_MIN).max(LIGHT_STRENGTH_MAX)

/**
 * The light around a scene, instead of what its file brings or lacks. Lamps of the file shine beside it.
 *
 * - `own`: nothing around the scene; its own lamps alone.
 * - one of `MADE_LIGHTS`, or `picture`: the .hdr picture that is handed over with the scene. Turned clockwise, seen from above.
 * - `sky`: sun and clear sky. The sun's azimuth is counted from −z, which is north, by east, which is +x. Turbidity is how hazy
 *   the air is: 2 very clear, 3 a fine day, 6 haze.
 *
 * Strength multiplies the radiance. A picture's exposure follows its light, so that it shows beside the file's own lamps.
 */
export const RenderLight = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('own') }),
  z.strictObject({
    kind: z.enum([...MADE_LIGHTS, 'picture']),
    turn_degrees: Turn.default(0),
    strength: Strength.default(1),
  }),
  z.strictObject({
    kind: z.literal('sky'),
    sun_elevation: z.number().min(0).max(90).default(35),
    sun_azimuth: Turn.default(135),
    turbidity: z.number().min(TURBIDITY_MIN).max(TURBIDITY_MAX).default(3),
    strength: Strength.default(1),
  }),
])
export type RenderLight = z.infer<typeof RenderLight>
