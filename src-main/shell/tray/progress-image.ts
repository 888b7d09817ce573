/** Pixels of the icon: two for each of its points. */
export const PROGRESS_PIXELS = 32
/** The icon changes so often while a job runs: more could not be told apart. */
const STEPS = 24

/** The ring, in pixels from the centre. */
const [RING_INNER, RING_OUTER] = [6.5, 12.5]
/** The ground's corners, as on the other icons. */
const CORNER = 8.5
/** A pixel is looked at in so many places along each side, for smooth edges. */
const SAMPLES = 4

/** Red, green, blue and how opaque, each 0 to 1. */
type Colour = readonly [number, number, number, number]
const CLEAR: Colour = [0, 0, 0, 0]
const GROUND: Colour = [15 / 255, 118 / 255, 110 / 255, 1]
const DONE: Colour = [1, 1, 1, 1]
const LEFT: Colour = [95 / 255, 165 / 255, 159 / 255, 1]
/** For macOS, which colours its template images itself. */
const TEMPLATE_DONE: Colour = [0, 0, 0, 1]
const TEMPLATE_LEFT: Colour = [0, 0, 0, 0.3]

/** The step of the ring at which a job is that is so far, 0 to 1; full only when all is done. */
export function progressStep(fraction: number): number {
  return Math.floor(Math.min(1, Math.max(0, fraction)) * STEPS)
}

/**
 * The tray's icon at a step: a ring that fills clockwise from the top, on the ground of the other icons; for macOS a
 * template without one. Rows of `PROGRESS_PIXELS` from the top, a pixel as blue, green, red and alpha, premultiplied.
 */
export function progressBitmap(step: number, isTemplate: boolean): Buffer {
  const filled = Math.min(STEPS, Math.max(0, step)) / STEPS
  const bitmap = Buffer.alloc(PROGRESS_PIXELS ** 2 * 4)
  for (let pixel = 0; pixel < PROGRESS_PIXELS ** 2; pixel++) {
    const sum = [0, 0, 0, 0]
    for (let sample = 0; sample < SAMPLES ** 2; sample++) {
      const x = (pixel % PROGRESS_PIXELS) + ((sample % SAMPLES) + 0.5) / SAMPLES - PROGRESS_PIXELS / 2
      const y =
        Math.floor(pixel / PROGRESS_PIXELS) +
        (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES -
        PROGRESS_PIXELS / 2
      const [red, green, blue, alpha] = colourAt(x, y, filled, isTemplate)
      for (const [channel, value] of [blue, green, red, 1].entries())
        sum[channel] = (sum[channel] ?? 0) + value * alpha
    }
    for (const [channel, value] of sum.entries())
      bitmap[pixel * 4 + channel] = Math.round((value / SAMPLES ** 2) * 255)
  }
  return bitmap
}

/** The colour at a place, counted from the icon's centre. */
function colourAt(x: number, y: number, filled: number, isTemplate: boolean): Colour {
  const distance = Math.hypot(x, y)
  if (distance >= RING_INNER && distance <= RING_OUTER) {
    const turn = (Math.atan2(x, -y) / (2 * Math.PI) + 1) % 1
    if (turn < filled) return isTemplate ? TEMPLATE_DONE : DONE
    return isTemplate ? TEMPLATE_LEFT : LEFT
  }
  return isTemplate || isOutside(x, y) ? CLEAR : GROUND
}

/** Whether a place is outside of a square with round corners. */
function isOutside(x: number, y: number): boolean {
  const flat = PROGRESS_PIXELS / 2 - CORNER
  return Math.hypot(Math.max(0, Math.abs(x) - flat), Math.max(0, Math.abs(y) - flat)) > CORNER
}
