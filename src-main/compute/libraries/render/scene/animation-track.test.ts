import { describe, expect, it } from 'vitest'
import { sampleTrack, type AnimationTrack } from './animation-track.ts'

const track = (
  interpolation: AnimationTrack['interpolation'],
  times: number[],
  values: number[],
  size = 1,
  isRotation = false,
): AnimationTrack => ({
  interpolation,
  times: Float32Array.from(times),
  values: Float32Array.from(values),
  size,
  isRotation,
})

/** A turn about z by so many degrees. */
const turn = (degrees: number): number[] => {
  const half = (degrees * Math.PI) / 360
  return [0, 0, Math.sin(half), Math.cos(half)]
}

describe('a track of keyframes', () => {
  it.each<[string, AnimationTrack, number, number[]]>([
    ['has its first value before the first key', track('LINEAR', [1, 3], [10, 20]), 0, [10]],
    ['has its last value after the last key', track('LINEAR', [1, 3], [10, 20]), 9, [20]],
    ['has a key’s value at the key', track('LINEAR', [1, 2, 3], [10, 20, 0]), 2, [20]],
    ['goes in a straight line between two keys', track('LINEAR', [1, 3], [10, 20]), 1.5, [12.5]],
    ['moves each component', track('LINEAR', [0, 1], [0, 0, 0, 1, 2, 4], 3), 0.5, [0.5, 1, 2]],
    ['holds a step until the next key', track('STEP', [1, 3], [10, 20]), 2.9, [10]],
    ['steps at the key', track('STEP', [1, 3], [10, 20]), 3, [20]],
    ['of one key is that key', track('CUBICSPLINE', [2], [7, 10, 7]), 5, [10]],
    ['keeps a spline’s values at its keys', track('CUBICSPLINE', [0, 1], [0, 10, 5, 5, 20, 0]), 1, [20]],
    ['without tangents eases between keys', track('CUBICSPLINE', [0, 1], [0, 0, 0, 0, 8, 0]), 0.25, [1.25]],
    // (t³ − 2t² + t) · td · out + (t³ − t²) · td · in at the middle: td / 8 · (out − in)
    ['counts tangents times the duration', track('CUBICSPLINE', [0, 2], [9, 0, 4, -4, 0, 9]), 1, [2]],
    ['turns along the arc', track('LINEAR', [0, 1], [...turn(0), ...turn(90)], 4, true), 1 / 3, turn(30)],
    [
      'turns along the shorter way when the signs differ',
      track('LINEAR', [0, 1], [...turn(0), ...turn(90).map((v) => -v)], 4, true),
      0.5,
      turn(45),
    ],
    [
      'has a turn of length one between a spline’s keys',
      track(
        'CUBICSPLINE',
        [0, 1],
        [0, 0, 0, 0, ...turn(0), 0, 0, 0, 0, 0, 0, 0, 0, ...turn(90), 0, 0, 0, 0],
        4,
        true,
      ),
      0.5,
      turn(45),
    ],
    [
      'does not divide by nothing between equal turns',
      track('LINEAR', [0, 1], [...turn(50), ...turn(50)], 4, true),
      0.5,
      turn(50),
    ],
  ])('%s', (_, keys, seconds, expected) => {
    const sampled = sampleTrack(keys, seconds)
    expect(sampled).toHaveLength(expected.length)
    for (const [i, value] of expected.entries()) expect(sampled[i]).toBeCloseTo(value, 5)
  })
})
