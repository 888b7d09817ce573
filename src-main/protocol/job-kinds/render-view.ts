import { z } from 'zod'

/** As far out as a scene may reach, metres. */
const COORDINATE_MAX = 1e6
/** Vertical angles of view, radians: from half a degree to a fish's eye. */
const Y_FOV_MIN = 0.01
const Y_FOV_MAX = 3

const Coordinate = z.number().min(-COORDINATE_MAX).max(COORDINATE_MAX)
const Point = z.tuple([Coordinate, Coordinate, Coordinate])

/**
 * A view of a scene in place of one of its cameras: an eye that looks from a point to another, upright, which is +y. Metres;
 * `y_fov` is the full vertical angle of view in radians.
 */
export const RenderView = z
  .strictObject({ from: Point, to: Point, y_fov: z.number().min(Y_FOV_MIN).max(Y_FOV_MAX) })
  .refine(({ from, to }) => from.some((value, axis) => value !== to[axis]), 'an eye that looks at itself')
export type RenderView = z.infer<typeof RenderView>
