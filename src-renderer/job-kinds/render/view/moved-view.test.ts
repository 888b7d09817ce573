import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RenderView } from '#contract'
import { nearer, panned, turned } from './moved-view.ts'

/** An eye on +z that looks at the origin from 2 m; a picture's height there is 2 m. */
const VIEW: RenderView = { from: [0, 0, 2], to: [0, 0, 0], y_fov: 2 * Math.atan(0.5) }

const near = (a: readonly number[], b: readonly number[]) =>
  expect(a.every((value, i) => Math.abs(value - (b[i] ?? NaN)) < 1e-9)).toBe(true)
const distanceOf = ({ from, to }: RenderView) => Math.hypot(...from.map((value, i) => value - (to[i] ?? 0)))

describe('a view', () => {
  test('turned to the right shows the left of what it looks at, and turned down its top', () => {
    near(turned(VIEW, { aside: Math.PI / 2, up: 0 }).from, [-2, 0, 0])
    near(turned(VIEW, { aside: 0, up: Math.PI / 6 }).from, [0, 1, Math.sqrt(3)])
  })

  test('stays upright: it never goes over the top', () => {
    const [x, y, z] = turned(VIEW, { aside: 0, up: 10 }).from
    expect(y).toBeLessThan(2)
    expect(y).toBeGreaterThan(1.99)
    expect(Math.hypot(x, z)).toBeGreaterThan(0.03)
  })

  test('is moved by parts of the picture: a whole one leaves nothing of it in sight', () => {
    const { from, to } = panned(VIEW, { right: 1, down: 0.5 })
    near(to, [-2, 1, 0])
    near(from, [-2, 1, 2])
  })

  test('comes nearer, and not into what it looks at', () => {
    near(nearer(VIEW, 2).from, [0, 0, 1])
    expect(distanceOf(nearer(VIEW, 1e12))).toBeCloseTo(1e-3, 9)
    expect(distanceOf(nearer(VIEW, 1e-12))).toBeCloseTo(1e5, 3)
  })

  test('is a view after any moves, at the same distance where it is turned or moved', () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 20 }), (moves) => {
        let view = VIEW
        for (const [a, b] of moves) view = panned(turned(view, { aside: a, up: b }), { right: b, down: a })
        expect(distanceOf(view)).toBeCloseTo(2, 6)
        expect(Object.values(view).flat().every(Number.isFinite)).toBe(true)
      }),
    )
  })
})
