import { expect, it } from 'vitest'
import { sparkPath } from './spark-path.ts'

const box = { width: 46, height: 26 }

it('values go from left to right and the highest to the top', () => {
  expect(sparkPath([0, 5, 10], box)).toEqual({
    line: 'M3 23L23 13L43 3',
    area: 'M3 23L3 23L23 13L43 3L43 23Z',
    last: { x: 43, y: 3 },
  })
})

it('what is not known is a gap, and a lone value a dot', () => {
  const { line, area, last } = sparkPath([null, 10, null, 10, 10, null], box)
  expect(line).toBe('M11 3h0M27 3L35 3')
  expect(area).toBe('M27 23L27 3L35 3L35 23Z')
  expect(last).toBeUndefined()
})

it('nothing, nothing known, one value and values that are all the same draw without a NaN', () => {
  for (const values of [[], [null, null], [3], [0, 0], [Number.NaN, 1], [-2, -2]])
    expect(JSON.stringify(sparkPath(values, box))).not.toMatch(/NaN|Infinity|null/)
})

it('a scale that is given holds, and what is beyond it stays in the box', () => {
  expect(sparkPath([0.5, 9], { ...box, min: 0, max: 1 }).line).toBe('M3 13L43 3')
})
