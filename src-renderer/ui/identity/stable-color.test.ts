import { expect, it } from 'vitest'
import { stableColor } from './stable-color.ts'

/** The surfaces of both themes that colours stand on, as in theme/tokens.css. */
const SURFACES = ['#ffffff', '#f5f7f6', '#161c1b', '#0f1413']

/** Relative luminance (WCAG 2.2) of linear light. */
const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
const ofHex = (hex: string) =>
  luminance(
    [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    }),
  )

/** Linear sRGB of an OKLCH colour (Ottosson, "A perceptual color space for image processing"), clipped to the gamut. */
function ofOklch(text: string): number {
  const [lightness, chroma, hue] = /oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/.exec(text)!.slice(1).map(Number)
  const a = chroma! * Math.cos((hue! * Math.PI) / 180)
  const b = chroma! * Math.sin((hue! * Math.PI) / 180)
  const l = (lightness! + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness! - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness! - 0.0894841775 * a - 1.291485548 * b) ** 3
  return luminance(
    [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
    ].map((channel) => Math.min(1, Math.max(0, channel))),
  )
}

const keys = Array.from({ length: 500 }, (_, index) => `12D3KooW${(index * 7919).toString(36)}`)

it('a key always has the same colour', () => {
  expect(keys.map(stableColor)).toEqual(keys.map(stableColor))
})

it('keys spread evenly over the colours', () => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(stableColor(key), (counts.get(stableColor(key)) ?? 0) + 1)
  expect(counts.size).toBe(20)
  expect(Math.max(...counts.values())).toBeLessThan((3 * keys.length) / 20)
})

it('every colour has a contrast of at least 3 to every surface (WCAG 2.2, 1.4.11)', () => {
  for (const color of new Set(keys.map(stableColor)))
    for (const surface of SURFACES) {
      const [low, high] = [ofOklch(color), ofHex(surface)].sort((a, b) => a - b)
      expect((high! + 0.05) / (low! + 0.05), `${color} on ${surface}`).toBeGreaterThanOrEqual(3)
    }
})
