import { cos, sin } from '../../../../../wasm/path-trace/exact-math.ts'
import type { Triple } from '../matrix.ts'
import type { EnvironmentMap } from '../textures/environment.ts'

/** Radiance of distant light from a direction, linear Rec. 709. The direction has length 1; +y is up. */
export type Radiance = (direction: Triple) => Triple

/** Width and height of a map, pixels. */
export interface MapSize {
  readonly width: number
  readonly height: number
}

/** The direction of a point of a map from 0 to 1: rows from the zenith down, the middle of a row is −z, and u grows towards +x. */
export function directionAt(u: number, v: number): Triple {
  const [polar, azimuth] = [v * Math.PI, (u - 0.5) * 2 * Math.PI]
  const horizontal = sin(polar)
  return [horizontal * sin(azimuth), cos(polar), -horizontal * cos(azimuth)]
}

/** Draws a map of distant light, by the middle of each pixel. */
export function directionMap({ width, height }: MapSize, radiance: Radiance): EnvironmentMap {
  const map: EnvironmentMap = { kind: 'map', width, height, pixels: new Float32Array(width * height * 3) }
  drawRows(map, 0, height, radiance)
  return map
}

/** Draws some rows of a map. Sines and cosines are taken once a row and once a column: they are most of the work. */
export function drawRows(map: EnvironmentMap, from: number, to: number, radiance: Radiance): void {
  const { width, height, pixels } = map
  const columns = Array.from({ length: width }, (_, x) => directionAt((x + 0.5) / width, 0.5))
  for (let y = from; y < to; y++) {
    const polar = ((y + 0.5) / height) * Math.PI
    const [up, horizontal] = [cos(polar), sin(polar)]
    for (const [x, column] of columns.entries()) {
      const light = radiance([horizontal * column[0], up, horizontal * column[2]])
      pixels.set(light, (y * width + x) * 3)
    }
  }
}

/** Light turned clockwise, seen from above. */
export function turnedRadiance(radiance: Radiance, degrees: number): Radiance {
  if (degrees === 0) return radiance
  const angle = (degrees / 180) * Math.PI
  const [c, s] = [cos(angle), sin(angle)]
  return ([x, y, z]) => radiance([c * x + s * z, y, c * z - s * x])
}

/** A map turned clockwise, seen from above, by whole pixels: each keeps its light. */
export function turnedMap(map: EnvironmentMap, degrees: number): EnvironmentMap {
  const { width, height } = map
  const by = Math.round((degrees / 360) * width)
  const shift = ((by % width) + width) % width
  if (shift === 0) return map
  const pixels = new Float32Array(map.pixels.length)
  for (let y = 0; y < height; y++) {
    const row = map.pixels.subarray(y * width * 3, (y + 1) * width * 3)
    const cut = (width - shift) * 3
    pixels.set(row.subarray(cut), y * width * 3)
    pixels.set(row.subarray(0, cut), (y * width + shift) * 3)
  }
  return { ...map, pixels }
}

/** A map of so many times the radiance. */
export function strengthened(map: EnvironmentMap, strength: number): EnvironmentMap {
  return strength === 1 ? map : { ...map, pixels: map.pixels.map((radiance) => radiance * strength) }
}
