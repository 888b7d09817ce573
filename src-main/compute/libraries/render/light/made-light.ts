import type { RenderLight } from '../../../../protocol/job-kinds/render-light.ts'
import { refuse } from '../../../../protocol/fault.ts'
import type { EnvironmentMap } from '../textures/environment.ts'
import { directionMap, strengthened, turnedMap, turnedRadiance } from './direction-map.ts'
import { LIGHT_DESIGNS } from './made-lights.ts'
import { skyMap } from './sky.ts'

/** No light from anywhere. */
const NOTHING: EnvironmentMap = { kind: 'map', width: 8, height: 4, pixels: new Float32Array(8 * 4 * 3) }

/**
 * Makes the light around a scene.
 *
 * @param picture reads the picture that was handed over with the scene; called for light of kind `picture` alone
 * @throws FaultError `bad-input` where the light is of a picture and there is none
 */
export function makeLight(light: RenderLight, picture: () => EnvironmentMap | undefined): EnvironmentMap {
  switch (light.kind) {
    case 'own':
      return NOTHING
    case 'picture': {
      const given = picture() ?? refuse('bad-input', 'light of a picture, and no picture of light')
      return strengthened(turnedMap(given, light.turn_degrees), light.strength)
    }
    case 'sky': {
      const { sun_elevation: sunElevation, sun_azimuth: sunAzimuth, turbidity, strength } = light
      return strengthened(skyMap({ sunElevation, sunAzimuth, turbidity }), strength)
    }
    default: {
      const { radiance, ...size } = LIGHT_DESIGNS[light.kind]
      return strengthened(directionMap(size, turnedRadiance(radiance, light.turn_degrees)), light.strength)
    }
  }
}
