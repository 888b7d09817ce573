import { WebIO } from '@gltf-transform/core'
import { ALL_EXTENSIONS, KHRDracoMeshCompression } from '@gltf-transform/extensions'
import { createEncoderModule } from 'draco3dgltf'
import { describe, expect, test } from 'vitest'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { defaultSceneGlb } from '../samples/knot-room.ts'
import { createRandomPng } from '../textures/random-png.fixture.ts'
import { RenderView } from '../../../../protocol/job-kinds/render-view.ts'
import { viewCamera } from '../scene/free-view.ts'
import { animate, glbOf, newDocument, rounded, squareNode } from './gltf.fixture.ts'
import type { SceneFile, SceneResource } from '../gltf/resources.ts'
import { type ImportOptions, importScene } from './import-scene.ts'
import { splitScene, type SplitScene } from './split-scene.ts'

/** The packed scene of a file, and what was warned of. */
async function built(file: SceneFile, options: ImportOptions = {}) {
  const imported = await importScene(file, options)
  if (imported.kind !== 'scene') throw new Error(imported.message)
  return { packed: packScene(imported.scene), warnings: imported.warnings }
}

function asFile({ description, parts }: SplitScene): SceneFile {
  return { bytes: description, resources: parts }
}

function bytesOf({ description, parts }: SplitScene): number {
  return [...parts.values()].reduce((sum, part) => sum + part.read().byteLength, description.byteLength)
}

/** Squares with a texture each: the given PNG files, in the GLB. */
async function texturedGlb(pngs: readonly Uint8Array[]): Promise<Uint8Array> {
  const { document, add } = newDocument()
  for (const [i, png] of pngs.entries()) {
    const texture = document.createTexture(`t${i}`).setImage(Uint8Array.from(png)).setMimeType('image/png')
    add(squareNode(document, document.createMaterial().setBaseColorTexture(texture))).setTranslation([
      i,
      0,
      0,
    ])
  }
  return glbOf(document)
}

const png = (seed: number, side = 24) => createRandomPng(seed, side, side)

describe('[G1] a scene in parts', () => {
  test('is the scene that the file was, and no more bytes', async () => {
    const textured = await texturedGlb([png(1), png(2)])
    for (const bytes of [await defaultSceneGlb(), textured]) {
      const split = splitScene({ bytes })
      expect((await built(asFile(split))).packed).toEqual((await built({ bytes })).packed)
      expect(bytesOf(split)).toBeLessThanOrEqual(bytes.byteLength * 1.02)
    }
    const { parts } = splitScene({ bytes: textured })
    expect([...parts.keys()]).toEqual(['image-0', 'image-1', 'geometry'])
    expect(parts.get('image-1')?.read()).toEqual(png(2))
  })

  test('split again is the same, byte for byte', async () => {
    const once = splitScene({ bytes: await texturedGlb([png(1), png(2)]) })
    const twice = splitScene(asFile(once))
    expect(Buffer.from(twice.description).toString()).toBe(Buffer.from(once.description).toString())
    expect(twice.parts.get('geometry')?.read()).toEqual(once.parts.get('geometry')?.read())
  })

  test('is posed and framed as the file is', async () => {
    const { document, add } = newDocument()
    const texture = document
      .createTexture()
      .setImage(Uint8Array.from(png(1)))
      .setMimeType('image/png')
    const node = add(squareNode(document, document.createMaterial().setBaseColorTexture(texture)))
    animate(document, node, 'rotation', [0, 1], [0, 0, 0, 1, 0, Math.SQRT1_2, 0, Math.SQRT1_2])
    const bytes = await glbOf(document)
    const options = { seconds: 0.3, aspect: 2 }
    const split = splitScene({ bytes })
    expect((await built(asFile(split), options)).packed).toEqual((await built({ bytes }, options)).packed)
  })

  test('[G2] of compressed geometry stays compressed', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    document.createExtension(KHRDracoMeshCompression).setRequired(true)
    const io = new WebIO().registerExtensions(ALL_EXTENSIONS)
    const bytes = await io
      .registerDependencies({ 'draco3d.encoder': await createEncoderModule() })
      .writeBinary(document)
    const split = splitScene({ bytes })
    expect(Buffer.from(split.parts.get('geometry')?.read() ?? []).includes('DRACO')).toBe(true)
    expect(bytesOf(split)).toBeLessThanOrEqual(bytes.byteLength * 1.1)
    expect((await built(asFile(split))).packed).toEqual((await built({ bytes })).packed)
  })
})

describe('textures', () => {
  test('[G3] one that changes changes its part alone', async () => {
    const before = splitScene({ bytes: await texturedGlb([png(1), png(2), png(3)]) })
    const after = splitScene({ bytes: await texturedGlb([png(1), png(9, 40), png(3)]) })
    expect(after.description).toEqual(before.description)
    const changed = [...after.parts].filter(
      ([role, part]) => !Buffer.from(part.read()).equals(before.parts.get(role)?.read() ?? new Uint8Array(0)),
    )
    expect(changed.map(([role]) => role)).toEqual(['image-1'])
  })

  test('[G6] beyond the bound, the smallest, are among the geometry', async () => {
    const bytes = await texturedGlb([png(1, 30), png(2, 8), png(3, 32), png(4, 9)])
    const split = splitScene({ bytes }, { imagesApartMax: 2 })
    expect([...split.parts.keys()]).toEqual(['image-0', 'image-2', 'geometry'])
    expect((await built(asFile(split))).packed).toEqual((await built({ bytes })).packed)
    expect(bytesOf(split)).toBeLessThanOrEqual(bytes.byteLength * 1.1)
  })

  test('of one content are one part', async () => {
    const { parts } = splitScene({ bytes: await texturedGlb([png(1), png(1)]) })
    expect([...parts.keys()]).toEqual(['image-0', 'geometry'])
  })
})

describe('a scene of several files', () => {
  const files = async (): Promise<{ gltf: Uint8Array; resources: Map<string, Uint8Array> }> => {
    const io = new WebIO()
    const document = await io.readBinary(await texturedGlb([png(1), png(2)]))
    document
      .getRoot()
      .listTextures()
      .forEach((texture, i) => texture.setURI(`t ${i}.png`))
    const { json, resources } = await io.writeJSON(document)
    const images = (json.images ?? []) as { uri?: string }[]
    images.forEach((image) => (image.uri = encodeURI(image.uri ?? '')))
    return { gltf: Buffer.from(JSON.stringify(json)), resources: new Map(Object.entries(resources)) }
  }

  test('sends its textures as the files that they are, without a copy', async () => {
    const { gltf, resources } = await files()
    const named = new Map<string, SceneResource>(
      [...resources].map(([name, bytes]) => [name, { key: `cid of ${name}`, read: () => bytes.slice() }]),
    )
    const split = splitScene({ bytes: gltf, resources: named })
    expect(split.parts.get('image-0')).toMatchObject({ file: 't 0.png', key: 'cid of t 0.png' })
    expect((await built(asFile(split))).packed).toEqual((await built({ bytes: gltf, resources })).packed)
  })

  test('warns of a texture that is missing, by the name that its user knows', async () => {
    const { gltf, resources } = await files()
    resources.delete('t 1.png')
    const split = splitScene({ bytes: gltf, resources })
    const { packed, warnings } = await built(asFile(split))
    expect(packed).toEqual((await built({ bytes: gltf, resources })).packed)
    expect(warnings.map(({ message }) => message)).toEqual(['the image t%201.png is missing'])
  })

  test('never takes a part for a missing file of the same name', async () => {
    const { gltf, resources } = await files()
    const json = JSON.parse(Buffer.from(gltf).toString()) as { images: { uri: string }[] }
    json.images[1]!.uri = 'image-0'
    const split = splitScene({ bytes: Buffer.from(JSON.stringify(json)), resources })
    const { warnings } = await built(asFile(split))
    expect(warnings.map(({ message }) => message)).toEqual(['the image image-0 is missing'])
  })
})

describe('[G8] buffers that name one file', () => {
  /** A file of so many buffers that all name one other file, each with a view of half a megabyte in it. */
  function manyBuffers(count: number): { file: SceneFile; reads: () => number; fileBytes: number } {
    const positions = new Uint8Array(Float32Array.from([0, 0, 0, 1, 0, 0, 1, 1, 0]).buffer)
    const content = new Uint8Array(1 << 19)
    content.set(positions)
    let reads = 0
    const read = (): Uint8Array<ArrayBuffer> => {
      reads++
      return content.slice()
    }
    const description = {
      asset: { version: '2.0' },
      scene: 0,
      scenes: [{ nodes: [0] }],
      nodes: [{ mesh: 0 }],
      meshes: [{ primitives: Array.from({ length: count }, (_, i) => ({ attributes: { POSITION: i } })) }],
      accessors: Array.from({ length: count }, (_, i) => ({
        bufferView: i,
        componentType: 5126,
        count: 3,
        type: 'VEC3',
      })),
      bufferViews: Array.from({ length: count }, (_, i) => ({ buffer: i, byteLength: content.byteLength })),
      buffers: Array.from({ length: count }, (_, i) => ({
        uri: i % 2 === 0 ? 'a b.bin' : 'a%20b.bin',
        byteLength: content.byteLength,
      })),
    }
    const file = {
      bytes: Buffer.from(JSON.stringify(description)),
      resources: new Map([['a b.bin', { read }]]),
    }
    return { file, reads: () => reads, fileBytes: content.byteLength }
  }

  test('are read once, and are one where the scene is taken apart', async () => {
    const { file, reads, fileBytes } = manyBuffers(100)
    const split = splitScene(file)
    expect(reads()).toBe(1)
    expect(split.parts.get('geometry')?.read().byteLength).toBe(fileBytes)
    const whole = await built(file)
    expect(reads()).toBe(2)
    expect((await built(asFile(split))).packed).toEqual(whole.packed)
  })
})

describe('[G23] a view', () => {
  const VIEW: RenderView = { from: [1, 2, 5], to: [0.5, 0.5, 0], y_fov: 0.7 }

  /** Scenes with so many cameras, and with a list of scenes or without. */
  async function filed(cameras: number, hasScenes = true): Promise<Uint8Array> {
    const { document, add } = newDocument()
    add(squareNode(document))
    for (let i = 0; i < cameras; i++) {
      add(document.createNode().setCamera(document.createCamera().setType('perspective').setYFov(1)))
    }
    const glb = await glbOf(document)
    if (hasScenes) return glb
    const { description, parts } = splitScene({ bytes: glb })
    const {
      scenes: _scenes,
      scene: _scene,
      ...json
    } = JSON.parse(Buffer.from(description).toString()) as {
      scenes?: unknown
      scene?: unknown
      buffers: { uri: string }[]
    }
    const geometry = Buffer.from(parts.get('geometry')?.read() ?? []).toString('base64')
    json.buffers = json.buffers.map((buffer) => ({
      ...buffer,
      uri: `data:application/octet-stream;base64,${geometry}`,
    }))
    return new TextEncoder().encode(JSON.stringify(json))
  }

  test.each([
    ['a file without a camera', 0, true],
    ['a file with two', 2, true],
    ['a file without scenes', 0, false],
    ['a file with two and without scenes', 2, false],
  ])('is a camera of the description, behind those of %s', async (_, cameras, hasScenes) => {
    const split = splitScene({ bytes: await filed(cameras, hasScenes) }, { view: VIEW })
    expect(split.camera).toBe(cameras)
    const imported = await importScene(asFile(split), { camera: cameras })
    if (imported.kind !== 'scene') throw new Error(imported.message)
    const { worldFromCamera, projection } = viewCamera(VIEW)
    const told = imported.scene.camera
    expect(rounded(told.worldFromCamera)).toEqual(rounded(worldFromCamera))
    expect(told.projection).toEqual(projection)
    // It stands where it was put, and looks where it was told to.
    const [back, origin] = [2, 3].map((column) =>
      [0, 1, 2].map((row) => worldFromCamera[4 * row + column] ?? 0),
    )
    expect(origin).toEqual(VIEW.from)
    const along = VIEW.to.map((value, axis) => value - (VIEW.from[axis] ?? 0))
    const cosine =
      along.reduce((sum, value, axis) => sum - value * (back?.[axis] ?? 0), 0) / Math.hypot(...along)
    expect(cosine).toBeCloseTo(1, 6)
  })

  test('changes the description alone', async () => {
    const bytes = await texturedGlb([Uint8Array.from(createRandomPng(1, 8, 8))])
    const [plain, viewed] = [splitScene({ bytes }), splitScene({ bytes }, { view: VIEW })]
    expect(plain.camera).toBeUndefined()
    expect([...viewed.parts].map(([role, part]) => [role, part.read()])).toEqual(
      [...plain.parts].map(([role, part]) => [role, part.read()]),
    )
  })

  test.each([
    [
      [0, 5, 0],
      [0, 0, 0],
    ],
    [
      [0, -5, 0],
      [0, 0, 0],
    ],
    [
      [3, 0, 0],
      [4, 0, 0],
    ],
  ] as const)('from %j to %j has axes of length 1, at right angles', (from, to) => {
    const rows = viewCamera({ from: [...from], to: [...to], y_fov: 1 }).worldFromCamera
    const axis = (column: number) => [0, 1, 2].map((row) => rows[4 * row + column] ?? NaN)
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(dot(axis(i), axis(j))).toBeCloseTo(0, 9)
    for (const i of [0, 1, 2]) expect(dot(axis(i), axis(i))).toBeCloseTo(1, 9)
  })

  test.each([
    { from: [1, 1, 1], to: [1, 1, 1], y_fov: 1 },
    { from: [0, 0, 1e9], to: [0, 0, 0], y_fov: 1 },
    { from: [0, 0, 1], to: [0, 0, 0], y_fov: 4 },
    { from: [0, 0], to: [0, 0, 0], y_fov: 1 },
  ])('is none: %j', (view) => {
    expect(RenderView.safeParse(view).success).toBe(false)
  })
})
