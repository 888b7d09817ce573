import { describe, expect, it } from 'vitest'
import { PROGRESS_PIXELS, progressBitmap, progressStep } from './progress-image.ts'

/** A pixel as red, green, blue and alpha. */
function pixel(bitmap: Buffer, x: number, y: number): number[] {
  const at = (y * PROGRESS_PIXELS + x) * 4
  const [blue, green, red, alpha] = bitmap.subarray(at, at + 4)
  return [red!, green!, blue!, alpha!]
}

const TOP = [17, 6] as const
const LEFT = [6, 15] as const
const WHITE = [255, 255, 255, 255]

describe('the tray’s ring', () => {
  it('fills clockwise from the top', () => {
    const [empty, half, full] = [0, 12, 24].map((step) => progressBitmap(step, false))
    expect(pixel(empty!, ...TOP)).not.toEqual(WHITE)
    expect([pixel(half!, ...TOP), pixel(half!, ...LEFT)]).toEqual([WHITE, pixel(empty!, ...LEFT)])
    expect([pixel(full!, ...TOP), pixel(full!, ...LEFT)]).toEqual([WHITE, WHITE])
  })

  it('stands on a ground with round corners, and on none for macOS', () => {
    const [ground, template] = [false, true].map((isTemplate) => progressBitmap(12, isTemplate))
    expect(pixel(ground!, 16, 16)).toEqual([15, 118, 110, 255])
    expect(pixel(ground!, 0, 0)).toEqual([0, 0, 0, 0])
    expect(pixel(template!, 16, 16)).toEqual([0, 0, 0, 0])
    expect(pixel(template!, ...TOP)).toEqual([0, 0, 0, 255])
    expect(pixel(template!, ...LEFT)).toEqual([0, 0, 0, 76])
  })

  it('has few steps, and the last one only when all is done', () => {
    expect([0, 0.041, 0.042, 0.5, 0.999, 1, 2].map(progressStep)).toEqual([0, 0, 1, 12, 23, 24, 24])
  })
})
