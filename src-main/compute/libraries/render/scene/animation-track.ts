import { acos, sin } from '../../../../../wasm/path-trace/exact-math.ts'

/** How values are found between two keys (glTF 2.0, section 3.11). */
export type Interpolation = 'LINEAR' | 'STEP' | 'CUBICSPLINE'

/** Keyframes of one property, checked: as many values as its keys want, times that only grow. */
export interface AnimationTrack {
  /** Seconds, strictly growing, at least one. */
  readonly times: Float32Array
  /** `size` numbers a key; with CUBICSPLINE three times that: in-tangent, value, out-tangent. */
  readonly values: Float32Array
  readonly size: number
  readonly interpolation: Interpolation
  /** Of quaternions, which turn along the shorter way. */
  readonly isRotation: boolean
}

/** Below this sine an arc is as good as a line. */
const ARC_SINE_MIN = 1e-6

/**
 * The property at a time; before the first key it has the first one's value, after the last key the last one's.
 * Source: glTF 2.0, section 3.11 and appendix C (interpolation).
 */
export function sampleTrack(track: AnimationTrack, seconds: number): number[] {
  const { times, interpolation, isRotation } = track
  const last = times.length - 1
  const after = keyAfter(times, seconds)
  if (after === 0) return valueOf(track, 0)
  if (after > last) return valueOf(track, last)
  const key = after - 1
  if (interpolation === 'STEP') return valueOf(track, key)
  const [from, to] = [times[key] ?? 0, times[after] ?? 0]
  const t = (seconds - from) / (to - from)
  if (interpolation === 'CUBICSPLINE') {
    const sampled = spline(track, key, t, to - from)
    return isRotation ? normalized(sampled) : sampled
  }
  const [a, b] = [valueOf(track, key), valueOf(track, after)]
  return isRotation ? slerp(a, b, t) : a.map((value, i) => value + t * ((b[i] ?? 0) - value))
}

/** The first key that is later than the time; as many as there are keys when none is. */
function keyAfter(times: Float32Array, seconds: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) > seconds) high = middle
    else low = middle + 1
  }
  return low
}

/** One of a key's elements: its value, or with CUBICSPLINE also its tangents. */
function valueOf(
  { values, size, interpolation }: AnimationTrack,
  key: number,
  element: 'in' | 'value' | 'out' = 'value',
): number[] {
  const elements = interpolation === 'CUBICSPLINE' ? 3 : 1
  const offset = elements === 1 ? 0 : { in: 0, value: 1, out: 2 }[element]
  const at = (key * elements + offset) * size
  return Array.from(values.subarray(at, at + size))
}

/** A cubic Hermite spline between a key and the next, `duration` seconds apart. */
function spline(track: AnimationTrack, key: number, t: number, duration: number): number[] {
  const [v0, out] = [valueOf(track, key), valueOf(track, key, 'out')]
  const [v1, into] = [valueOf(track, key + 1), valueOf(track, key + 1, 'in')]
  const [t2, t3] = [t * t, t * t * t]
  return v0.map(
    (value, i) =>
      (2 * t3 - 3 * t2 + 1) * value +
      duration * (t3 - 2 * t2 + t) * (out[i] ?? 0) +
      (-2 * t3 + 3 * t2) * (v1[i] ?? 0) +
      duration * (t3 - t2) * (into[i] ?? 0),
  )
}

/** Between two quaternions, along the shorter arc. */
function slerp(a: readonly number[], b: readonly number[], t: number): number[] {
  const cosine = a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
  const sign = cosine < 0 ? -1 : 1
  const angle = acos(Math.min(1, Math.abs(cosine)))
  const sine = sin(angle)
  const [from, to] = sine < ARC_SINE_MIN ? [1 - t, t] : [sin(angle * (1 - t)) / sine, sin(angle * t) / sine]
  return normalized(a.map((value, i) => from * value + sign * to * (b[i] ?? 0)))
}

/** At length 1; the quaternion that turns nothing where there is no length. */
function normalized(q: readonly number[]): number[] {
  const length = Math.sqrt(q.reduce((sum, value) => sum + value * value, 0))
  return length > 0 && Number.isFinite(length) ? q.map((value) => value / length) : [0, 0, 0, 1]
}
