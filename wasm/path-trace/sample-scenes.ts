/** Small scenes that tests and the bench share, and the parts to build them from. */
import type { CameraDescription } from './scene-camera.ts'
import type {
  EnvironmentDescription,
  LightDescription,
  MaterialDescription,
  Rgb,
  SceneDescription,
  TextureDescription,
  Vector3,
} from './scene.ts'
import { NO_LAYERS, NO_TEXTURES } from './scene-material.ts'
import { AS_IT_LIES } from './scene-texture.ts'

/** A white, rough, opaque dielectric; tests change what they are about. */
export function material(changes: Partial<MaterialDescription> = {}): MaterialDescription {
  return {
    baseColor: [1, 1, 1],
    alpha: 1,
    alphaMode: 'opaque',
    alphaCutoff: 0.5,
    metallic: 0,
    roughness: 1,
    emissive: [0, 0, 0],
    coloredEmission: false,
    transmission: 0,
    ior: 1.5,
    thinWalled: true,
    attenuationColor: [1, 1, 1],
    attenuationDistance: 0,
    doubleSided: true,
    normalScale: 1,
    ...NO_LAYERS,
    textures: NO_TEXTURES,
    ...changes,
  }
}

/** Triangles of one material, before they are joined into a scene. */
export interface MeshPart {
  readonly positions: readonly number[]
  readonly normals: readonly number[]
  readonly tangents: readonly number[]
  readonly uvs: readonly number[]
  readonly indices: readonly number[]
  readonly material: number
}

/** A parallelogram with corners o, o+a, o+a+b, o+b; its front is where a×b points. */
export function quad(o: Vector3, a: Vector3, b: Vector3, materialIndex: number): MeshPart {
  const n = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]] as const
  const length = Math.hypot(...n)
  const normal = n.map((x) => x / length)
  const tangent = [...a.map((x) => x / Math.hypot(...a)), 1]
  const corner = (s: number, t: number) => [
    o[0] + a[0] * s + b[0] * t,
    o[1] + a[1] * s + b[1] * t,
    o[2] + a[2] * s + b[2] * t,
  ]
  return {
    positions: [...corner(0, 0), ...corner(1, 0), ...corner(1, 1), ...corner(0, 1)],
    normals: [...normal, ...normal, ...normal, ...normal],
    tangents: [...tangent, ...tangent, ...tangent, ...tangent],
    uvs: [0, 1, 1, 1, 1, 0, 0, 0],
    indices: [0, 1, 2, 0, 2, 3],
    material: materialIndex,
  }
}

/** A latitude-longitude sphere with smooth normals. */
export function sphere(center: Vector3, radius: number, rings: number, materialIndex: number): MeshPart {
  const positions: number[] = []
  const normals: number[] = []
  const tangents: number[] = []
  const uvs: number[] = []
  const indices: number[] = []
  const columns = rings * 2
  for (let j = 0; j <= rings; j++) {
    for (let i = 0; i <= columns; i++) {
      const theta = (Math.PI * j) / rings
      const phi = (2 * Math.PI * i) / columns
      const n = [Math.sin(theta) * Math.cos(phi), Math.cos(theta), -Math.sin(theta) * Math.sin(phi)] as const
      normals.push(...n)
      positions.push(center[0] + radius * n[0], center[1] + radius * n[1], center[2] + radius * n[2])
      tangents.push(-Math.sin(phi), 0, -Math.cos(phi), 1)
      uvs.push(i / columns, j / rings)
      if (j === rings || i === columns) continue
      const a = j * (columns + 1) + i
      const b = a + columns + 1
      if (j > 0) indices.push(a, b, a + 1)
      if (j < rings - 1) indices.push(a + 1, b, b + 1)
    }
  }
  return { positions, normals, tangents, uvs, indices, material: materialIndex }
}

/** A perspective camera at `eye` that looks at `target`, y up. */
export function lookAt(eye: Vector3, target: Vector3, yfov: number): CameraDescription {
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v)) as [number, number, number]
  const z = unit([eye[0] - target[0], eye[1] - target[1], eye[2] - target[2]])
  const x = unit([z[2], 0, -z[0]])
  const y = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]] as const
  return {
    worldFromCamera: [x[0], y[0], z[0], eye[0], x[1], y[1], z[1], eye[1], x[2], y[2], z[2], eye[2]],
    projection: { kind: 'perspective', yfov },
  }
}

/** Everything that `joinScene` puts around the meshes. */
export interface Surroundings {
  readonly materials: readonly MaterialDescription[]
  readonly camera: CameraDescription
  readonly textures?: readonly TextureDescription[]
  readonly lights?: readonly LightDescription[]
  readonly environment?: EnvironmentDescription
}

/** One scene of several parts. Black around it unless told otherwise. */
export function joinScene(parts: readonly MeshPart[], around: Surroundings): SceneDescription {
  let base = 0
  const indices: number[] = []
  const triangleMaterials: number[] = []
  for (const part of parts) {
    for (const index of part.indices) indices.push(base + index)
    for (let i = 0; i < part.indices.length; i += 3) triangleMaterials.push(part.material)
    base += part.positions.length / 3
  }
  const floats = (pick: (part: MeshPart) => readonly number[]) => new Float32Array(parts.flatMap(pick))
  return {
    positions: floats((p) => p.positions),
    normals: floats((p) => p.normals),
    tangents: floats((p) => p.tangents),
    colors: new Float32Array(0),
    uvs: floats((p) => p.uvs),
    indices: new Uint32Array(indices),
    triangleMaterials: new Uint32Array(triangleMaterials),
    materials: around.materials,
    textures: around.textures ?? [],
    camera: around.camera,
    lights: around.lights ?? [],
    environment: around.environment ?? { kind: 'constant', radiance: [0, 0, 0] },
  }
}

/** A checkerboard of two colours, `side` texels wide. */
export function checkerboard(side: number, light: Rgb, dark: Rgb, changes: Partial<TextureDescription> = {}) {
  const rgba = new Uint8Array(side * side * 4)
  for (let i = 0; i < side * side; i++) {
    const color = ((i % side) + Math.floor(i / side)) % 2 === 0 ? light : dark
    rgba.set([...color.map((x) => Math.round(x * 255)), 255], i * 4)
  }
  return {
    width: side,
    height: side,
    rgba,
    srgb: true,
    wrapU: 'repeat',
    wrapV: 'repeat',
    filter: 'linear',
    transform: AS_IT_LIES,
    ...changes,
  } as const
}

/** Triangles strewn by a seeded generator in a cube of two metres; `size` says how large triangle i is. */
export function cloudScene(count: number, size: (i: number) => number): SceneDescription {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 24 - 0.5
  }
  const parts = Array.from({ length: count }, (_, i): MeshPart => {
    const center = [random() * 2, random() * 2, random() * 2] as const
    const corner = () => center.map((x) => x + random() * size(i))
    return {
      positions: [...corner(), ...corner(), ...corner()],
      normals: new Array<number>(9).fill(0),
      tangents: new Array<number>(12).fill(0),
      uvs: new Array<number>(6).fill(0),
      indices: [0, 1, 2],
      material: i % 3,
    }
  })
  const materials = [
    material({ baseColor: [0.8, 0.4, 0.2] }),
    material({ metallic: 1, roughness: 0.2 }),
    material({ transmission: 1, roughness: 0.1 }),
  ]
  return joinScene(parts, {
    materials,
    camera: lookAt([0.3, 0.4, 3], [0, 0, 0], 0.7),
    environment: { kind: 'constant', radiance: [0.8, 0.9, 1] },
  })
}

/** Every kind of material; textures 0 to 3 are those of `sampleScene`. */
function sampleMaterials(): MaterialDescription[] {
  return [
    material({ baseColor: [0.9, 0.8, 0.7], textures: { ...NO_TEXTURES, baseColor: 0, normal: 1 } }),
    material({
      baseColor: [0.95, 0.64, 0.54],
      metallic: 1,
      roughness: 0.3,
      anisotropy: 0.6,
      anisotropyDirection: [0.8, 0.6],
      textures: { ...NO_TEXTURES, metallicRoughness: 2 },
    }),
    material({
      roughness: 0.1,
      transmission: 1,
      thinWalled: false,
      attenuationColor: [0.6, 0.9, 0.7],
      attenuationDistance: 0.5,
      dispersion: 1,
    }),
    material({
      baseColor: [0, 0, 0],
      emissive: [12, 10, 8],
      doubleSided: false,
      textures: { ...NO_TEXTURES, emissive: 0 },
    }),
    material({ baseColor: [0.3, 0.5, 0.9], alpha: 0.5, alphaMode: 'blend', roughness: 0.4 }),
    material({ transmission: 0.7, roughness: 0.2, textures: { ...NO_TEXTURES, transmission: 2 } }),
    material({ alphaMode: 'mask', textures: { ...NO_TEXTURES, baseColor: 3 } }),
    material({
      baseColor: [0.2, 0.5, 0.3],
      specular: 0.8,
      specularColor: [1.5, 0.5, 1],
      clearcoat: 0.9,
      clearcoatRoughness: 0.2,
      sheenColor: [0.5, 0.6, 0.9],
      sheenRoughness: 0.4,
      diffuseTransmission: 0.4,
      diffuseTransmissionColor: [0.3, 0.9, 0.4],
      textures: { ...NO_TEXTURES, clearcoatNormal: 1, sheenColor: 0 },
    }),
  ]
}

/** A room with every kind of material, texture and light in it: what equality and damage tests render. */
export function sampleScene(): SceneDescription {
  const parts = [
    quad([-2, -1, 2], [4, 0, 0], [0, 0, -4], 0),
    sphere([-0.7, -0.4, 0], 0.6, 6, 1),
    sphere([0.7, -0.4, 0.3], 0.6, 6, 2),
    quad([-0.5, 1.8, -0.5], [1, 0, 0], [0, 0, 1], 3),
    quad([-1.8, -1, -1], [1, 0, 0.4], [0, 1.5, 0], 4),
    quad([0.8, -1, -1], [1, 0, -0.4], [0, 1.5, 0], 5),
    quad([-0.4, -1, 0.9], [0.8, 0, 0], [0, 0.6, 0], 6),
    sphere([0, 0.2, -0.6], 0.5, 6, 7),
  ]
  const masked = checkerboard(8, [1, 1, 1], [0.2, 0.9, 0.2], {
    filter: 'nearest',
    wrapU: 'mirror',
    wrapV: 'clamp',
  })
  masked.rgba.forEach((_, i) => {
    if (i % 4 === 3 && (i >> 2) % 3 === 0) masked.rgba[i] = 40
  })
  const sky = new Float32Array(8 * 4 * 3).map((_, i) => (i === 33 ? 20 : 0.2 + (i % 7) * 0.05))
  return joinScene(parts, {
    materials: sampleMaterials(),
    textures: [
      checkerboard(4, [0.9, 0.9, 0.9], [0.3, 0.3, 0.5], { transform: [1.5, 0.5, 0.25, -0.5, 1.5, 0.1] }),
      checkerboard(4, [0.5, 0.5, 1], [0.7, 0.4, 0.9], { srgb: false }),
      checkerboard(4, [0.6, 0.4, 1], [1, 0.9, 0.8], { srgb: false, filter: 'nearest' }),
      masked,
    ],
    camera: lookAt([0, 0.6, 4], [0, -0.2, 0], 0.8),
    lights: [
      { kind: 'directional', direction: [-0.3, -1, -0.2], intensity: [0.5, 0.5, 0.4] },
      { kind: 'point', position: [1.5, 1.5, 1], intensity: [2, 3, 4], range: 9 },
      {
        kind: 'spot',
        position: [-1.5, 1.5, 1.5],
        direction: [1, -1, -1],
        intensity: [9, 7, 5],
        range: 0,
        innerConeAngle: 0.2,
        outerConeAngle: 0.5,
      },
    ],
    environment: { kind: 'map', width: 8, height: 4, pixels: sky },
  })
}
