import { createCipheriv, hash } from 'node:crypto'

/** The first second of the year in which all units live: 2026-01-01T00:00:00Z. */
const YEAR_BEGINS_S = 1_767_225_600
/** Seconds of that year. */
const YEAR_S = 365 * 24 * 3_600
/** Random bytes made at a time: small requests are served out of these, large ones piece by piece. */
const BLOCK_BYTES = 4 << 10
/** The cipher's plain text: zeros, which it turns into random bytes. */
const ZEROS = new Uint8Array(BLOCK_BYTES)

/** Random bytes of one unit, always the same for the same seed and unit (wasm/ABI.md, "Randomness"). */
export interface RandomStream {
  /** Fills `target` with the next bytes of the stream. */
  fill(target: Uint8Array): void
}

/** The stream of a unit: AES-256 in counter mode, the key the SHA-256 of a text with seed and unit. */
export function createRandomStream(seed: number, unit: number): RandomStream {
  let cipher: ReturnType<typeof createCipheriv> | undefined
  let block = new Uint8Array(0)
  return {
    fill: (target) => {
      cipher ??= createCipheriv('aes-256-ctr', digest('random', seed, unit), new Uint8Array(16))
      for (let at = 0; at < target.byteLength;) {
        if (block.byteLength === 0) block = cipher.update(ZEROS)
        const part = block.subarray(0, target.byteLength - at)
        target.set(part, at)
        block = block.subarray(part.byteLength)
        at += part.byteLength
      }
    },
  }
}

/** The second, since 1970, at which a unit's clock begins: somewhere in 2026, by seed and unit. */
export function clockStartSeconds(seed: number, unit: number): number {
  return YEAR_BEGINS_S + (digest('clock', seed, unit).readUInt32LE(0) % YEAR_S)
}

function digest(use: 'random' | 'clock', seed: number, unit: number): Buffer {
  return hash('sha256', `meshwork-${use}-1:${seed}:${unit}`, 'buffer')
}
