/** Five scenes on which the denoiser is measured: each is hard for a filter in a way of its own. */
import { knotRoom } from '../../path-trace/bench/knot-room.ts'
import {
  checkerboard,
  joinScene,
  lookAt,
  material,
  quad,
  sampleScene,
  sphere,
  type MeshPart,
} from '../../path-trace/sample-scenes.ts'
import { NO_TEXTURES } from '../../path-trace/scene-material.ts'
import type { MaterialDescription, SceneDescription } from '../../path-trace/scene.ts'

/** A closed box of two metres with a lamp under its ceiling, and things in it. */
function litBox(things: readonly MeshPart[], materials: readonly MaterialDescription[], lamp: number) {
  const half = lamp / 2
  const power = 1.6 / (lamp * lamp)
  return joinScene(
    [
      quad([-1, -1, 1], [2, 0, 0], [0, 0, -2], 0),
      quad([-1, 1, -1], [2, 0, 0], [0, 0, 2], 1),
      quad([-1, -1, -1], [2, 0, 0], [0, 2, 0], 1),
      quad([-1, -1, 1], [0, 0, -2], [0, 2, 0], 2),
      quad([1, -1, -1], [0, 0, 2], [0, 2, 0], 3),
      quad([-half, 0.99, -half], [lamp, 0, 0], [0, 0, lamp], 4),
      ...things,
    ],
    {
      materials: [
        material({ textures: { ...NO_TEXTURES, baseColor: 0 } }),
        material({ baseColor: [0.75, 0.75, 0.75] }),
        material({ baseColor: [0.7, 0.15, 0.1] }),
        material({ baseColor: [0.15, 0.3, 0.7] }),
        material({ baseColor: [0, 0, 0], emissive: [power, power, power * 0.9] }),
        ...materials,
      ],
      textures: [checkerboard(16, [0.85, 0.85, 0.8], [0.35, 0.3, 0.3])],
      camera: lookAt([0, 0, 3.4], [0, 0, 0], 0.66),
    },
  )
}

/** Spheres outdoors, under a sky with a sun: sharp shadows, gloss, and fine texture towards the horizon. */
function outdoors(): SceneDescription {
  const pixels = new Float32Array(32 * 16 * 3)
  for (let i = 0; i < 32 * 16; i++) {
    const sun = i === 5 * 32 + 20
    pixels.set(sun ? [90, 80, 60] : i < 256 ? [0.5, 0.7, 1] : [0.2, 0.18, 0.15], i * 3)
  }
  return joinScene(
    [
      quad([-6, 0, 6], [12, 0, 0], [0, 0, -12], 0),
      sphere([-0.8, 0.6, 0], 0.6, 16, 1),
      sphere([0.7, 0.5, 0.5], 0.5, 16, 2),
    ],
    {
      materials: [
        material({ textures: { ...NO_TEXTURES, baseColor: 0 } }),
        material({ baseColor: [0.9, 0.3, 0.2], roughness: 0.3 }),
        material({ baseColor: [0.9, 0.8, 0.5], metallic: 1, roughness: 0.25 }),
      ],
      textures: [checkerboard(32, [0.8, 0.8, 0.8], [0.3, 0.4, 0.3])],
      camera: lookAt([0, 1.2, 4], [0, 0.4, 0], 0.7),
      environment: { kind: 'map', width: 32, height: 16, pixels },
    },
  )
}

/** Name and scene. */
export const DENOISE_SCENES: readonly (readonly [string, () => SceneDescription])[] = [
  ['knots', knotRoom],
  [
    'glass and mirror',
    () =>
      litBox(
        [sphere([-0.45, -0.55, -0.3], 0.45, 16, 5), sphere([0.45, -0.6, 0.3], 0.4, 16, 6)],
        [
          material({ metallic: 1, roughness: 0.05, baseColor: [0.95, 0.93, 0.9] }),
          material({ transmission: 1, roughness: 0, thinWalled: false }),
        ],
        0.5,
      ),
  ],
  [
    'small lamp',
    () =>
      litBox(
        [sphere([0, -0.5, 0], 0.5, 16, 5)],
        [material({ baseColor: [0.8, 0.7, 0.2], roughness: 0.2 })],
        0.1,
      ),
  ],
  ['outdoors', outdoors],
  ['every material', sampleScene],
]
