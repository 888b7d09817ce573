import { z } from 'zod'

/** 8K television is 7680 wide; beyond that the frame's sums (24 bytes a pixel) outgrow one process. */
export const IMAGE_SIDE_MAX = 8192

/** More than any still needs; the i64 film holds this many samples of any radiance the kernel passes. */
export const SAMPLES_PER_PIXEL_MAX = 65_536

/** A smaller tile spends more on its messages and receipts than on its pixels. */
export const TILE_SIDE_MIN = 8

/** 512² pixels of film are 6.3 MB, which still travels as a handful of chunks. */
export const TILE_SIDE_MAX = 512

/** Russian roulette ends nearly every path before this; the bound keeps a hall of mirrors finite. */
export const BOUNCES_MAX = 64

/** When the last frame of the longest animation is, at one a second. */
export const ANIMATION_SECONDS_MAX = 1_000_000

/** A wider picture's framing camera is that of this shape, and shows more at the sides. */
const ASPECT_MAX = 100

/** No path brings so much radiance: a higher bound would not be one. */
export const RADIANCE_CLAMP_MAX = 1e9

/** Units of one job. A manifest's open ranges, receipts and anchors are all kept per unit. */
export const UNITS_MAX = 1_000_000

/** More samples than this in one unit make the unit too long to lose to a crash, at the default tile. */
export const SAMPLES_PER_UNIT_DEFAULT = 64

/** The part of the parameters that says how a job splits; the same fields as in `RenderParams`. */
export interface RenderSplit {
  readonly width: number
  readonly height: number
  readonly spp: number
  readonly tile: number
  readonly samples_per_unit: number
}

/**
 * Parameters of `render.path-trace`: one picture of a scene.
 *
 * `width` and `height` in pixels, `spp` samples per pixel, `tile` the side of a square tile in pixels,
 * `samples_per_unit` how many of the samples one unit takes (the last range of a pixel may be shorter), `bounces` the
 * longest path in surface hits after the first, `camera` the index among the file's cameras (absent: the first, or a
 * framing one where the file has none), `clamp` the most radiance that one path may bring of indirect light, which two
 * surfaces or more have scattered (absent: any; with it rare bright specks go, and a little light of caustics; lamps in sight
 * or in a mirror stay as bright as they are), `seconds` the time in the file's animations (absent: at rest),
 * `scene_digest` the SHA-256 of the packed scene that the requester built of the job's inputs: a peer that builds
 * another scene refuses to render it.
 *
 * None of tile, samples_per_unit or the order of units changes a bit of the picture.
 */
export const RenderParams = z
  .strictObject({
    width: z.int().min(1).max(IMAGE_SIDE_MAX).default(640),
    height: z.int().min(1).max(IMAGE_SIDE_MAX).default(480),
    spp: z.int().min(1).max(SAMPLES_PER_PIXEL_MAX).default(64),
    tile: z.int().min(TILE_SIDE_MIN).max(TILE_SIDE_MAX).default(64),
    samples_per_unit: z.int().min(1).max(SAMPLES_PER_PIXEL_MAX).default(SAMPLES_PER_UNIT_DEFAULT),
    bounces: z.int().min(0).max(BOUNCES_MAX).default(6),
    camera: z.int().min(0).max(0xffff).exactOptional(),
    clamp: z.number().positive().max(RADIANCE_CLAMP_MAX).exactOptional(),
    seconds: z.number().min(0).max(ANIMATION_SECONDS_MAX).exactOptional(),
    scene_digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'not a SHA-256')
      .exactOptional(),
  })
  .refine((params) => unitCount(params) <= UNITS_MAX, {
    message: `the job would have more than ${UNITS_MAX} units; use larger tiles or more samples per unit`,
  })
export type RenderParams = z.infer<typeof RenderParams>

/** Pixels `x0 ≤ x < x1`, `y0 ≤ y < y1` (y downwards from the top) and samples `s0 ≤ s < s1` of each. */
export interface UnitRegion {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly s0: number
  readonly s1: number
}

/** Width by height of a picture, as scenes without a camera are framed for it. */
export function framingAspect({ width, height }: Pick<RenderSplit, 'width' | 'height'>): number {
  return Math.min(ASPECT_MAX, width / height)
}

/** How many units a job has: tiles of the picture times sample ranges of a pixel. */
export function unitCount(split: RenderSplit): number {
  return tileCount(split) * Math.ceil(split.spp / split.samples_per_unit)
}

/** The tiles of the picture as a grid. */
export function tileGrid(split: RenderSplit): { readonly columns: number; readonly rows: number } {
  return { columns: tilesAcross(split), rows: tilesDown(split) }
}

/** How many tiles the picture has. Unit n is of tile `n % tileCount(split)`. */
export function tileCount(split: RenderSplit): number {
  return tilesAcross(split) * tilesDown(split)
}

/**
 * The region of unit `index`, `0 ≤ index < unitCount(split)`.
 *
 * Units run through the tiles of the whole picture in rows from the top left before they start on the next
 * range of samples, so that a picture in progress is complete and grainy rather than sharp and half black.
 * Together they cover every sample of every pixel exactly once. Throws a RangeError outside the job: the
 * index of a message is checked where the message is parsed.
 */
export function unitRegion(split: RenderSplit, index: number): UnitRegion {
  if (!Number.isInteger(index) || index < 0 || index >= unitCount(split)) {
    throw new RangeError(`unit ${index} is not one of the job's ${unitCount(split)}`)
  }
  const across = tilesAcross(split)
  const tiles = tileCount(split)
  const range = Math.floor(index / tiles)
  const row = Math.floor((index % tiles) / across)
  const column = (index % tiles) % across
  const [x0, y0, s0] = [column * split.tile, row * split.tile, range * split.samples_per_unit]
  return {
    x0,
    y0,
    x1: Math.min(split.width, x0 + split.tile),
    y1: Math.min(split.height, y0 + split.tile),
    s0,
    s1: Math.min(split.spp, s0 + split.samples_per_unit),
  }
}

function tilesAcross(split: RenderSplit): number {
  return Math.ceil(split.width / split.tile)
}

function tilesDown(split: RenderSplit): number {
  return Math.ceil(split.height / split.tile)
}
