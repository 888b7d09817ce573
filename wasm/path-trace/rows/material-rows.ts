/**
 * Spheres in rows for each extension of glTF's materials: roughness grows from left to right, and what the extension adds
 * from the front row to the back. For eyes: `render-rows.ts` makes pictures of them.
 */
import { joinScene, lookAt, material, quad, sphere, checkerboard } from '../sample-scenes.ts'
import { NO_TEXTURES } from '../scene-material.ts'
import type { EnvironmentDescription, MaterialDescription, SceneDescription } from '../scene.ts'

/** Spheres from left to right, and rows from front to back. */
export const COLUMNS = 6
export const ROWS = 4

/** A material by roughness and by how much the extension is there, both 0…1. */
type Swatch = (roughness: number, amount: number) => Partial<MaterialDescription>

/** Each extension's name and materials. */
export const MATERIAL_ROWS = {
  specular: (roughness, amount) => ({ baseColor: [0.1, 0.1, 0.1], roughness, specular: amount }),
  'specular-color': (roughness, amount) => ({
    baseColor: [0.05, 0.05, 0.2],
    roughness,
    specularColor: [1 + 14 * amount, 1 + 6 * amount, 1 - amount],
  }),
  clearcoat: (roughness, amount) => ({
    baseColor: [0.6, 0.02, 0.02],
    metallic: 0.6,
    roughness: 0.7,
    clearcoat: amount,
    clearcoatRoughness: roughness,
  }),
  sheen: (roughness, amount) => ({
    baseColor: [0.15, 0.02, 0.05],
    roughness: 1,
    specular: 0.3,
    sheenColor: [0.9 * amount, 0.5 * amount, 0.6 * amount],
    sheenRoughness: roughness,
  }),
  anisotropy: (roughness, amount) => ({
    baseColor: [0.9, 0.7, 0.4],
    metallic: 1,
    roughness,
    anisotropy: amount,
  }),
  'diffuse-transmission': (roughness, amount) => ({
    baseColor: [0.5, 0.45, 0.35],
    roughness,
    diffuseTransmission: amount,
    diffuseTransmissionColor: [0.9, 0.35, 0.15],
  }),
  glass: (roughness, amount) => ({ roughness, transmission: 1, thinWalled: false, ior: 1.1 + 0.9 * amount }),
  dispersion: (roughness, amount) => ({
    roughness: roughness * 0.3,
    transmission: 1,
    thinWalled: false,
    ior: 1.6,
    dispersion: 6 * amount,
  }),
} as const satisfies Record<string, Swatch>

/** A soft sky with a bright window, and a dark ground. */
function studio(): EnvironmentDescription {
  const [width, height] = [64, 32]
  const pixels = new Float32Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isWindow = x > 40 && x < 47 && y > 6 && y < 12
      const light = isWindow ? 14 : y < height / 2 ? 0.35 + 0.3 * (1 - y / 16) : 0.12
      pixels.set([light, light, light * (isWindow ? 0.95 : 1.05)], (y * width + x) * 3)
    }
  }
  return { kind: 'map', width, height, pixels }
}

/** The scene of one extension. */
export function materialRows(name: keyof typeof MATERIAL_ROWS): SceneDescription {
  const swatch: Swatch = MATERIAL_ROWS[name]
  const cells = Array.from(
    { length: COLUMNS * ROWS },
    (_, i) => [i % COLUMNS, Math.floor(i / COLUMNS)] as const,
  )
  const balls = cells.map(([column, row], i) =>
    sphere([(column - (COLUMNS - 1) / 2) * 1.05, 0.45, 1.5 - row * 1.1], 0.45, 32, i + 1),
  )
  const surfaces = cells.map(([column, row]) =>
    material(swatch(0.05 + (0.95 * column) / (COLUMNS - 1), row / (ROWS - 1))),
  )
  return joinScene([quad([-6, 0, 6], [12, 0, 0], [0, 0, -12], 0), ...balls], {
    materials: [material({ textures: { ...NO_TEXTURES, baseColor: 0 } }), ...surfaces],
    textures: [checkerboard(24, [0.55, 0.55, 0.55], [0.4, 0.4, 0.4], { filter: 'nearest' })],
    camera: lookAt([0, 3.8, 7], [0, 0.3, 0], 0.56),
    environment: studio(),
  })
}
