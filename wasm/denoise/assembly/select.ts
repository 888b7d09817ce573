/**
 * Mixes per pixel the smooth filter, the sharp one and the input by the errors that the half-buffers tell, so
 * that the result is not worse than the input where the filter fails.
 */
import { BLEND, BORDER, COLOR, COMPARE, FILTERED, at, halfA, halfB, height, inImage, left, spare, sums, top, variance, width } from './planes'

/** Weight of a pixel's own colour beside its neighbours' predictions: it decides only where there are next to none. */
const OWN: f32 = 0.0625
/**
 * How many times its estimate the input's error counts: where its halves are alike by chance, it looks better than it is,
 * and would leave specks.
 */
const RAW_DOUBT: f32 = 4
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

/**
 * Products of the candidates' errors at a pixel, from the half-buffers: of candidates i and j with halves a and b,
 * ½((iₐ − b)(jₐ − b) + (i_b − a)(j_b − a) − (a − b)²) − ¼(iₐ − i_b)(jₐ − j_b), relative to the brightness. For i = j that
 * is the squared error of the mean of both halves; the input, candidate 2, has (a − b)² / 4.
 */
function writeErrors(p: usize): void {
  const a = v128.load(halfA + p), b = v128.load(halfB + p), d = f32x4.sub(a, b), apart = square(d)
  const mean = f32x4.mul(f32x4.add(v128.load(plane(2) + p), v128.load(plane(3) + p)), f32x4.splat(0.5))
  const scale = f32x4.div(f32x4.splat(1), f32x4.add(square(mean), f32x4.splat(DARK)))
  const smoothA = v128.load(plane(0) + p), smoothB = v128.load(plane(1) + p)
  const sharpA = v128.load(plane(2) + p), sharpB = v128.load(plane(3) + p)
  const ea = f32x4.sub(smoothA, b), eb = f32x4.sub(smoothB, a), eo = f32x4.sub(smoothA, smoothB)
  const fa = f32x4.sub(sharpA, b), fb = f32x4.sub(sharpB, a), fo = f32x4.sub(sharpA, sharpB)
  const smooth = product(ea, ea, eb, eb, eo, eo, apart, scale)
  const sharp = product(fa, fa, fb, fb, fo, fo, apart, scale)
  const raw = product(d, d, d, d, d, d, apart, scale)
  const smoothSharp = product(ea, fa, eb, fb, eo, fo, apart, scale)
  const minus = f32x4.neg(d)
  const smoothRaw = product(ea, d, eb, minus, eo, d, apart, scale)
  const sharpRaw = product(fa, d, fb, minus, fo, d, apart, scale)
  v128.store(spare + p, f32x4(smooth, sharp, raw, smoothSharp))
  v128.store(variance + p, f32x4(smoothRaw, sharpRaw, 0, 0))
}

// @ts-ignore: decorator
@inline
function product(ia: v128, ja: v128, ib: v128, jb: v128, io: v128, jo: v128, apart: v128, scale: v128): f32 {
  const crossed = f32x4.sub(f32x4.add(f32x4.mul(ia, ja), f32x4.mul(ib, jb)), apart)
  const own = f32x4.mul(f32x4.mul(io, jo), f32x4.splat(0.25))
  return sumOf(f32x4.mul(f32x4.sub(f32x4.mul(crossed, f32x4.splat(0.5)), own), scale))
}

// @ts-ignore: decorator
@inline
function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2)
}

let bestError: f32 = 0
let bestSmooth: f32 = 0
let bestSharp: f32 = 0
let bestRaw: f32 = 0

/** The mixture of each pixel, into the fourth lanes of the first three planes: the best of two candidates at a time. */
function compare(): void {
  for (let y = top + BORDER - BLEND; y < top + height - BORDER + BLEND; y++) {
    for (let x = left + BORDER - BLEND; x < left + width - BORDER + BLEND; x++) {
      if (!inImage(x, y)) continue
      let sum = f32x4.splat(0), more = f32x4.splat(0)
      for (let j = -COMPARE; j <= COMPARE; j++) {
        for (let i = -COMPARE; i <= COMPARE; i++) {
          if (!inImage(x + i, y + j)) continue
          const q = at(x + i, y + j) * COLOR
          sum = f32x4.add(sum, v128.load(spare + q))
          more = f32x4.add(more, v128.load(variance + q))
        }
      }
      const smooth = f32x4.extract_lane(sum, 0), sharp = f32x4.extract_lane(sum, 1)
      const raw = f32x4.extract_lane(sum, 2) * RAW_DOUBT
      bestError = Infinity
      mix(smooth, sharp, f32x4.extract_lane(sum, 3), 0)
      mix(smooth, raw, f32x4.extract_lane(more, 0), 1)
      mix(sharp, raw, f32x4.extract_lane(more, 1), 2)
      const p = at(x, y) * COLOR + 12
      store<f32>(plane(0) + p, bestSmooth)
      store<f32>(plane(1) + p, bestSharp)
      store<f32>(plane(2) + p, bestRaw)
    }
  }
}

/** Keeps the best mixture of two candidates by their squared errors and the product of these, if none before is better. */
function mix(first: f32, second: f32, both: f32, pair: i32): void {
  const spread = first + second - <f32>2 * both
  let share: f32 = first < second ? 1 : 0
  if (spread > 0) {
    const least = (second - both) / spread
    share = least < 0 ? 0 : least > 1 ? 1 : least
  }
  const rest: f32 = <f32>1 - share
  const error = share * share * first + rest * rest * second + <f32>2 * share * rest * both
  if (error >= bestError) return
  bestError = error
  bestSmooth = pair == 2 ? 0 : share
  bestSharp = pair == 0 ? rest : pair == 2 ? share : 0
  bestRaw = pair == 0 ? 0 : rest
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
