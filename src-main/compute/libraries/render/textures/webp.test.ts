import { EXTTextureWebP } from '@gltf-transform/extensions'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { glbOf, newDocument, sceneOf, squareNode } from '../import/gltf.fixture.ts'
import { importScene } from '../import/import-scene.ts'
import { splitScene } from '../import/split-scene.ts'
import { decodeBytes, decodeImage } from './decode-image.ts'
import { createImageDecoder, plainDecoder } from './image-decoder.ts'
import { encodeWebp } from './webp.fixture.ts'
import { createWebpDecoder, isWebp, type WebpDecoder, webpSize } from './webp.ts'

const [WIDTH, HEIGHT] = [40, 24]
/** A picture whose red grows to the right and whose green grows downwards. */
const RGBA = Uint8ClampedArray.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => {
  const [x, y] = [Math.floor(i / 4) % WIDTH, Math.floor(i / 4 / WIDTH)]
  return [x * 6, y * 10, 90, 255][i % 4] ?? 0
})

let decode: WebpDecoder
let files: Record<'lossy' | 'lossless', Uint8Array>
beforeAll(async () => {
  decode = await createWebpDecoder()
  const picture = { width: WIDTH, height: HEIGHT, rgba: RGBA }
  files = {
    lossy: await encodeWebp(picture, { quality: 90 }),
    lossless: await encodeWebp(picture, { lossless: 1 }),
  }
})

describe('a WebP picture', () => {
  test.each([
    ['lossy', 12],
    ['lossless', 0],
  ] as const)('that is %s is the picture that it was', (kind, tolerance) => {
    const bytes = files[kind]
    expect(isWebp(bytes)).toBe(true)
    expect(webpSize(bytes)).toEqual({ width: WIDTH, height: HEIGHT })
    expect(decodeBytes(bytes)).toBe(WIDTH * HEIGHT * 40)
    const { width, height, rgba } = decode(bytes)
    expect([width, height]).toEqual([WIDTH, HEIGHT])
    const most = RGBA.reduce((all, value, i) => Math.max(all, Math.abs(value - (rgba[i] ?? NaN))), 0)
    expect(most).toBeLessThanOrEqual(tolerance)
  })

  test('that is damaged is a picture or is none, and never more than it claims', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.boolean(), fc.array(change, { minLength: 1, maxLength: 5 }), (isLossy, changes) => {
        const bytes = Uint8Array.from(files[isLossy ? 'lossy' : 'lossless'])
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const decoded = decodeImage(bytes, decode)
        if (decoded.kind === 'undecodable') expect(decoded.message).not.toBe('')
        else expect(decoded.rgba.length).toBe(decoded.width * decoded.height * 4)
      }),
      { numRuns: 300 },
    )
  })

  test('that claims to be huge is refused before it is decoded', () => {
    const bytes = Uint8Array.from(files.lossy)
    bytes.set([0xff, 0x3f, 0xff, 0x3f], 26)
    expect(webpSize(bytes)).toEqual({ width: 16_383, height: 16_383 })
    expect(decodeImage(bytes, decode)).toMatchObject({ kind: 'undecodable' })
    expect(() => plainDecoder.decode({ read: () => bytes }, 1 << 20, decode)).toThrow('limit 1048576')
  })

  test('is none to a file that does not say that it has WebP, whatever was decoded here before', () => {
    const decoder = createImageDecoder()
    const source = { key: 'one', read: () => Uint8Array.from(files.lossy) }
    expect(decoder.decode(source, Infinity, decode).image.kind).toBe('image')
    expect(decoder.decode(source, Infinity).image.kind).toBe('undecodable')
  })
})

describe('a scene with a WebP texture', () => {
  async function glb(): Promise<Uint8Array> {
    const { document, add } = newDocument()
    document.createExtension(EXTTextureWebP).setRequired(true)
    const texture = document
      .createTexture('t')
      .setImage(Uint8Array.from(files.lossless))
      .setMimeType('image/webp')
    add(squareNode(document, document.createMaterial().setBaseColorTexture(texture)))
    return glbOf(document)
  }

  test('shows it, and travels with the picture as it is', async () => {
    const bytes = await glb()
    const scene = await sceneOf({ bytes })
    expect(scene.textures).toMatchObject([{ width: WIDTH, height: HEIGHT }])
    expect([...(scene.textures[0]?.rgba ?? [])]).toEqual([...RGBA])
    const split = splitScene({ bytes })
    expect(split.parts.get('image-0')?.read()).toEqual(Uint8Array.from(files.lossless))
    const again = await importScene({ bytes: split.description, resources: split.parts })
    if (again.kind !== 'scene') throw new Error(again.message)
    expect(packScene(again.scene)).toEqual(packScene(scene))
    expect(checkScene(packScene(scene)).kind).toBe('scene')
  })

  test('that names an image which is not there is refused', async () => {
    const text = Buffer.from(splitScene({ bytes: await glb() }).description).toString()
    const json = JSON.parse(text) as { textures: object[] }
    json.textures = [{ extensions: { EXT_texture_webp: { source: 7 } } }]
    expect(await importScene({ bytes: new TextEncoder().encode(JSON.stringify(json)) })).toMatchObject({
      kind: 'not-gltf',
    })
  })
})
