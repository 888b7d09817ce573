/** Keeps black pixels from deciding. */
const DARK = 0.01

/** Mean of squared error by squared brightness. */
export function relativeError(picture: ArrayLike<number>, truth: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < truth.length; i++) {
    const t = truth[i] ?? 0
    sum += ((picture[i] ?? 0) - t) ** 2 / (t * t + DARK)
  }
  return sum / truth.length
}
