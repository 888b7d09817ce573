import type { Light } from '@gltf-transform/extensions'
import { length3 } from '../../../../../wasm/path-trace/exact-math.ts'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import type { LightDescription } from '../../../../../wasm/path-trace/scene.ts'
import { bounded, boundedTriple } from '../bounded.ts'
import { column, normalize, scale, type Triple } from '../matrix.ts'
import type { PlacedNode } from './nodes.ts'

/** A cone narrower than this between inner and outer angle would divide by nothing in the kernel. */
const CONE_EDGE_MIN = 1e-3

/**
 * The scene's KHR_lights_punctual, placed in the world. They shine along their node's −z, in lux or candela
 * as the extension says; a node's scale does not change them.
 */
export function importLights(nodes: readonly PlacedNode[]): LightDescription[] {
  return nodes.flatMap(({ node, world }): LightDescription[] => {
    const light = node.getExtension<Light>('KHR_lights_punctual')
    if (light === null) return []
    const color = boundedTriple(light.getColor(), 0, SCENE_LIMITS.radiance, 1)
    const strength = bounded(light.getIntensity(), 0, SCENE_LIMITS.radiance, 1)
    const intensity = boundedTriple(scale(color, strength), 0, SCENE_LIMITS.radiance, 0)
    const direction = pointedAlong(scale(column(world, 2), -1))
    const position = boundedTriple(column(world, 3), -SCENE_LIMITS.coordinate, SCENE_LIMITS.coordinate, 0)
    const range = bounded(light.getRange(), 0, SCENE_LIMITS.coordinate, 0)
    switch (light.getType()) {
      case 'directional':
        return [{ kind: 'directional', direction, intensity }]
      case 'point':
        return [{ kind: 'point', position, intensity, range }]
      case 'spot': {
        const outer = bounded(light.getOuterConeAngle(), CONE_EDGE_MIN, Math.PI / 2, Math.PI / 4)
        const inner = bounded(light.getInnerConeAngle(), 0, outer - CONE_EDGE_MIN, 0)
        return [
          {
            kind: 'spot',
            position,
            direction,
            intensity,
            range,
            innerConeAngle: inner,
            outerConeAngle: outer,
          },
        ]
      }
      default:
        return []
    }
  })
}

function pointedAlong(axis: Triple): Triple {
  const direction = normalize(axis)
  return length3(...direction) > 0 ? direction : [0, 0, -1]
}
