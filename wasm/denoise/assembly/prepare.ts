/** From half-buffers to what the filter reads: variance of the colours, mean and noise of the features. */
import { COLOR, FEATURES, SPIKE, VARIANCE, features, halfA, halfB, height, noise, spare, sums, variance, width } from './planes'

/** Part of a box of 7 × 7, and of that half the squared difference, which is the variance of either half. */
const SHARE: f32 = <f32>1 / <f32>98

/** How many times as bright as all around it a pixel of one half may be before it is a spike. */
const SPIKE_RATIO: f32 = 1

/**
 * Cuts what one half alone has at one pixel: light paths so rare that no filter can tell their share. The pixel keeps what
 * the brightest of its neighbours in both halves has, and its own value in the other half. Lamps and glints are in both.
 */
function cutSpikes(): void {
  const bytes = <usize>width * <usize>height * COLOR
  cutHalf(halfA, halfB, sums)
  cutHalf(halfB, halfA, sums + bytes)
  memory.copy(halfA, sums, bytes)
  memory.copy(halfB, sums + bytes, bytes)
  memory.fill(sums, 0, 2 * bytes)
}

/** Writes half `from` without spikes to `to`; the outermost pixels stay as they are. */
function cutHalf(from: usize, other: usize, to: usize): void {
  const row = <usize>width * COLOR, ratio = f32x4.splat(SPIKE_RATIO)
  memory.copy(to, from, row * <usize>height)
  for (let y = SPIKE; y < height - SPIKE; y++) {
    for (let x = SPIKE; x < width - SPIKE; x++) {
      const p = <usize>y * row + <usize>x * COLOR
      let most = v128.load(other + p)
      for (let j = -SPIKE; j <= SPIKE; j++) {
        for (let i = -SPIKE; i <= SPIKE; i++) {
          if (i == 0 && j == 0) continue
          const q = p + <usize>(j * <i32>row + i * <i32>COLOR)
          most = f32x4.pmax(most, f32x4.pmax(v128.load(from + q), v128.load(other + q)))
        }
      }
      v128.store(to + p, f32x4.pmin(v128.load(from + p), f32x4.mul(most, ratio)))
    }
  }
}

/** Fills `variance`, and turns the halves of the features into mean and variance of the mean. */
export function prepare(): void {
  cutSpikes()
  const pixels = <usize>width * <usize>height
  for (let i: usize = 0; i < pixels; i++) {
    const d = f32x4.sub(v128.load(halfA + i * COLOR), v128.load(halfB + i * COLOR))
    v128.store(spare + i * COLOR, f32x4.mul(d, d))
  }
  for (let i: usize = 0; i < pixels * 2; i++) {
    const a = v128.load(features + i * 16), b = v128.load(noise + i * 16), d = f32x4.sub(a, b)
    v128.store(features + i * 16, f32x4.mul(f32x4.add(a, b), f32x4.splat(0.5)))
    v128.store(noise + i * 16, f32x4.mul(f32x4.mul(d, d), f32x4.splat(0.25)))
  }
  // Rows into the room of the sums' first plane would need clearing after: columns are summed per pixel instead.
  const row = <usize>width * COLOR
  for (let y = VARIANCE; y < height - VARIANCE; y++) {
    for (let x = 0; x < width; x++) {
      let from = spare + <usize>(y - VARIANCE) * row + <usize>x * COLOR, sum = v128.load(from)
      for (let k = 0; k < 2 * VARIANCE; k++) {
        from += row
        sum = f32x4.add(sum, v128.load(from))
      }
      v128.store(variance + <usize>y * row + <usize>x * COLOR, sum)
    }
  }
  for (let y = VARIANCE; y < height - VARIANCE; y++) {
    const line = variance + <usize>y * row
    memory.copy(spare, line, row)
    for (let x = VARIANCE; x < width - VARIANCE; x++) {
      let from = spare + <usize>(x - VARIANCE) * COLOR, sum = v128.load(from)
      for (let k = 0; k < 2 * VARIANCE; k++) {
        from += COLOR
        sum = f32x4.add(sum, v128.load(from))
      }
      v128.store(line + <usize>x * COLOR, f32x4.mul(sum, f32x4.splat(SHARE)))
    }
  }
}
