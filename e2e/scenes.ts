/**
 * Small scenes made by rule, so that the tests have pictures worth looking at and no model of an artist. Each is one glTF 2.0
 * file with its geometry inside, except where a test wants a texture beside it.
 */

interface Mesh {
  readonly positions: number[]
  readonly normals: number[]
  readonly indices: number[]
}

interface Material {
  readonly color: readonly [number, number, number]
  readonly metallic?: number
  readonly roughness?: number
  readonly emissive?: number
}

interface Thing {
  readonly mesh: Mesh
  readonly material: Material
  readonly at?: readonly [number, number, number]
  readonly size?: readonly [number, number, number]
  /** Turns once about the vertical in so many seconds. */
  readonly turnSeconds?: number
}

/** A sphere of radius 1. */
function sphere(rings = 32): Mesh {
  const mesh: Mesh = { positions: [], normals: [], indices: [] }
  const around = rings * 2
  for (let r = 0; r <= rings; r++) {
    for (let a = 0; a <= around; a++) {
      const [up, round] = [(r / rings) * Math.PI, (a / around) * 2 * Math.PI]
      const normal = [Math.sin(up) * Math.cos(round), Math.cos(up), Math.sin(up) * Math.sin(round)]
      mesh.positions.push(...normal)
      mesh.normals.push(...normal)
      if (r === rings || a === around) continue
      const i = r * (around + 1) + a
      mesh.indices.push(i, i + 1, i + around + 1, i + 1, i + around + 2, i + around + 1)
    }
  }
  return mesh
}

/** A box from −1 to 1. */
function box(): Mesh {
  const mesh: Mesh = { positions: [], normals: [], indices: [] }
  for (const axis of [0, 1, 2]) {
    for (const sign of [-1, 1]) {
      const first = mesh.positions.length / 3
      for (const [u, v] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        const corner = [0, 0, 0]
        corner[axis] = sign
        corner[(axis + 1) % 3] = u
        corner[(axis + 2) % 3] = v
        const normal = [0, 0, 0]
        normal[axis] = sign
        mesh.positions.push(...corner)
        mesh.normals.push(...normal)
      }
      const order = sign > 0 ? [0, 1, 2, 0, 2, 3] : [0, 2, 1, 0, 3, 2]
      mesh.indices.push(...order.map((i) => first + i))
    }
  }
  return mesh
}

const floor: Thing = {
  mesh: box(),
  material: { color: [0.7, 0.68, 0.65], roughness: 0.9 },
  at: [0, -0.1, 0],
  size: [12, 0.1, 12],
}
/** Behind everything, so that nothing stands before the night. */
const wall: Thing = {
  mesh: box(),
  material: { color: [0.42, 0.5, 0.52], roughness: 0.95 },
  at: [0, 4, -6],
  size: [14, 6, 0.1],
}
const lamp = (x: number, y: number, z: number, size: number, light: number): Thing => ({
  mesh: box(),
  material: { color: [1, 1, 1], emissive: light },
  at: [x, y, z],
  size: [size, 0.05, size],
})

/** Balls of metal, clay and lacquer in rows under a lamp. */
export function ballsScene(): Uint8Array<ArrayBuffer> {
  const things: Thing[] = [floor, wall, lamp(-2, 7, 3, 2.2, 8), lamp(5, 5, -3, 1.2, 7)]
  const colors: Material['color'][] = [
    [0.9, 0.25, 0.2],
    [0.06, 0.46, 0.43],
    [0.95, 0.75, 0.3],
    [0.25, 0.35, 0.8],
    [0.9, 0.9, 0.92],
  ]
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 5; column++) {
      const color = colors[(row * 2 + column) % colors.length] ?? [1, 1, 1]
      const material = { color, metallic: row === 1 ? 1 : 0, roughness: 0.08 + 0.2 * column }
      const [x, z] = [(column - 2) * 1.25, (row - 1) * 1.3]
      things.push({ mesh: sphere(), material, at: [x, 0.5, z], size: [0.5, 0.5, 0.5] })
    }
  }
  return glb(things, { at: [0, 3.1, 6.6], pitch: -0.42 })
}

/** A town of towers with lit roofs. */
export function townScene(): Uint8Array<ArrayBuffer> {
  const things: Thing[] = [floor, wall, lamp(-5, 9, 2, 2.5, 10)]
  for (let x = -4; x <= 4; x++) {
    for (let z = -4; z <= 2; z++) {
      const height = 0.3 + ((((x * 7 + z * 13 + x * x * z * z * 3) % 11) + 11) % 11) / 6
      const warm = (x * 5 + z * 3 + 40) % 7 === 0
      const material: Material = warm
        ? { color: [1, 0.75, 0.4], emissive: 3 }
        : { color: [0.35 + 0.05 * ((x + 9) % 4), 0.45, 0.5], roughness: 0.6 }
      things.push({ mesh: box(), material, at: [x, height, z], size: [0.36, height, 0.36] })
    }
  }
  return glb(things, { at: [0, 4.6, 8], pitch: -0.45 })
}

/** A box that turns once in two seconds, and a ball beside it. */
export function turningScene(): Uint8Array<ArrayBuffer> {
  const things: Thing[] = [
    floor,
    wall,
    lamp(-2, 6, 3, 2, 8),
    {
      mesh: box(),
      material: { color: [0.06, 0.46, 0.43], roughness: 0.4 },
      at: [-0.8, 0.7, 0],
      size: [0.7, 0.7, 0.7],
      turnSeconds: 2,
    },
    {
      mesh: sphere(),
      material: { color: [0.9, 0.6, 0.2], metallic: 1, roughness: 0.15 },
      at: [1.4, 0.7, 0],
      size: [0.7, 0.7, 0.7],
    },
  ]
  return glb(things, { at: [0, 2.2, 5], pitch: -0.3 })
}

/** A .gltf file that wants a texture `wood_03.png` and has its geometry in `scene.bin`. */
export function texturedScene(): { gltf: Uint8Array<ArrayBuffer>; bin: Uint8Array<ArrayBuffer> } {
  const { json, bin } = build([floor, lamp(0, 5, 2, 2, 14)], { at: [0, 2, 5], pitch: -0.3 })
  const withTexture = {
    ...json,
    buffers: [{ byteLength: bin.byteLength, uri: 'scene.bin' }],
    images: [{ uri: 'wood_03.png' }],
    textures: [{ source: 0 }],
    materials: json.materials.map((material, i) =>
      i === 0
        ? {
            ...material,
            pbrMetallicRoughness: { ...material.pbrMetallicRoughness, baseColorTexture: { index: 0 } },
          }
        : material,
    ),
  }
  return { gltf: new TextEncoder().encode(JSON.stringify(withTexture)), bin }
}

interface Camera {
  readonly at: readonly [number, number, number]
  /** Radians up from the horizontal. */
  readonly pitch: number
}

const FLOAT = 5126
const UINT32 = 5125

/** The binary buffer of a glTF file, with a view and an accessor for each array in it. */
interface GltfBuffer {
  readonly bufferViews: readonly { buffer: 0; byteOffset: number; byteLength: number }[]
  readonly accessors: readonly Record<string, unknown>[]
  /** Appends an array. @returns its accessor */
  add(values: Float32Array | Uint32Array, type: string, extra?: Record<string, unknown>): number
  bytes(): Uint8Array<ArrayBuffer>
}

function createBuffer(): GltfBuffer {
  const chunks: Uint8Array[] = []
  const bufferViews: { buffer: 0; byteOffset: number; byteLength: number }[] = []
  const accessors: Record<string, unknown>[] = []
  let offset = 0
  return {
    bufferViews,
    accessors,
    bytes: () => new Uint8Array(Buffer.concat(chunks)),
    add(values, type, extra = {}) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      bufferViews.push({ buffer: 0, byteOffset: offset, byteLength: bytes.byteLength })
      chunks.push(bytes)
      offset += bytes.byteLength
      const width = { SCALAR: 1, VEC3: 3, VEC4: 4 }[type] ?? 1
      const componentType = values instanceof Float32Array ? FLOAT : UINT32
      accessors.push({
        bufferView: bufferViews.length - 1,
        componentType,
        type,
        count: values.length / width,
        ...extra,
      })
      return accessors.length - 1
    },
  }
}

function build(things: readonly Thing[], camera: Camera) {
  const buffer = createBuffer()
  const meshes = things.map(({ mesh }, material) => gltfMesh(mesh, material, buffer))
  const { channels, samplers } = turns(things, buffer)
  const bin = buffer.bytes()
  const json = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [...things.keys(), things.length] }],
    nodes: [
      ...things.map(({ at = [0, 0, 0], size = [1, 1, 1] }, mesh) => ({
        mesh,
        translation: [...at],
        scale: [...size],
      })),
      {
        camera: 0,
        translation: [...camera.at],
        rotation: [Math.sin(camera.pitch / 2), 0, 0, Math.cos(camera.pitch / 2)],
      },
    ],
    cameras: [{ type: 'perspective', name: 'front', perspective: { yfov: 0.75, znear: 0.1 } }],
    meshes,
    materials: things.map(({ material }) => gltfMaterial(material)),
    extensionsUsed: ['KHR_materials_emissive_strength'],
    accessors: buffer.accessors,
    bufferViews: buffer.bufferViews,
    buffers: [{ byteLength: bin.byteLength }],
    ...(channels.length === 0 ? {} : { animations: [{ name: 'turn', channels, samplers }] }),
  }
  return { json, bin }
}

function gltfMesh(mesh: Mesh, material: number, buffer: GltfBuffer) {
  const axes = [0, 1, 2].map((axis) => mesh.positions.filter((_, i) => i % 3 === axis))
  const bounds = { min: axes.map((v) => Math.min(...v)), max: axes.map((v) => Math.max(...v)) }
  const attributes = {
    POSITION: buffer.add(new Float32Array(mesh.positions), 'VEC3', bounds),
    NORMAL: buffer.add(new Float32Array(mesh.normals), 'VEC3'),
  }
  const indices = buffer.add(new Uint32Array(mesh.indices), 'SCALAR')
  return { primitives: [{ attributes, indices, material }] }
}

function gltfMaterial({ color, metallic = 0, roughness = 0.5, emissive = 0 }: Material) {
  return {
    pbrMetallicRoughness: {
      baseColorFactor: [...color, 1],
      metallicFactor: metallic,
      roughnessFactor: roughness,
    },
    ...(emissive > 0
      ? {
          emissiveFactor: [...color],
          extensions: { KHR_materials_emissive_strength: { emissiveStrength: emissive } },
        }
      : {}),
  }
}

/** The animation of the things that turn. */
function turns(things: readonly Thing[], buffer: GltfBuffer) {
  const channels: Record<string, unknown>[] = []
  const samplers: Record<string, unknown>[] = []
  const quarters = [0, 0.25, 0.5, 0.75, 1]
  for (const [node, { turnSeconds }] of things.entries()) {
    if (turnSeconds === undefined) continue
    const times = new Float32Array(quarters.map((quarter) => quarter * turnSeconds))
    const rotations = quarters.flatMap((quarter) => [
      0,
      Math.sin(quarter * Math.PI),
      0,
      Math.cos(quarter * Math.PI),
    ])
    const input = buffer.add(times, 'SCALAR', { min: [0], max: [turnSeconds] })
    samplers.push({
      input,
      output: buffer.add(new Float32Array(rotations), 'VEC4'),
      interpolation: 'LINEAR',
    })
    channels.push({ sampler: samplers.length - 1, target: { node, path: 'rotation' } })
  }
  return { channels, samplers }
}

function glb(things: readonly Thing[], camera: Camera): Uint8Array<ArrayBuffer> {
  const { json, bin } = build(things, camera)
  const text = Buffer.from(JSON.stringify(json))
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.byteLength % 4)) % 4, ' ')])
  const head = Buffer.alloc(20)
  head.write('glTF', 0)
  head.writeUInt32LE(2, 4)
  head.writeUInt32LE(28 + padded.byteLength + bin.byteLength, 8)
  head.writeUInt32LE(padded.byteLength, 12)
  head.write('JSON', 16)
  const binHead = Buffer.alloc(8)
  binHead.writeUInt32LE(bin.byteLength, 0)
  binHead.write('BIN\0', 4)
  return new Uint8Array(Buffer.concat([head, padded, binHead, bin]))
}
