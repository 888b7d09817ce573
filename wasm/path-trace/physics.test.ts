import { beforeAll, describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, radiance, wholeImage } from './compiled.ts'
import type { Frame } from './kernel.ts'
import {
  checkerboard,
  joinScene,
  lookAt,
  material,
  quad,
  sampleScene,
  sphere,
  type MeshPart,
} from './sample-scenes.ts'
import type { CameraDescription } from './scene-camera.ts'
import type { LightDescription, MaterialDescription, Rgb, SceneDescription } from './scene.ts'
import { NO_TEXTURES } from './scene-material.ts'
import type { UvTransform } from './scene-texture.ts'

let module: WebAssembly.Module
beforeAll(async () => {
  module = await compiledKernel()
})

function render(scene: SceneDescription, frame: Frame, samples: number): Float64Array {
  return radiance(loadedKernel(module, scene).renderTile(wholeImage(frame, samples), frame), samples)
}

function mean(values: Float64Array, channel = 1): number {
  let sum = 0
  for (let i = channel; i < values.length; i += 3) sum += values[i]!
  return sum / (values.length / 3)
}

const none = NO_TEXTURES
/** Purely diffuse: nothing is reflected where the index does not change. */
const lambert = (changes: Partial<MaterialDescription> = {}) => material({ ior: 1, ...changes })
const white = { kind: 'constant', radiance: [1, 1, 1] } as const

/** Straight down, from `height`, on the square of half side `half` around the origin. */
function fromAbove(half: number, height = 5): CameraDescription {
  return {
    worldFromCamera: [1, 0, 0, 0, 0, 0, 1, height, 0, -1, 0, 0],
    projection: { kind: 'orthographic', xmag: half, ymag: half },
  }
}

/** The middle of a large floor, seen from close above, under everything else. */
function floorUnder(parts: MeshPart[], floor: MaterialDescription, around: Partial<SceneDescription>) {
  const scene = joinScene([quad([-50, 0, 50], [100, 0, 0], [0, 0, -100], 0), ...parts], {
    materials: [
      floor,
      material({ baseColor: [0, 0, 0], emissive: [1, 1, 1], doubleSided: false }),
      lambert({ baseColor: [0, 0, 0] }),
    ],
    camera: fromAbove(1e-3, 0.5),
  })
  return { ...scene, ...around }
}

describe('a white sphere in a white environment returns 1 ± 0.5 %', () => {
  const frame = { width: 16, height: 16, bounces: 64 }
  const camera = lookAt([0, 0, 4], [0, 0, 0], 0.7)
  const ball = (changes: Partial<MaterialDescription>, rings = 32) =>
    joinScene([sphere([0, 0, 0], 1.2, rings, 0)], {
      materials: [material(changes)],
      camera,
      environment: white,
    })

  it.each([
    ['diffuse', { ior: 1 }],
    ['rough plastic', { roughness: 1 }],
    ['smooth plastic', { roughness: 0.2 }],
    ['polished plastic', { roughness: 0 }],
    ['heavy plastic', { roughness: 0.5, ior: 2 }],
    ['rough metal', { metallic: 1, roughness: 1 }],
    ['metal', { metallic: 1, roughness: 0.5 }],
    ['polished metal', { metallic: 1, roughness: 0.1 }],
    ['half metal', { metallic: 0.5, roughness: 0.6 }],
    ['mirror', { metallic: 1, roughness: 0 }],
    ['clear glass', { transmission: 1, thinWalled: false, roughness: 0 }],
    ['thin glass', { transmission: 1, thinWalled: true, roughness: 0 }],
    ['half glass', { transmission: 0.5, thinWalled: false, roughness: 0.05 }],
  ] as const)('%s', (_name, changes) => {
    const image = render(ball(changes), frame, 256)
    expect(Math.abs(mean(image) - 1)).toBeLessThan(0.005)
  })

  it('with few polygons and smooth normals', () => {
    expect(Math.abs(mean(render(ball({ ior: 1 }, 5), frame, 512)) - 1)).toBeLessThan(0.005)
  })

  it('where the environment is a map that is aimed at', () => {
    const environment = { kind: 'map', width: 8, height: 4, pixels: new Float32Array(96).fill(1) } as const
    for (const changes of [{ ior: 1 }, { metallic: 1, roughness: 0.5 }, { roughness: 0.3 }]) {
      const image = render({ ...ball(changes), environment }, frame, 512)
      expect(Math.abs(mean(image) - 1)).toBeLessThan(0.005)
    }
  })
})

describe('light in a room', () => {
  it('grows to e / (1 - ρ) between walls that emit e and reflect ρ', () => {
    const walls = lambert({ baseColor: [0.5, 0.5, 0.5], emissive: [0.5, 0.5, 0.5] })
    const camera = lookAt([0.2, 0.1, 0.5], [0, 0, -1], 1.2)
    const scene = joinScene([sphere([0, 0, 0], 2, 12, 0)], { materials: [walls], camera })
    const image = render(scene, { width: 8, height: 8, bounces: 64 }, 512)
    expect(Math.abs(mean(image) - 1)).toBeLessThan(0.005)
  })

  it('from a square overhead follows the form factor of parallel squares', () => {
    const [half, height] = [1, 1.5]
    const light = quad([-half, height, -half], [2 * half, 0, 0], [0, 0, 2 * half], 1)
    const image = render(floorUnder([light], lambert(), {}), { width: 2, height: 2, bounces: 0 }, 4096)
    // A quarter's corner over the point (Howell, Catalog of Radiation Configuration Factors, B-3).
    const r = Math.hypot(half, height)
    const factor = 4 * (1 / Math.PI) * (half / r) * Math.atan(half / r)
    expect(mean(image) / factor).toBeCloseTo(1, 2)
  })

  it('is halved by a screen that hides half of the lamp', () => {
    const light = quad([-1, 2, -1], [2, 0, 0], [0, 0, 2], 1)
    const screen = quad([0, 1, -30], [30, 0, 0], [0, 0, 60], 2)
    const frame = { width: 2, height: 2, bounces: 0 }
    const open = mean(render(floorUnder([light], lambert(), {}), frame, 2048))
    const hidden = floorUnder([light, screen], lambert(), {})
    expect(mean(render(hidden, frame, 2048)) / open).toBeCloseTo(0.5, 2)
  })

  it.each([
    ['a point', { kind: 'point', position: [0, 2, 0], intensity: [8, 8, 8], range: 0 }, 8 / 4],
    [
      'a point with a range',
      { kind: 'point', position: [0, 2, 0], intensity: [8, 8, 8], range: 4 },
      (8 / 4) * (1 - 1 / 16),
    ],
    ['the sun', { kind: 'directional', direction: [0.6, -0.8, 0], intensity: [5, 5, 5] }, 5 * 0.8],
    [
      'a spot',
      {
        kind: 'spot',
        position: [0, 2, 0],
        direction: [0, -1, 0],
        intensity: [8, 8, 8],
        range: 0,
        innerConeAngle: 0.1,
        outerConeAngle: 0.4,
      },
      8 / 4,
    ],
    [
      'a spot turned away',
      {
        kind: 'spot',
        position: [0, 2, 0],
        direction: [1, 0, 0],
        intensity: [8, 8, 8],
        range: 0,
        innerConeAngle: 0.1,
        outerConeAngle: 0.4,
      },
      0,
    ],
  ] as [string, LightDescription, number][])('falls from %s as its illuminance says', (_name, light, lux) => {
    const scene = floorUnder([], lambert({ baseColor: [0.5, 0.5, 0.5] }), { lights: [light] })
    const image = render(scene, { width: 2, height: 2, bounces: 0 }, 64)
    expect(mean(image)).toBeCloseTo((0.5 / Math.PI) * lux, 4)
  })

  it('from a bright patch of the sky is what aiming and chance both find', () => {
    const pixels = new Float32Array(32 * 16 * 3)
    for (let i = 0; i < 3; i++) for (let x = 4; x < 9; x++) pixels[(3 * 32 + x) * 3 + i] = 50
    const environment = { kind: 'map', width: 32, height: 16, pixels } as const
    const frame = { width: 2, height: 2, bounces: 0 }
    const aimed = mean(render(floorUnder([], lambert(), { environment }), frame, 4096))
    // The same light, by the midpoint rule over directions: E/π with bilinear look-up left to the kernel's mean.
    let expected = 0
    const n = 1024
    for (let j = 0; j < n / 2; j++) {
      for (let i = 0; i < n; i++) {
        const [u, v] = [(i + 0.5) / n, (j + 0.5) / n]
        const [x, y] = [u * 32 - 0.5, v * 16 - 0.5]
        const [fx, fy] = [Math.floor(x), Math.floor(y)]
        const at = (a: number, b: number) =>
          pixels[(Math.min(15, Math.max(0, b)) * 32 + ((a + 32) % 32)) * 3]!
        const [s, t] = [x - fx, y - fy]
        const sky =
          (at(fx, fy) * (1 - s) + at(fx + 1, fy) * s) * (1 - t) +
          (at(fx, fy + 1) * (1 - s) + at(fx + 1, fy + 1) * s) * t
        const theta = v * Math.PI
        expected += sky * Math.cos(theta) * Math.sin(theta) * ((2 * Math.PI) / n) * (Math.PI / n)
      }
    }
    expect(aimed / (expected / Math.PI)).toBeCloseTo(1, 2)
  })
})

describe('surfaces', () => {
  const sun = { kind: 'directional', direction: [0, -1, 0], intensity: [Math.PI, Math.PI, Math.PI] } as const
  const frame = { width: 4, height: 4, bounces: 0 }

  it('show a texture texel by texel, decoded from sRGB, wherever it is not smoothed', () => {
    const texture = checkerboard(4, [1, 0.5, 0], [0.25, 0, 1], { filter: 'nearest' })
    const lit = lambert({ baseColor: [0, 0, 0], emissive: [1, 1, 1], textures: { ...none, emissive: 0 } })
    const scene = joinScene([quad([-1, 0, 1], [2, 0, 0], [0, 0, -2], 0)], {
      materials: [lit],
      camera: fromAbove(1),
      textures: [texture],
    })
    const image = render(scene, frame, 4)
    const linear = (byte: number) => ((byte / 255 + 0.055) / 1.055) ** 2.4
    const [light, dark] = [
      [1, linear(128), 0],
      [linear(64), 0, 1],
    ]
    for (let i = 0; i < 16; i++) {
      const color = ((i % 4) + (i >> 2)) % 2 === 0 ? light : dark
      for (let k = 0; k < 3; k++) expect(image[i * 3 + k]).toBeCloseTo(color[k]!, 5)
    }
  })

  it('show a texture scaled, turned and moved as it lies', () => {
    const texture = checkerboard(2, [1, 1, 1], [0, 0, 0], { filter: 'nearest' })
    texture.rgba.set([255, 0, 0, 255], 0)
    const lit = lambert({ baseColor: [0, 0, 0], emissive: [1, 1, 1], textures: { ...none, emissive: 0 } })
    const image = (transform: UvTransform) => {
      const scene = joinScene([quad([-1, 0, 1], [2, 0, 0], [0, 0, -2], 0)], {
        materials: [lit],
        camera: fromAbove(1),
        textures: [{ ...texture, transform }],
      })
      const seen = render(scene, { width: 2, height: 2, bounces: 0 }, 1)
      return [0, 1, 2, 3].map((i) => [...seen.subarray(i * 3, i * 3 + 3)].map((x) => Math.round(x)).join(''))
    }
    const [red, black, white] = ['100', '000', '111']
    expect(image([1, 0, 0, 0, 1, 0])).toEqual([red, black, black, white])
    // Half a width to the side; a quarter turn; so large that one texel covers all.
    expect(image([1, 0, 0.5, 0, 1, 0])).toEqual([black, red, white, black])
    expect(image([0, 1, 0, -1, 0, 1])).toEqual([black, red, white, black])
    expect(image([0, 0, 0.1, 0, 0, 0.1])).toEqual([red, red, red, red])
  })

  it('emit the colours of their vertices where these multiply the emission', () => {
    const lamp = lambert({ baseColor: [0, 0, 0], emissive: [2, 2, 2] })
    const seen = (coloredEmission: boolean) => {
      const scene = joinScene([quad([-1, 0, 1], [2, 0, 0], [0, 0, -2], 0)], {
        materials: [{ ...lamp, coloredEmission }],
        camera: fromAbove(0.5),
      })
      const colors = new Float32Array(16).map((_, i) => [0.5, 0.25, 0, 1][i % 4]!)
      const image = render({ ...scene, colors }, frame, 4)
      return [0, 1, 2].map((k) => mean(image, k))
    }
    ;[2, 2, 2].forEach((value, k) => expect(seen(false)[k]).toBeCloseTo(value, 6))
    ;[1, 0.5, 0].forEach((value, k) => expect(seen(true)[k]).toBeCloseTo(value, 6))
  })

  it('turn with their normal map', () => {
    const tilt = 0.6
    const texel = [0.5 + Math.sin(tilt) / 2, 0.5, 0.5 + Math.cos(tilt) / 2] as const
    const textures = [checkerboard(2, texel, texel, { srgb: false })]
    const tilted = lambert({ textures: { ...none, normal: 0 } })
    const image = render(floorUnder([], tilted, { textures, lights: [sun] }), frame, 16)
    expect(mean(image)).toBeCloseTo(Math.cos(tilt), 2)
  })

  it('let through what their opacity leaves', () => {
    const veil = (changes: Partial<MaterialDescription>) =>
      joinScene([quad([-1, 0, 1], [2, 0, 0], [0, 0, -2], 0)], {
        materials: [lambert({ baseColor: [0, 0, 0], ...changes })],
        camera: fromAbove(0.9),
        environment: white,
      })
    expect(mean(render(veil({ alpha: 0.3, alphaMode: 'blend' }), frame, 4096))).toBeCloseTo(0.7, 2)
    expect(mean(render(veil({ alpha: 0.3, alphaMode: 'mask', alphaCutoff: 0.5 }), frame, 4))).toBe(1)
    expect(mean(render(veil({ alpha: 0.3, alphaMode: 'opaque' }), frame, 4))).toBe(0)
  })

  it('cast shadows as deep as their opacity', () => {
    const veil = quad([-5, 1, -5], [10, 0, 0], [0, 0, 10], 3)
    const scene = floorUnder([veil], lambert(), { lights: [sun] })
    const materials = [
      ...scene.materials,
      lambert({ baseColor: [0, 0, 0], alpha: 0.25, alphaMode: 'blend' as const }),
    ]
    expect(mean(render({ ...scene, materials }, frame, 4096))).toBeCloseTo(0.75, 2)
  })

  it('absorb inside by the way light goes through them', () => {
    const color: Rgb = [0.9, 0.5, 0.1]
    const slab = material({
      transmission: 1,
      thinWalled: false,
      roughness: 0,
      ior: 1,
      attenuationColor: color,
      attenuationDistance: 0.5,
    })
    const parts = [
      quad([-9, 0.5, 9], [18, 0, 0], [0, 0, -18], 0),
      quad([-9, -0.5, -9], [18, 0, 0], [0, 0, 18], 0),
    ]
    const scene = joinScene(parts, { materials: [slab], camera: fromAbove(1), environment: white })
    const image = render(scene, { width: 4, height: 4, bounces: 8 }, 256)
    for (let k = 0; k < 3; k++) expect(mean(image, k)).toBeCloseTo(color[k]! ** 2, 2)
  })

  it('emit from the front alone unless they are double-sided', () => {
    const seen = (doubleSided: boolean) => {
      const lamp = lambert({ baseColor: [0, 0, 0], emissive: [3, 3, 3], doubleSided })
      const scene = joinScene([quad([-1, 0, -1], [2, 0, 0], [0, 0, 2], 0)], {
        materials: [lamp],
        camera: fromAbove(0.5),
      })
      return mean(render(scene, frame, 4))
    }
    expect(seen(false)).toBe(0)
    expect(seen(true)).toBe(3)
  })
})

describe('the error', () => {
  it('falls with the number of samples at least as fast as 1/√n', () => {
    // Highlights of lamps without a size on polished metal are rare and very bright; no count of samples shows them well.
    const scene = { ...sampleScene(), lights: [] }
    const frame = { width: 24, height: 18, bounces: 4, clamp: 20 }
    const truth = render(scene, frame, 4096)
    const points = [4, 16, 64, 256].map((n) => {
      const image = render(scene, frame, n)
      const square = image.reduce((sum, x, i) => sum + (x - truth[i]!) ** 2, 0) / image.length
      return [Math.log(n), Math.log(Math.sqrt(square))] as const
    })
    const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k]!, 0) / points.length) as [
      number,
      number,
    ]
    const slope =
      points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
      points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
    expect(slope).toBeLessThan(-0.45)
    expect(slope).toBeGreaterThan(-1.1)
  })
})
