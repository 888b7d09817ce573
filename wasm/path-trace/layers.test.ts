import { beforeAll, describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, radiance, wholeImage } from './compiled.ts'
import { checkerboard, joinScene, lookAt, material, quad } from './sample-scenes.ts'
import { NO_TEXTURES } from './scene-material.ts'
import type { MaterialDescription, SceneDescription, TextureDescription, Vector3 } from './scene.ts'
import { microfacetAlbedoOf } from './tables/microfacet-albedo.ts'

let module: WebAssembly.Module
beforeAll(async () => {
  module = await compiledKernel()
})

/** Unit direction at an angle from the floor's normal, turned about it. */
function towards(angle: number, turn = 0): Vector3 {
  const across = Math.sin(angle)
  return [across * Math.cos(turn), Math.cos(angle), across * Math.sin(turn)]
}

const dot = (a: Vector3, b: Vector3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const UP: Vector3 = [0, 1, 0]

/** A floor as an eye far away sees it from `view`, through almost one direction. */
function floor(surface: MaterialDescription, view: Vector3, around: Partial<SceneDescription> = {}) {
  const eye: Vector3 = [view[0] * 50, view[1] * 50, view[2] * 50]
  const scene = joinScene([quad([-9, 0, 9], [18, 0, 0], [0, 0, -18], 0)], {
    materials: [surface],
    camera: lookAt(eye, [0, 0, 0], 1e-4),
  })
  return { ...scene, ...around }
}

/** Mean of each colour over a picture of one pixel. */
function seen(scene: SceneDescription, samples = 64, bounces = 0): number[] {
  const frame = { width: 1, height: 1, bounces }
  return [...radiance(loadedKernel(module, scene).renderTile(wholeImage(frame, samples), frame), samples)]
}

/** What reaches the eye of a sun that shines with 1 lux along `light`'s way back. */
function lit(surface: MaterialDescription, view: Vector3, light: Vector3): number[] {
  const direction: Vector3 = [-light[0], -light[1], -light[2]]
  return seen(floor(surface, view, { lights: [{ kind: 'directional', direction, intensity: [1, 1, 1] }] }))
}

const white = { environment: { kind: 'constant', radiance: [1, 1, 1] } } as const
/** Reflects nothing: what it shows is what lies over it. */
const black = (changes: Partial<MaterialDescription>) =>
  material({ baseColor: [0, 0, 0], specular: 0, ...changes })
const schlick = (f0: number, c: number) => f0 + (1 - f0) * (1 - c) ** 5

function halfway(a: Vector3, b: Vector3): Vector3 {
  const sum: Vector3 = [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
  const length = Math.hypot(...sum)
  return [sum[0] / length, sum[1] / length, sum[2] / length]
}

/** "Charlie" (KHR_materials_sheen): D · V of white fibres. */
function charlie(view: Vector3, light: Vector3, roughness: number): number {
  const alpha = roughness * roughness
  const t = (1 - alpha) ** 2
  const l = (x: number) => {
    const mix = (a: number, b: number) => a * (1 - t) + b * t
    const power = x ** mix(0.19823, 0.16801)
    return (
      mix(21.5473, 25.3245) / (1 + mix(3.82987, 3.32435) * power) +
      mix(-1.9776, -1.27393) * x +
      mix(-4.32054, -4.85967)
    )
  }
  const lambda = (c: number) => Math.exp(c < 0.5 ? l(c) : 2 * l(0.5) - l(1 - c))
  const [v, n] = [view[1], light[1]]
  const sine2 = 1 - dot(halfway(view, light), UP) ** 2
  const distribution = ((2 + 1 / alpha) * sine2 ** (0.5 / alpha)) / (2 * Math.PI)
  return distribution / ((1 + lambda(v) + lambda(n)) * 4 * v * n)
}

/** GGX with Smith's height-correlated shadowing (glTF 2.0, appendix B): D · V. */
function ggx(view: Vector3, light: Vector3, roughness: number): number {
  const a2 = roughness ** 4
  const h = halfway(view, light)[1]
  const lambda = (c: number) => (Math.sqrt(1 + a2 * (1 / (c * c) - 1)) - 1) / 2
  const distribution = a2 / (Math.PI * ((a2 - 1) * h * h + 1) ** 2)
  return distribution / ((1 + lambda(view[1]) + lambda(light[1])) * 4 * view[1] * light[1])
}

describe('sheen', () => {
  it.each([
    [0.1, 1.2, 1.3, 0.5],
    [0.3, 0.6, 1, 1],
    [0.5, 1, 0.4, 2.5],
    [0.8, 0.2, 1.4, 0.3],
    [1, 0.7, 0.7, 3],
  ])('of roughness %d follows Charlie at angles %d and %d', (roughness, angle, other, turn) => {
    const [view, light] = [towards(angle), towards(other, turn)]
    const image = lit(black({ sheenColor: [0.9, 0.5, 0.2], sheenRoughness: roughness }), view, light)
    const expected = charlie(view, light, roughness) * light[1]
    image.forEach((value, k) => {
      expect(value / (expected * [0.9, 0.5, 0.2][k]!)).toBeCloseTo(1, 2)
    })
  })

  it('leaves to the base what its strongest colour does not reflect', () => {
    const view = towards(1.1)
    const albedo = seen(floor(black({ sheenColor: [1, 1, 1], sheenRoughness: 0.6 }), view, white), 16_384)[0]!
    expect(albedo).toBeGreaterThan(0.05)
    const surface = material({ ior: 1, sheenColor: [0.2, 0.8, 0], sheenRoughness: 0.6 })
    const image = seen(floor(surface, view, white), 16_384)
    ;[0.2, 0.8, 0].forEach((color, k) => {
      expect(Math.abs(image[k]! - (color * albedo + 1 - 0.8 * albedo))).toBeLessThan(0.01)
    })
  })
})

describe('a clear coat', () => {
  it.each([0, 0.7, 1.3])('reflects by the cosine at angle %d, and dims what is below', (angle) => {
    const view = towards(angle + 1e-3)
    const coat = 0.8 * schlick(0.04, view[1])
    const over = black({ clearcoat: 0.8, clearcoatRoughness: 0.3 })
    expect(Math.abs(seen(floor(over, view, white), 8192)[0]! - coat)).toBeLessThan(0.005)
    const lamp = black({ clearcoat: 0.8, emissive: [2, 2, 2] })
    expect(seen(floor(lamp, view))[0]).toBeCloseTo(2 * (1 - coat), 3)
    const light = towards(0.5, 1)
    const matt = { ior: 1, baseColor: [0.5, 0.5, 0.5] } as const
    const dimmed = lit(material({ ...matt, clearcoat: 0.8, clearcoatRoughness: 0 }), view, light)[0]!
    expect(dimmed / lit(material(matt), view, light)[0]!).toBeCloseTo(1 - coat, 2)
  })

  it('has the highlight of GGX about its own normal, which the base’s map does not turn', () => {
    const tilted = checkerboard(2, [0.8, 0.5, 0.9], [0.8, 0.5, 0.9], { srgb: false })
    const [view, light] = [towards(0.6), towards(0.3, 2.8)]
    const over = { clearcoat: 1, clearcoatRoughness: 0.35 }
    // What its facets scatter more than once is given back in proportion.
    const albedo = microfacetAlbedoOf(view[1], 0.35)
    const single = schlick(0.04, view[1]) * ggx(view, light, 0.35) * light[1]
    const expected = single / (albedo[0] + albedo[1])
    for (const textures of [NO_TEXTURES, { ...NO_TEXTURES, normal: 0 }]) {
      const scene = floor(black({ ...over, textures }), view, {
        textures: [tilted],
        lights: [{ kind: 'directional', direction: [-light[0], -light[1], -light[2]], intensity: [1, 1, 1] }],
      })
      expect(seen(scene)[0]! / expected).toBeCloseTo(1, 2)
    }
    const turned = floor(black({ ...over, textures: { ...NO_TEXTURES, clearcoatNormal: 0 } }), view, {
      textures: [tilted],
      lights: [{ kind: 'directional', direction: [-light[0], -light[1], -light[2]], intensity: [1, 1, 1] }],
    })
    expect(seen(turned)[0]! / expected).toBeLessThan(0.8)
  })

  it('dims a lamp as much where it is aimed at as where it is met', () => {
    const room = (clearcoat: number, lights: boolean) => {
      const lamp = black({ emissive: [1, 1, 1], clearcoat, doubleSided: false })
      const scene = joinScene(
        [quad([-50, 0, 50], [100, 0, 0], [0, 0, -100], 1), quad([-3, 1, -3], [6, 0, 0], [0, 0, 6], 0)],
        {
          // A mirror finds the lamp by chance alone, a matt floor mostly by aiming.
          materials: [lamp, lights ? material({ ior: 1 }) : material({ metallic: 1, roughness: 0.9 })],
          camera: lookAt([0.01, 0.5, 0], [0, 0, 0], 1e-3),
        },
      )
      return seen(scene, 16_384)[0]!
    }
    for (const lights of [true, false]) {
      const ratio = room(1, lights) / room(0, lights)
      expect(ratio).toBeGreaterThan(0.85)
      expect(ratio).toBeLessThan(0.955)
    }
  })
})

describe('KHR_materials_specular', () => {
  const smooth = { baseColor: [0, 0, 0], roughness: 0 } as const
  it('scales and colours the reflection at right angles, up to all of it', () => {
    const view = towards(1e-3)
    const image = (changes: Partial<MaterialDescription>) =>
      seen(floor(material({ ...smooth, ...changes }), view, white), 1024)
    expect(image({ specular: 0.5 })[1]).toBeCloseTo(0.02, 3)
    const colored = image({ specularColor: [2, 0.5, 100] })
    ;[0.08, 0.02, 1].forEach((value, k) => expect(colored[k]).toBeCloseTo(value, 2))
  })

  it('leaves white at grazing angles, and the base what the strongest colour leaves', () => {
    const view = towards(1.45)
    const image = seen(floor(material({ ...smooth, specularColor: [1, 0, 0] }), view, white), 1024)
    expect(image[0]).toBeCloseTo(schlick(0.04, view[1]), 2)
    expect(image[1]).toBeCloseTo((1 - view[1]) ** 5, 2)
    const under = seen(floor(material({ roughness: 0, specularColor: [1, 0, 0] }), view, white), 1024)
    expect(under[0]).toBeCloseTo(1, 2)
    expect(under[1]).toBeCloseTo(1 - schlick(0.04, view[1]) + (1 - view[1]) ** 5, 2)
  })

  it('holds for what glass reflects, and lets the rest through', () => {
    const view = towards(1e-3)
    const glass = { roughness: 0, transmission: 1, thinWalled: true } as const
    const dark = { kind: 'map', width: 2, height: 2, pixels: new Float32Array(12) } as const
    // Light from above alone: what is seen is what is reflected.
    dark.pixels.fill(1, 0, 6)
    const image = seen(
      floor(material({ ...glass, specularColor: [5, 1, 0] }), view, { environment: dark }),
      65_536,
    )
    ;[0.2, 0.04, 0].forEach((value, k) => expect(image[k]).toBeCloseTo(value, 2))
    const all = seen(floor(material({ ...glass, specular: 0 }), view, white), 64)
    expect(all[1]).toBeCloseTo(1, 3)
  })
})

describe('KHR_materials_diffuse_transmission', () => {
  it('gives its share of diffuse light to the other side, in a colour of its own', () => {
    const leaf = material({
      ior: 1,
      baseColor: [0.6, 0.8, 0.2],
      diffuseTransmission: 0.3,
      diffuseTransmissionColor: [0.5, 0.25, 1],
    })
    const [above, below] = [towards(0.4, 1), towards(Math.PI - 0.4, 1)]
    const view = towards(0.7)
    const [front, through] = [lit(leaf, view, above), lit(leaf, view, below)]
    for (const k of [0, 1, 2]) {
      const flat = Math.cos(0.4) / Math.PI
      expect(front[k]).toBeCloseTo(0.7 * [0.6, 0.8, 0.2][k]! * flat, 4)
      expect(through[k]).toBeCloseTo(0.3 * [0.5, 0.25, 1][k]! * flat, 4)
    }
  })
})

describe('KHR_materials_anisotropy', () => {
  /** D · V of GGX with α along and across (Burley 2012; Heitz 2014), along x of the floor. */
  const brushed = (view: Vector3, light: Vector3, along: number, across: number) => {
    const [x, up, z] = halfway(view, light)
    const distribution =
      1 / (Math.PI * along * across * ((x / along) ** 2 + (z / across) ** 2 + up * up) ** 2)
    const lambda = ([a, c, b]: Vector3) => (Math.hypot(c, along * a, across * b) / c - 1) / 2
    return distribution / ((1 + lambda(view) + lambda(light)) * 4 * view[1] * light[1])
  }
  it.each([
    [0, 0.3, 0.5, 0.7],
    [0.5, 0.3, 1, 3],
    [0.8, 0.15, 1.2, -2],
    [1, 0.4, 0.2, 1],
  ])('of strength %d stretches the highlight along the tangent', (strength, roughness, angle, turn) => {
    const [view, light] = [towards(0.6, 0.4), towards(angle, turn)]
    const surface = { baseColor: [1, 1, 1], metallic: 1, roughness, anisotropy: strength } as const
    const alpha = roughness ** 2
    const along = alpha * (1 - strength ** 2) + strength ** 2
    // What its facets scatter more than once is given back as by a surface of their mean roughness.
    const [a, b] = microfacetAlbedoOf(view[1], ((alpha ** 2 + along ** 2) / 2) ** 0.25)
    const expected = (brushed(view, light, along, alpha) * light[1]) / (a + b)
    expect(lit(material(surface), view, light)[0]! / expected).toBeCloseTo(1, 2)
    // Turned by a quarter, the highlight is as a turned floor's: light and view the other way round.
    const turned = lit(material({ ...surface, anisotropyDirection: [0, 1] }), view, light)[0]!
    expect(turned / ((brushed(view, light, alpha, along) * light[1]) / (a + b))).toBeCloseTo(1, 2)
  })

  it('is turned by its texture, whose blue is its strength', () => {
    const [view, light] = [towards(0.6, 0.4), towards(0.4, 1)]
    // A texel of (-0.6, 0.804) and a strength of 0.4; turned by (0.8, 0.6), its direction is (-0.962, 0.283).
    const texel = [0.2, 0.9, 0.4] as const
    const brushedMetal = {
      metallic: 1,
      roughness: 0.3,
      anisotropy: 1,
      anisotropyDirection: [0.8, 0.6],
    } as const
    const sun = {
      kind: 'directional',
      direction: [-light[0], -light[1], -light[2]],
      intensity: [1, 1, 1],
    } as const
    const textured = floor(material({ ...brushedMetal, textures: { ...NO_TEXTURES, anisotropy: 0 } }), view, {
      textures: [checkerboard(2, texel, texel, { srgb: false })],
      lights: [sun],
    })
    const plain = floor(
      material({ ...brushedMetal, anisotropy: 0.4, anisotropyDirection: [-0.9593, 0.2823] }),
      view,
      { lights: [sun] },
    )
    expect(seen(textured)[0]! / seen(plain)[0]!).toBeCloseTo(1, 2)
  })
})

describe('KHR_materials_dispersion', () => {
  /** Light that an interface lets through, by Fresnel's formulas for both polarisations. */
  const passed = (cosine: number, index: number) => {
    const inner = Math.sqrt(1 - (1 - cosine * cosine) / index ** 2)
    const across = (cosine - index * inner) / (cosine + index * inner)
    const along = (inner - index * cosine) / (inner + index * cosine)
    return 1 - (across ** 2 + along ** 2) / 2
  }
  it('bends red less and blue more than green, by the indices that it says', () => {
    const [index, dispersion, angle] = [1.5, 20, 1.1]
    const glass = material({ transmission: 1, thinWalled: false, roughness: 0, ior: index, dispersion })
    const lamp = black({ emissive: [1, 1, 1], coloredEmission: true })
    // A metre below the interface a wall is as bright as its place along x, from 0 at -1.5 to 1 at 0.5.
    const scene = joinScene(
      [quad([-9, 0, 9], [18, 0, 0], [0, 0, -18], 0), quad([-1.5, -1, 1], [2, 0, 0], [0, 0, -2], 1)],
      {
        materials: [glass, lamp],
        camera: lookAt([Math.sin(angle) * 9, Math.cos(angle) * 9, 0], [0, 0, 0], 1e-4),
      },
    )
    // The glass, whose vertices come first, is white.
    const colors = Array.from({ length: 8 }, (_, vertex) => {
      const light = vertex < 4 ? 1 : (scene.positions[vertex * 3]! + 1.5) / 2
      return [light, light, light, 1]
    }).flat()
    const image = seen({ ...scene, colors: Float32Array.from(colors) }, 65_536, 2)
    const half = (index - 1) * 0.025 * dispersion
    ;[index - half, index, index + half].forEach((n, k) => {
      const sine = Math.sin(angle) / n
      const expected = passed(Math.cos(angle), n) * (0.75 - sine / Math.sqrt(1 - sine * sine) / 2)
      expect(image[k]! / expected).toBeCloseTo(1, 1)
    })
  })
})

describe('textures of layers', () => {
  const one = (r: number, g: number, b: number, a: number): TextureDescription => {
    const texture = checkerboard(2, [r / 255, g / 255, b / 255], [r / 255, g / 255, b / 255], { srgb: false })
    texture.rgba.forEach((_, i) => {
      if (i % 4 === 3) texture.rgba[i] = a
    })
    return texture
  }
  it('scale their factors by the channels that glTF names', () => {
    const [view, light] = [towards(0.9), towards(0.8, 1)]
    const textures = [one(51, 102, 153, 204)]
    const sun = {
      textures,
      lights: [
        {
          kind: 'directional' as const,
          direction: [-light[0], -light[1], -light[2]] as const,
          intensity: [1, 1, 1] as const,
        },
      ],
    }
    const pairs: [Partial<MaterialDescription>, Partial<MaterialDescription>][] = [
      [
        {
          clearcoat: 0.5,
          clearcoatRoughness: 0.8,
          textures: { ...NO_TEXTURES, clearcoat: 0, clearcoatRoughness: 0 },
        },
        { clearcoat: 0.1, clearcoatRoughness: 0.32 },
      ],
      [
        {
          sheenColor: [1, 0.5, 1],
          sheenRoughness: 0.5,
          textures: { ...NO_TEXTURES, sheenColor: 0, sheenRoughness: 0 },
        },
        { sheenColor: [0.2, 0.2, 0.6], sheenRoughness: 0.4 },
      ],
      [
        {
          specular: 0.5,
          specularColor: [4, 4, 4],
          roughness: 0.5,
          textures: { ...NO_TEXTURES, specular: 0, specularColor: 0 },
        },
        { specular: 0.4, specularColor: [0.8, 1.6, 2.4], roughness: 0.5 },
      ],
      [
        {
          baseColor: [1, 1, 1],
          diffuseTransmission: 0.5,
          textures: { ...NO_TEXTURES, diffuseTransmission: 0, diffuseTransmissionColor: 0 },
        },
        { baseColor: [1, 1, 1], diffuseTransmission: 0.4, diffuseTransmissionColor: [0.2, 0.4, 0.6] },
      ],
    ]
    for (const [textured, plain] of pairs) {
      const [a, b] = [textured, plain].map((changes) => seen(floor(black(changes), view, sun)))
      a!.forEach((value, k) => expect(value / b![k]!).toBeCloseTo(1, 4))
    }
  })
})
