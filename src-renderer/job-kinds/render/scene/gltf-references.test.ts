import { describe, expect, test } from 'vitest'
import { descriptionLength, outlineScene } from './gltf-references.ts'

const bytesOf = (json: unknown): Uint8Array =>
  new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json))

function glb(json: unknown, { version = 2, type = 0x4e4f534a, extra = 0 } = {}): Uint8Array {
  const text = bytesOf(json)
  const out = new Uint8Array(20 + text.length + extra)
  const view = new DataView(out.buffer)
  view.setUint32(0, 0x46546c67, true)
  view.setUint32(4, version, true)
  view.setUint32(8, out.length, true)
  view.setUint32(12, text.length, true)
  view.setUint32(16, type, true)
  out.set(text, 20)
  return out
}

const asset = { version: '2.0' }

describe('the outline of a scene', () => {
  test('names the files that it refers to, decoded, each once, and none that it holds itself', () => {
    const outcome = outlineScene(
      bytesOf({
        asset,
        buffers: [{ uri: 'a%20b.bin' }, { uri: 'data:;base64,AAAA' }, {}],
        images: [
          { uri: 'textures/wood.png' },
          { uri: 'textures/wood.png' },
          { bufferView: 0 },
          { uri: '100%.png' },
        ],
      }),
    )
    expect(outcome.ok && outcome.outline.references).toEqual([
      { name: 'a b.bin', kind: 'buffer' },
      { name: 'textures/wood.png', kind: 'image' },
      { name: '100%.png', kind: 'image' },
    ])
  })

  test('counts what the scene is made of, and how long it moves', () => {
    const outcome = outlineScene(
      glb({
        asset,
        meshes: [{}],
        materials: [{}, {}],
        images: [{ bufferView: 0 }],
        accessors: [{ max: [1.5] }, { max: [2.25] }, { max: ['much'] }],
        animations: [{ samplers: [{ input: 0 }, { input: 1 }, { input: 2 }, { input: 99 }] }],
      }),
    )
    expect(outcome.ok && outcome.outline).toEqual({
      references: [],
      meshes: 1,
      materials: 2,
      textures: 1,
      animationSeconds: 2.25,
    })
  })

  test.each([
    ['not JSON', bytesOf('{'), 'not-json'],
    ['not text', Uint8Array.of(0xff, 0xfe, 0x00), 'not-json'],
    ['JSON of something else', bytesOf('[]'), 'not-gltf'],
    ['without a version', bytesOf({ asset: {} }), 'not-gltf'],
    ['glTF 1.0', bytesOf({ asset: { version: '1.0' } }), 'other-version'],
    [
      'names files without end',
      bytesOf({ asset, images: Array.from({ length: 2_000 }, (_, i) => ({ uri: `${i}.png` })) }),
      'too-many-files',
    ],
  ] as const)('refuses a file that is %s', (_, bytes, refusal) => {
    expect(outlineScene(bytes)).toEqual({ ok: false, refusal })
  })

  test('passes over lists that are none', () => {
    const outcome = outlineScene(bytesOf({ asset, buffers: 7, images: [null, 3], animations: [[]] }))
    expect(outcome.ok && outcome.outline).toMatchObject({ references: [], animationSeconds: 0 })
  })
})

describe('the length of a description', () => {
  test('is the first chunk of a .glb, however long the file is, and all of a .gltf', () => {
    const file = glb({ asset }, { extra: 1_000 })
    expect(descriptionLength(file.subarray(0, 20), file.length)).toBe(file.length - 1_000)
    expect(descriptionLength(bytesOf({ asset }).subarray(0, 20), 5_000)).toBe(5_000)
  })

  test.each([
    ['is empty', new Uint8Array(0), 0, 'empty'],
    ['is cut in its header', glb({ asset }).subarray(0, 10), 10, 'cut-short'],
    ['is shorter than it says', glb({ asset }).subarray(0, 20), 30, 'cut-short'],
    ['is of another version', glb({ asset }, { version: 1 }), 60, 'other-version'],
    ['begins with something else', glb({ asset }, { type: 1 }), 60, 'no-description'],
    ['has a .gltf of gigabytes', bytesOf('{"asset":'), 2 ** 31, 'too-large'],
  ] as const)('refuses a file that %s', (_, front, size, refusal) => {
    expect(descriptionLength(front, size)).toBe(refusal)
  })
})
