import { encode } from 'fast-png'

/** A PNG of noise, which nothing compresses: about three bytes a pixel, the same for the same seed. */
export function createRandomPng(seed: number, width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 3)
  let state = Math.imul(seed, 0x9e3779b1) | 1
  for (let i = 0; i < data.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    data[i] = state >>> 24
  }
  // Stored as it is: looking for what repeats in noise takes most of the time and saves nothing.
  return encode({ width, height, data, channels: 3, depth: 8 }, { zlib: { level: 0 } })
}
