/**
 * Chooses per pixel between the smooth filter, the sharp one and the input by the error that the half-buffers tell, so
 * that the result is not worse than the input where the filter fails.
 */
import { BLEND, BORDER, COLOR, COMPARE, FILTERED, at, halfA, halfB, height, inImage, left, spare, sums, top, width } from './planes'

/** Weight of a pixel's own colour beside its neighbours' predictions: it decides only where there are next to none. */
const OWN: f32 = 0.0625
/** Errors count relative to brightness squared plus this. */
const DARK: f32 = 0.01

/** Filters done: sums become colours, and the region inside the border is left in `spare`. */
export function finish(): void {
  divide()
  compare()
  choose()
}

// @ts-ignore: decorator
@inline
function plane(k: i32): usize { return sums + <usize>(k * width * height) * COLOR }
// @ts-ignore: decorator
@inline
function square(v: v128): v128 { return f32x4.mul(v, v) }

/** Loops over the pixels that have filtered values, and writes the three errors of each into `spare`. */
function divide(): void {
  for (let y = top + BORDER - FILTERED; y < top + height - BORDER + FILTERED; y++) {
    for (let x = left + BORDER - FILTERED; x < left + width - BORDER + FILTERED; x++) {
      if (!inImage(x, y)) continue
      const p = at(x, y) * COLOR
      for (let k = 0; k < 4; k++) {
        const to = plane(k) + p, own = v128.load((k & 1 ? halfB : halfA) + p)
        const sum = v128.load(to), weight = f32x4.splat(f32x4.extract_lane(sum, 3) + OWN)
        v128.store(to, f32x4.div(f32x4.add(sum, f32x4.mul(own, f32x4.splat(OWN))), weight))
      }
      writeErrors(p)
    }
  }
}

function writeErrors(p: usize): void {
  const a = v128.load(halfA + p), b = v128.load(halfB + p), apart = square(f32x4.sub(a, b))
  const mean = f32x4.mul(f32x4.add(v128.load(plane(2) + p), v128.load(plane(3) + p)), f32x4.splat(0.5))
  const scale = f32x4.add(square(mean), f32x4.splat(DARK))
  let errors = f32x4.splat(0)
  for (let k = 0; k < 2; k++) {
    const fa = v128.load(plane(k * 2) + p), fb = v128.load(plane(k * 2 + 1) + p)
    const crossed = f32x4.sub(f32x4.add(square(f32x4.sub(fa, b)), square(f32x4.sub(fb, a))), apart)
    const own = f32x4.mul(square(f32x4.sub(fa, fb)), f32x4.splat(0.25))
    const error = sumOf(f32x4.div(f32x4.sub(f32x4.mul(crossed, f32x4.splat(0.5)), own), scale))
    errors = k == 0 ? f32x4.replace_lane(errors, 0, error) : f32x4.replace_lane(errors, 1, error)
  }
  const raw = sumOf(f32x4.div(f32x4.mul(apart, f32x4.splat(0.25)), scale))
  v128.store(spare + p, f32x4.replace_lane(errors, 2, raw))
}

// @ts-ignore: decorator
@inline
function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2)
}

/** The choice of each pixel as a one among three, into the fourth lanes of the first three planes. */
function compare(): void {
  for (let y = top + BORDER - BLEND; y < top + height - BORDER + BLEND; y++) {
    for (let x = left + BORDER - BLEND; x < left + width - BORDER + BLEND; x++) {
      if (!inImage(x, y)) continue
      let sum = f32x4.splat(0)
      for (let j = -COMPARE; j <= COMPARE; j++) {
        for (let i = -COMPARE; i <= COMPARE; i++)
          if (inImage(x + i, y + j)) sum = f32x4.add(sum, v128.load(spare + at(x + i, y + j) * COLOR))
      }
      const smooth = f32x4.extract_lane(sum, 0), sharp = f32x4.extract_lane(sum, 1), raw = f32x4.extract_lane(sum, 2)
      const best = sharp < smooth ? sharp : smooth, p = at(x, y) * COLOR + 12
      store<f32>(plane(0) + p, raw < best ? 0 : sharp < smooth ? 0 : 1)
      store<f32>(plane(1) + p, raw < best ? 0 : sharp < smooth ? 1 : 0)
      store<f32>(plane(2) + p, raw < best ? 1 : 0)
    }
  }
}

/** Blends by the choices around each pixel. */
function choose(): void {
  for (let y = top + BORDER; y < top + height - BORDER; y++) {
    for (let x = left + BORDER; x < left + width - BORDER; x++) {
      let smooth: f32 = 0, sharp: f32 = 0, raw: f32 = 0
      for (let j = -BLEND; j <= BLEND; j++) {
        for (let i = -BLEND; i <= BLEND; i++) {
          if (!inImage(x + i, y + j)) continue
          const q = at(x + i, y + j) * COLOR + 12
          smooth += load<f32>(plane(0) + q)
          sharp += load<f32>(plane(1) + q)
          raw += load<f32>(plane(2) + q)
        }
      }
      const p = at(x, y) * COLOR
      let v = f32x4.mul(f32x4.add(v128.load(plane(0) + p), v128.load(plane(1) + p)), f32x4.splat(smooth))
      v = f32x4.add(v, f32x4.mul(f32x4.add(v128.load(plane(2) + p), v128.load(plane(3) + p)), f32x4.splat(sharp)))
      v = f32x4.add(v, f32x4.mul(f32x4.add(v128.load(halfA + p), v128.load(halfB + p)), f32x4.splat(raw)))
      v = f32x4.div(v, f32x4.splat((smooth + sharp + raw) * <f32>2))
      v128.store(spare + p, f32x4.pmax(f32x4.splat(0), v))
    }
  }
}
