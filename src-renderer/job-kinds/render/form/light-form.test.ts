import { describe, expect, test } from 'vitest'
import { RenderLight } from '#contract'
import { choiceOf, FIRST_LIGHT, formOfLight, lightFrom, lightOf, type LightForm } from './light-form.ts'

const form = (change: Partial<LightForm>): LightForm => ({ ...FIRST_LIGHT, ...change })

describe('the light of the form', () => {
  test('is the scene’s own matter until one is chosen', () => {
    expect(lightOf(FIRST_LIGHT, false)).toBeUndefined()
    expect(choiceOf(FIRST_LIGHT, false)).toBe('auto')
  })

  test('is the dropped picture, which is only named where it is turned or made stronger', () => {
    expect(choiceOf(FIRST_LIGHT, true)).toBe('picture')
    expect(lightOf(FIRST_LIGHT, true)).toBeUndefined()
    expect(lightOf(form({ turn: 90, strengthStops: 1 }), true)).toEqual({
      ...{ kind: 'picture', turn_degrees: 90, strength: 2 },
    })
  })

  test('is not a picture that is no longer there, nor one where another was chosen', () => {
    expect(lightOf(form({ choice: 'picture', turn: 90 }), false)).toBeUndefined()
    expect(lightOf(form({ choice: 'studio' }), true)).toMatchObject({ kind: 'studio' })
  })

  test.each([
    [{ choice: 'own' }, { kind: 'own' }],
    [
      { choice: 'overcast', turn: 30, strengthStops: -1 },
      { kind: 'overcast', turn_degrees: 30, strength: 0.5 },
    ],
    [
      { choice: 'sky', sunElevation: 5, sunAzimuth: 270, haze: 6, turn: 30 },
      { kind: 'sky', sun_elevation: 5, sun_azimuth: 270, turbidity: 6, strength: 1 },
    ],
  ] as const)('%o is what the node is told, and the form of a job that had it', (change, light) => {
    expect(lightOf(form(change), false)).toEqual(light)
    expect(RenderLight.parse(light)).toEqual(light)
    expect(lightOf(formOfLight(light as RenderLight), false)).toEqual(light)
  })

  test('of meshctl is shown as near as the form can', () => {
    expect(formOfLight({ kind: 'studio', turn_degrees: -90.4, strength: 100 })).toMatchObject({
      ...{ choice: 'studio', turn: 270, strengthStops: 4 },
    })
    expect(formOfLight(undefined)).toEqual(FIRST_LIGHT)
  })
})

describe('the kept light', () => {
  test('comes back as it was, but for a picture, which belongs to its scene', () => {
    const kept = form({ choice: 'sky', sunElevation: 3, haze: 5 })
    expect(lightFrom(JSON.parse(JSON.stringify(kept)))).toEqual(kept)
    expect(lightFrom({ ...kept, choice: 'picture' }).choice).toBe('auto')
  })

  test.each([null, 7, 'sky', { choice: 'moon' }, { turn: 1e9, haze: 'thick', strengthStops: NaN }])(
    'is as at first where it is not understood: %o',
    (kept) => {
      expect(lightFrom(kept)).toEqual(FIRST_LIGHT)
    },
  )
})
