import { expect, test } from 'vitest'
import { fitted, panned, zoomed } from './viewport.ts'

const picture = { width: 2_000, height: 1_000 }
const frame = { width: 1_000, height: 800 }

test('a picture that is fitted lies in the middle and fills one side of its frame', () => {
  expect(fitted(picture, frame)).toEqual({ scale: 0.5, x: 0, y: 150 })
  expect(fitted({ width: 100, height: 100 }, frame)).toEqual({ scale: 8, x: 100, y: 0 })
})

test('zooming keeps what is under the pointer there', () => {
  const before = zoomed(fitted(picture, frame), 4, { x: 500, y: 400 }, picture, frame)
  const after = zoomed(before, 1.5, { x: 300, y: 200 }, picture, frame)
  const under = (view: typeof before) => [(300 - view.x) / view.scale, (200 - view.y) / view.scale]
  expect(under(after)[0]).toBeCloseTo(under(before)[0]!)
  expect(under(after)[1]).toBeCloseTo(under(before)[1]!)
})

test('a picture that is moved leaves no gap at an edge', () => {
  const view = zoomed(fitted(picture, frame), 2, { x: 0, y: 0 }, picture, frame)
  expect(panned(view, 500, 500, picture, frame)).toEqual({ scale: 1, x: 0, y: 0 })
  expect(panned(view, -9_999, -9_999, picture, frame)).toEqual({ scale: 1, x: -1_000, y: -200 })
})

test('zooming ends somewhere', () => {
  let view = fitted(picture, frame)
  for (let i = 0; i < 100; i++) view = zoomed(view, 2, { x: 1, y: 1 }, picture, frame)
  expect(view.scale).toBe(16)
})
