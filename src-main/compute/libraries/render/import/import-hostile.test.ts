import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { glbOf, newDocument, SQUARE, squareNode } from './gltf.fixture.ts'
import { importScene } from './import-scene.ts'

/** A small valid file as JSON, to be broken in one place. */
function gltfJson() {
  const binary = new Uint8Array(Float32Array.from(SQUARE.POSITION).buffer)
  return {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }] as Record<string, unknown>[],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }] as Record<string, unknown>[],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3' },
      { bufferView: 1, componentType: 5121, count: 6, type: 'SCALAR' },
    ] as Record<string, unknown>[],
    bufferViews: [
      { buffer: 0, byteLength: 48 },
      { buffer: 0, byteOffset: 48, byteLength: 6 },
    ] as Record<string, unknown>[],
    buffers: [
      {
        byteLength: 54,
        uri: `data:application/octet-stream;base64,${Buffer.from([...binary, ...SQUARE.indices]).toString('base64')}`,
      },
    ] as Record<string, unknown>[],
  }
}

type Gltf = ReturnType<typeof gltfJson> & Record<string, unknown>

async function importBroken(change: (gltf: Gltf) => void) {
  const gltf: Gltf = gltfJson()
  change(gltf)
  return importScene({ bytes: Buffer.from(JSON.stringify(gltf)) })
}

const put = (list: Record<string, unknown>[], index: number, fields: Record<string, unknown>) =>
  Object.assign(list[index] ?? {}, fields)

test('the file that the next tests break is whole', async () => {
  expect(await importBroken(() => undefined)).toMatchObject({ kind: 'scene', warnings: [] })
})

test.each([257, 5_000, 1_000_000])('%i levels of JSON are refused in one clear line', async (levels) => {
  const text = `{"asset":{"version":"2.0"},"extras":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const fault = { kind: 'not-gltf', message: 'the description of the scene is nested too deeply' }
  expect(await importScene({ bytes: Buffer.from(text) })).toMatchObject(fault)
})

describe('a broken file is refused in one clear line', () => {
  test.each<[string, string, (gltf: Gltf) => void]>([
    ['another version', 'not-gltf', (g) => (g.asset.version = '1.0')],
    ['a negative count', 'not-gltf', (g) => put(g.accessors, 0, { count: -1 })],
    ['a count with a fraction', 'not-gltf', (g) => put(g.accessors, 0, { count: 1.5 })],
    ['an accessor beyond its buffer', 'not-gltf', (g) => put(g.accessors, 0, { count: 5 })],
    ['an accessor of two billion elements', 'not-gltf', (g) => put(g.accessors, 0, { count: 2e9 })],
    [
      'a huge accessor without data',
      'not-gltf',
      (g) => put(g.accessors, 0, { count: 2 ** 30, bufferView: undefined }),
    ],
    [
      'accessors that decode to more than memory',
      'scene-too-large',
      (g) => {
        const zeros = { componentType: 5126, count: 1 << 24, type: 'MAT4' }
        g.accessors.push(zeros, { ...zeros })
      },
    ],
    ['a buffer shorter than promised', 'not-gltf', (g) => put(g.buffers, 0, { byteLength: 55 })],
    ['a view beyond its buffer', 'not-gltf', (g) => put(g.bufferViews, 1, { byteOffset: 49 })],
    ['a stride smaller than its elements', 'not-gltf', (g) => put(g.bufferViews, 0, { byteStride: 4 })],
    ['a buffer that was not handed over', 'missing-resource', (g) => put(g.buffers, 0, { uri: 'mesh.bin' })],
    ['a mesh that is not there', 'not-gltf', (g) => put(g.nodes, 0, { mesh: 1 })],
    ['a child that is not there', 'not-gltf', (g) => put(g.nodes, 0, { children: [7] })],
    ['a node that is its own child', 'not-gltf', (g) => put(g.nodes, 0, { children: [0] })],
    ['a ring of nodes', 'not-gltf', (g) => g.nodes.push({ children: [2] }, { children: [1] })],
    ['a node with two parents', 'not-gltf', (g) => g.nodes.push({ children: [0] }, { children: [0] })],
    [
      'nodes that nest ten thousand deep',
      'scene-too-large',
      (g) => {
        for (let i = 1; i <= 10_000; i++) g.nodes.push(i < 10_000 ? { children: [i + 1] } : {})
      },
    ],
    ['a matrix of eight numbers', 'not-gltf', (g) => put(g.nodes, 0, { matrix: [1, 0, 0, 0, 1, 0, 0, 0] })],
    ['nodes that are a word', 'not-gltf', (g) => (g.nodes = 'nodes' as never)],
    ['positions that are pairs', 'bad-geometry', (g) => put(g.accessors, 0, { type: 'VEC2' })],
    ['indices that name no vertex', 'bad-geometry', (g) => put(g.accessors, 0, { count: 2 })],
    ['indices that are pairs', 'bad-geometry', (g) => put(g.accessors, 1, { type: 'VEC2', count: 3 })],
    ['a place beyond measure', 'scene-too-large', (g) => put(g.nodes, 0, { translation: [1e12, 0, 0] })],
    ['no nodes', 'no-triangles', (g) => (g.scenes = [{ nodes: [] }])],
    [
      'an extension it cannot do without',
      'unsupported-extension',
      (g) => (g['extensionsRequired'] = g['extensionsUsed'] = ['KHR_texture_basisu']),
    ],
    [
      'an extension whose data is nonsense',
      'not-gltf',
      (g) => {
        g['extensionsUsed'] = ['KHR_lights_punctual']
        g['extensions'] = { KHR_lights_punctual: { lights: 7 } }
      },
    ],
  ])('%s: %s', async (_, kind, change) => {
    const fault = await importBroken(change)
    expect(fault.kind).toBe(kind)
    if (fault.kind === 'scene') throw new Error('unreachable')
    expect(fault.message).toMatch(/^[^\n]{10,200}$/)
  })

  test('the extension that is missing is named', async () => {
    const fault = await importBroken((g) => (g['extensionsRequired'] = ['KHR_texture_basisu']))
    expect(fault).toMatchObject({ kind: 'unsupported-extension', extension: 'KHR_texture_basisu' })
  })

  test('a vertex that is not a number', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    const positions = node.getMesh()?.listPrimitives()[0]?.getAttribute('POSITION')?.getArray()
    positions?.fill(Number.NaN, 4, 5)
    expect(await importScene({ bytes: await glbOf(document) })).toMatchObject({ kind: 'bad-geometry' })
  })

  test('a small file that repeats a large mesh is stopped before it fills memory', async () => {
    const fault = await importBroken((g) => {
      put(g.accessors, 0, { count: 1_000_000, bufferView: undefined })
      g.meshes = [{ primitives: [{ attributes: { POSITION: 0 } }] }]
      g.scenes = [{ nodes: Array.from({ length: 10_000 }, (_, i) => i) }]
      g.nodes = Array.from({ length: 10_000 }, () => ({ mesh: 0 }))
    })
    expect(fault.kind).toBe('scene-too-large')
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['text', Buffer.from('hello, this is no scene')],
    ['JSON of something else', Buffer.from('{"name":"package"}')],
    ['JSON that is null', Buffer.from('null')],
    ['a GLB header alone', Uint8Array.of(0x67, 0x6c, 0x54, 0x46, 2, 0, 0, 0, 12, 0, 0, 0)],
  ])('%s is not glTF', async (_, bytes) => {
    expect(await importScene({ bytes })).toMatchObject({ kind: 'not-gltf' })
  })
})

describe('whatever the bytes', () => {
  let glb: Uint8Array
  beforeAll(async () => {
    const { document, add } = newDocument()
    add(squareNode(document, document.createMaterial().setEmissiveFactor([1, 1, 1])))
    add(document.createNode().setCamera(document.createCamera().setType('perspective').setYFov(1)))
    glb = await glbOf(document)
  })

  test('a damaged file gives a fault or a scene that the kernel takes', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = Uint8Array.from(glb)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const imported = await importScene({ bytes })
        if (imported.kind === 'scene') {
          expect(checkScene(packScene(imported.scene)).kind).toBe('scene')
        } else {
          expect(imported.message).not.toBe('')
        }
      }),
      { numRuns: 400 },
    )
  })

  test('a description with any value in any place gives a fault or a scene that the kernel takes', async () => {
    const paths = [...leafPaths(gltfJson())]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue(), async (path, value) => {
        const imported = await importBroken((gltf) => setAt(gltf, path, value))
        if (imported.kind === 'scene') expect(checkScene(packScene(imported.scene)).kind).toBe('scene')
        else expect(imported.message).not.toBe('')
      }),
      { numRuns: 400 },
    )
  })
})

function* leafPaths(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) yield* leafPaths(child, [...path, key])
}

function setAt(target: object, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  const next: unknown = Reflect.get(target, key)
  if (rest.length === 0 || typeof next !== 'object' || next === null) Reflect.set(target, key, value)
  else setAt(next, rest, value)
}

describe('separate files', () => {
  const bin = new Uint8Array([
    ...new Uint8Array(Float32Array.from(SQUARE.POSITION).buffer),
    ...SQUARE.indices,
  ])

  test('buffers and images are found by name, percent-encoded or not', async () => {
    const gltf: Gltf = gltfJson()
    put(gltf.buffers, 0, { uri: 'my%20mesh.bin' })
    const bytes = Buffer.from(JSON.stringify(gltf))
    expect(await importScene({ bytes, resources: new Map([['my mesh.bin', bin]]) })).toMatchObject({
      kind: 'scene',
    })
  })

  test('a missing image is a warning', async () => {
    const gltf: Gltf = gltfJson()
    gltf['images'] = [{ uri: 'constructor' }]
    gltf['textures'] = [{ source: 0 }]
    gltf['materials'] = [{ pbrMetallicRoughness: { baseColorTexture: { index: 0 } } }]
    gltf.meshes = [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }]
    const imported = await importScene({ bytes: Buffer.from(JSON.stringify(gltf)) })
    expect(imported).toMatchObject({ kind: 'scene', warnings: [{ kind: 'missing-texture' }] })
  })

  test('a texture that only an unknown extension can open is a warning', async () => {
    const gltf: Gltf = gltfJson()
    gltf['extensionsUsed'] = ['KHR_texture_basisu', 'KHR_materials_sheen']
    gltf['textures'] = [{ extensions: { KHR_texture_basisu: { source: 0 } } }]
    gltf['materials'] = [
      {
        normalTexture: { index: 0 },
        pbrMetallicRoughness: { baseColorTexture: { index: 0 } },
        extensions: { KHR_materials_sheen: { sheenColorTexture: { index: 0 } } },
      },
    ]
    gltf.meshes = [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }]
    const imported = await importScene({ bytes: Buffer.from(JSON.stringify(gltf)) })
    expect(imported).toMatchObject({
      kind: 'scene',
      warnings: [{ kind: 'ignored-extension' }, { kind: 'missing-texture' }],
    })
  })
})
