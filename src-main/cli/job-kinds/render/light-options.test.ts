import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { RenderLight } from '../../../protocol/job-kinds/render-light.ts'
import { lightGiven, withLightOptions, type LightOptions } from './light-options.ts'

const lightOf = (...args: string[]) => {
  const command = withLightOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  command.parse(args, { from: 'user' })
  return lightGiven(command.opts<LightOptions>())
}

describe('the light of a render', () => {
  test.each([
    ['is left to the file', [], undefined],
    ['is the picture as it is', ['--environment', 'a.hdr'], undefined],
    [
      'is the picture, turned',
      ['--environment', 'a.hdr', '--light-turn', '-90'],
      { kind: 'picture', turn_degrees: -90, strength: 1 },
    ],
    [
      'is one by name',
      ['--light', 'overcast', '--light-strength', '2'],
      { kind: 'overcast', turn_degrees: 0, strength: 2 },
    ],
    ['is the lamps alone', ['--light', 'own'], { kind: 'own' }],
    [
      'is a usual sky',
      ['--light', 'sky'],
      { kind: 'sky', sun_elevation: 35, sun_azimuth: 135, turbidity: 3, strength: 1 },
    ],
    [
      'is a sky by its sun',
      ['--sun', '10,-90'],
      { kind: 'sky', sun_elevation: 10, sun_azimuth: -90, turbidity: 3, strength: 1 },
    ],
    [
      'is a hazy sky',
      ['--haze', '6'],
      { kind: 'sky', sun_elevation: 35, sun_azimuth: 135, turbidity: 6, strength: 1 },
    ],
  ])('%s: %j', (_, args, light) => {
    expect(lightOf(...args)).toEqual(light)
    if (light !== undefined) expect(RenderLight.parse(light)).toEqual(light)
  })

  test('is the sky of a moment and place', () => {
    const light = lightOf('--sun-at', '2003-10-17T12:30:30-07:00,39.742476,-105.1786')
    if (light?.kind !== 'sky') throw new Error('no sky')
    expect(light.sun_elevation).toBeCloseTo(39.87, 1)
    expect(light.sun_azimuth).toBeCloseTo(194.34, 1)
  })

  test.each([
    [['--sun', '35,135', '--light', 'studio'], 'for --light sky, not studio'],
    [['--sun', '35,135', '--sun-at', '2026-06-21T12:00Z,48,11'], 'not both'],
    [['--sun-at', '2026-06-21T23:00Z,48,11'], 'below the horizon'],
    [['--sun-at', '2026-06-21,48,11'], 'such as'],
    [['--sun-at', '2026-06-31T12:00,48,11'], 'such as'],
    [['--sun', '-5,0'], 'such as 35,135'],
    [['--sun', '35'], 'such as 35,135'],
    [['--light', 'moon'], 'own, picture, sky, studio'],
    [['--light', 'picture'], '--environment sky.hdr'],
    [['--light', 'studio', '--environment', 'a.hdr'], 'not both'],
    [['--light-turn', '40'], 'say which light'],
    [['--light', 'own', '--light-turn', '40'], 'own lamps'],
    [['--light', 'sky', '--light-turn', '40'], 'turned by its sun'],
    [['--light-strength', '0'], 'from 0.01 to 100'],
  ])('is none of %j', (args, message) => {
    expect(() => lightOf(...args)).toThrow(message)
  })
})
