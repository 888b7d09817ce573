import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BRIGHTENED_STOPS_MAX, DARKENED_STOPS_MAX, meterPicture } from './exposure.ts'

/** A picture of grey pixels, in linear light. */
function greys(light: readonly number[]): Float32Array {
  return Float32Array.from(light.flatMap((one) => [one, one, one]))
}

/** A picture of so many pixels of each light. */
function parts(...counted: readonly (readonly [light: number, pixels: number])[]): Float32Array {
  return greys(counted.flatMap(([light, pixels]) => Array<number>(pixels).fill(light)))
}

const stopsOf = (radiance: Float32Array): number => meterPicture(radiance).stops
/** Pictures by the stops of each pixel: from black to lamps in candela. */
const stopsOfPixel = fc.oneof(fc.constant(-40), fc.double({ min: -20, max: 20, noNaN: true }))
const picture = fc.array(stopsOfPixel, { minLength: 40, maxLength: 40 })
const lightOf = (stops: readonly number[]): Float32Array => greys(stops.map((one) => 2 ** one))

describe('metering', () => {
  test('leaves well-lit pictures alone', () => {
    for (const light of [0.35, 0.7, 1]) expect(stopsOf(parts([light, 100]))).toBeCloseTo(0, 6)
  })

  test('brings bright parts that are too dark or too bright to where they show', () => {
    expect(stopsOf(parts([0.35 / 4, 100]))).toBeCloseTo(2, 5)
    expect(stopsOf(parts([4, 100]))).toBeCloseTo(-2, 5)
  })

  test('[G10] never brightens a picture by more than four stops, nor darkens it by more than lamps in candela need', () => {
    fc.assert(
      fc.property(picture, (pixels) => {
        const stops = stopsOf(lightOf(pixels))
        expect(stops).toBeLessThanOrEqual(BRIGHTENED_STOPS_MAX)
        expect(stops).toBeGreaterThanOrEqual(-DARKENED_STOPS_MAX)
      }),
    )
    expect([1e12, 0.008].map((light) => stopsOf(parts([light, 100])))).toEqual([-14, 4])
  })

  test('[G10] shows a scene lit in candela as it shows the same scene lit in watts', () => {
    const watts = [0.9, 100] as const
    const candela = [0.9 * 683, 100] as const
    expect(0.9 * 683 * 2 ** stopsOf(parts(candela))).toBeCloseTo(1, 5)
    expect(stopsOf(parts(watts))).toBeCloseTo(0, 5)
  })

  test('[G10] does not count a black background', () => {
    const object: readonly [number, number] = [0.5, 100]
    expect(stopsOf(parts(object, [0, 900]))).toBeCloseTo(stopsOf(parts(object)), 12)
    expect(stopsOf(parts([0.1, 100], [0, 900]))).toBeCloseTo(stopsOf(parts([0.1, 100])), 12)
  })

  test('does not raise the noise of a picture that is black but for it', () => {
    expect(meterPicture(parts([2e-5, 200], [0, 800]))).toEqual({ stops: 0, isDark: true })
    expect(meterPicture(parts([0, 100]))).toEqual({ stops: 0, isDark: true })
    expect(meterPicture(new Float32Array(0))).toEqual({ stops: 0, isDark: false })
  })

  test('tells a dark scene from one that shows something', () => {
    expect(meterPicture(parts([0.02, 100])).isDark).toBe(false)
    expect(meterPicture(parts([5, 3], [0, 97])).isDark).toBe(false)
    expect(meterPicture(parts([5, 1], [0, 99])).isDark).toBe(true)
    expect(meterPicture(parts([0.001, 100])).isDark).toBe(true)
  })

  test('[G10] brightens no further than highlights keep their shape', () => {
    // A dim room with a window: the room alone would have had three stops.
    const [room, window] = [0.35 / 8, 0.5]
    expect(stopsOf(parts([room, 100]))).toBeCloseTo(3, 5)
    expect(stopsOf(parts([room, 96], [window, 4]))).toBeCloseTo(1, 5)
    // One that is brighter than that already stays as bright as it is.
    expect(stopsOf(parts([room, 96], [50, 4]))).toBe(0)
  })

  test('[G10] has no cliff: however two pictures differ, exposures between them run through without a jump', () => {
    fc.assert(
      fc.property(picture, picture, (one, other) => {
        const between = (part: number) =>
          stopsOf(lightOf(one.map((stops, i) => stops + ((other[i] ?? 0) - stops) * part)))
        expect(jumpOf(between)).toBeLessThan(0.05)
      }),
    )
  })

  test('a brighter scene is never shown darker', () => {
    let last = 0
    for (let stops = -15; stops < 12; stops += 0.05) {
      const shown = 2 ** (stops + stopsOf(parts([2 ** stops, 100])))
      expect(shown).toBeGreaterThanOrEqual(last * (1 - 1e-6))
      last = shown
    }
  })

  test('what is no light counts as black, and endless light as the most there is', () => {
    const odd = parts([Number.NaN, 10], [-1, 10], [0.1, 30])
    expect(stopsOf(odd)).toBeCloseTo(stopsOf(parts([0, 20], [0.1, 30])), 12)
    expect(stopsOf(parts([Infinity, 50]))).toBe(-14)
  })
})

/** The largest jump of a function over 0 to 1: it is looked for where halves differ most, down to what floats can tell. */
function jumpOf(value: (at: number) => number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2
    const isBelow = Math.abs(value(middle) - value(low)) > Math.abs(value(high) - value(middle))
    if (isBelow) high = middle
    else low = middle
  }
  return Math.abs(value(high) - value(low))
}
