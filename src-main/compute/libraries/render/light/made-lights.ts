import type { MadeLight } from '../../../../protocol/job-kinds/made-lights.ts'
import type { Triple } from '../matrix.ts'
import { mix, smooth } from './blend.ts'
import type { MapSize, Radiance } from './direction-map.ts'
import { STUDIO_SIZE, studioRadiance } from './studio.ts'

/** A light of our own: what shines from each direction, and the map that is fine enough for its edges. */
interface LightDesign extends MapSize {
  readonly radiance: Radiance
}

/** Fine enough for edges that mirrors show. */
const SHARP_SIZE: MapSize = { width: 512, height: 256 }

/** A rectangle of light on one of the walls of a room around the scene: where on the wall, in units of the wall's distance. */
interface Panel {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
  readonly radiance: Triple
  /** How far its edge is blurred. */
  readonly edge: number
}

/** All lights that are made by name. */
export const LIGHT_DESIGNS: Readonly<Record<MadeLight, LightDesign>> = {
  studio: { ...STUDIO_SIZE, radiance: studioRadiance },
  'soft-boxes': { ...SHARP_SIZE, radiance: softBoxesRadiance },
  'window-room': { ...SHARP_SIZE, radiance: windowRoomRadiance },
  overcast: { ...STUDIO_SIZE, radiance: overcastRadiance },
}

/** How much of a panel a point of its wall shows, from 0 to 1. */
function panelAt({ left, right, bottom, top, edge }: Panel, along: number, up: number): number {
  const inside = (low: number, high: number, at: number): number =>
    smooth(low - edge, low + edge, at) * (1 - smooth(high - edge, high + edge, at))
  return inside(left, right, along) * inside(bottom, top, up)
}

const DARK_STUDIO: Triple = [0.035, 0.035, 0.04]
const TABLE: Triple = [0.07, 0.068, 0.065]
const OVERHEAD: Panel = {
  ...{ left: -0.5, right: 0.5, bottom: -0.42, top: 0.42 },
  radiance: [5.2, 5.2, 5.3],
  edge: 0.05,
}
const KEY: Panel = {
  ...{ left: -0.35, right: 0.75, bottom: -0.1, top: 1.3 },
  radiance: [6.5, 6.2, 5.8],
  edge: 0.03,
}
const RIM: Panel = {
  ...{ left: -0.2, right: 0.2, bottom: -0.2, top: 1.5 },
  radiance: [4.5, 5, 5.8],
  edge: 0.03,
}

/** A dark studio with three soft boxes: overhead, a key on the left, and a narrow rim on the right behind. For things that shine. */
function softBoxesRadiance([x, y, z]: Triple): Triple {
  let light = mix(TABLE, DARK_STUDIO, smooth(-0.1, 0.2, y))
  if (y > 0) light = mix(light, OVERHEAD.radiance, panelAt(OVERHEAD, x / y, z / y))
  // The key hangs on the left, a little to the front; the rim on the right, behind.
  const [left, right] = [-x * 0.8 + z * 0.6, x * 0.7 - z * 0.714]
  if (left > 0) light = mix(light, KEY.radiance, panelAt(KEY, (x * 0.6 + z * 0.8) / left, y / left))
  if (right > 0) light = mix(light, RIM.radiance, panelAt(RIM, (x * 0.714 + z * 0.7) / right, y / right))
  return light
}

const WALL: Triple = [0.23, 0.2, 0.165]
const CEILING: Triple = [0.4, 0.37, 0.32]
const FLOOR: Triple = [0.13, 0.095, 0.065]
/** Daylight from outside: sky above, the other side of the street below. */
const OUTSIDE_SKY: Triple = [6.2, 7, 8.2]
const OUTSIDE_STREET: Triple = [2.2, 2, 1.7]
const WINDOWS: readonly Panel[] = [-0.72, 0.14].map((left) => ({
  ...{ left, right: left + 0.58, bottom: -0.12, top: 0.85 },
  radiance: OUTSIDE_SKY,
  edge: 0.015,
}))
/** The bars of a window, as parts of its width and height. */
const BAR = 0.02

/** A room with warm walls and two windows on the left. */
function windowRoomRadiance([x, y, z]: Triple): Triple {
  const base = mix(mix(FLOOR, WALL, smooth(-0.65, -0.35, y)), CEILING, smooth(0.45, 0.75, y))
  // What is opposite of the windows, on the right, has more of their light.
  const wall = mix(base, [base[0] * 1.5, base[1] * 1.55, base[2] * 1.65], smooth(-0.2, 1, x))
  if (x >= 0) return wall
  const [along, up] = [z / -x, y / -x]
  return WINDOWS.reduce<Triple>((light, window) => {
    const part = panelAt(window, along, up) * panes(window, along, up)
    const outside = mix(OUTSIDE_STREET, window.radiance, smooth(-0.02, 0.12, up))
    return mix(light, outside, part)
  }, wall)
}

/** 0 where a window's bars are: a cross in its middle. */
function panes({ left, right, bottom, top, edge }: Panel, along: number, up: number): number {
  const beside = (distance: number): number => smooth(BAR, BAR + edge, Math.abs(distance))
  return beside(along - (left + right) / 2) * beside(up - (bottom + 2 * top) / 3)
}

/** Luminance of the zenith of an overcast sky. */
const OVERCAST_ZENITH: Triple = [1.02, 1.05, 1.1]
const GRASS: Triple = [0.12, 0.16, 0.07]
const HEDGE: Triple = [0.07, 0.11, 0.05]

/**
 * A garden under clouds: the CIE standard overcast sky, a third as bright at the horizon as above (CIE S 011/E:2003; Moon and
 * Spencer 1942), a hedge around and grass below.
 */
function overcastRadiance([, y]: Triple): Triple {
  const part = (1 + 2 * Math.max(0, y)) / 3
  const sky: Triple = [OVERCAST_ZENITH[0] * part, OVERCAST_ZENITH[1] * part, OVERCAST_ZENITH[2] * part]
  const ground = mix(GRASS, HEDGE, smooth(-0.25, -0.05, y))
  return mix(ground, sky, smooth(0.02, 0.14, y))
}
