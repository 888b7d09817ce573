import { describe, expect, test } from 'vitest'
import { allFrames, FIRST_FORM, formFrom, keptForm, orderOf, type RenderForm } from './render-form.ts'
import { parseFrames } from './frames-text.ts'

const order = (change: Partial<RenderForm>, animationSeconds = 0) =>
  orderOf({ ...FIRST_FORM, ...change }, { animationSeconds, hasLightPicture: false, nowMs: 1_000 })

describe('the form of a render', () => {
  test('is an order as it comes', () => {
    expect(order({})).toEqual({
      ok: true,
      order: { width: 1_920, height: 1_080, spp: 128, tile: 64, fps: 24, redundancy: 2, priority: 0.5 },
    })
  })

  test('names everything that was chosen', () => {
    const outcome = order(
      { quality: 'custom', spp: 7, camera: 1, frames: '2-3', fps: 12, deadlineMs: 5_000, priority: 'high' },
      1,
    )
    expect(outcome.ok && outcome.order).toMatchObject({
      spp: 7,
      camera: 1,
      frames: [2, 3],
      fps: 12,
      deadline_ms: 5_000,
      priority: 0.8,
    })
  })

  test('cuts large pictures into larger tiles', () => {
    const outcome = order({ width: 3_840, height: 2_160 })
    expect(outcome.ok && outcome.order.tile).toBe(128)
  })

  test.each([
    ['a side of nothing', { width: undefined }, 'width', 'out-of-range'],
    ['a side that is too long', { height: 8_193 }, 'height', 'out-of-range'],
    ['half a sample', { quality: 'custom', spp: 0.5 }, 'spp', 'out-of-range'],
    ['a moment that has passed', { deadlineMs: 1_000 }, 'deadlineMs', 'in-the-past'],
    ['frames of a scene that stands still', { frames: '1-2' }, 'frames', 'does-not-move'],
    ['frames that are none', { frames: 'all' }, 'frames', 'not-a-frame'],
  ] as const)('says at its field that it cannot take %s', (_, change, field, kind) => {
    const outcome = order(change)
    expect(!outcome.ok && outcome.problems).toMatchObject({ [field]: { kind } })
  })

  test('does not mind the rate of a still', () => {
    expect(order({ fps: undefined }).ok).toBe(true)
    expect(order({ fps: undefined, frames: '1' }, 1).ok).toBe(false)
  })
})

describe('what is kept of a form', () => {
  test('comes back, without what belongs to one scene', () => {
    const form: RenderForm = {
      ...FIRST_FORM,
      width: 640,
      quality: 'fine',
      checks: 3,
      encrypt: true,
      frames: '1',
      camera: 2,
    }
    expect(formFrom(keptForm(form))).toEqual({ ...form, frames: '', camera: undefined })
  })

  test.each([null, '', 'x', '7', 'null', '{"width":-1,"quality":"best","checks":9,"spp":"1"}'])(
    'begins anew where %j was kept',
    (kept) => expect(formFrom(kept)).toEqual(FIRST_FORM),
  )
})

test('all frames of an animation end before its last moment, which is the first again', () => {
  expect(allFrames(2, 24)).toBe('0-47')
  expect(allFrames(1.0000001, 24)).toBe('0-23')
  expect(parseFrames(allFrames(0, 24))).toEqual({ ok: true, frames: [0] })
})
