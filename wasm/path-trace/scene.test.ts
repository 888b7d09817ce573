import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HEADER, MATERIAL, SCENE_LIMITS, type SectionOffsets } from './scene-layout.ts'
import { unpackScene } from './scene-unpack.ts'
import { checkScene } from './scene-check.ts'
import { packScene, type SceneDescription } from './scene.ts'
import { readCamera, setCamera } from './scene-camera.ts'
import { sampleScene } from './sample-scenes.ts'

const scene: SceneDescription = sampleScene()

/** A packed scene with one 32-bit word replaced. */
function withWord(at: number, write: (view: DataView, at: number) => void): Uint8Array {
  const bytes = packScene(scene)
  write(new DataView(bytes.buffer), at)
  return bytes
}

function reasonOf(bytes: Uint8Array): string {
  const checked = checkScene(bytes)
  return checked.kind === 'bad-scene' ? checked.reason : 'accepted'
}

describe('a packed scene', () => {
  it('passes the check, with every section at a multiple of 16', () => {
    const checked = checkScene(packScene(scene))
    expect(checked.kind).toBe('scene')
    if (checked.kind !== 'scene') return
    for (const offset of Object.values(checked.layout.sections) as number[]) expect(offset % 16).toBe(0)
  })

  it('unpacks to what packs to the same bytes', () => {
    const packed = packScene(scene)
    expect(packScene(unpackScene(packed))).toEqual(packed)
  })

  it('takes another camera, as if it had been packed with it', () => {
    const camera = {
      worldFromCamera: [0, 0, 1, 2, 0, 1, 0, 3, -1, 0, 0, 4],
      projection: { kind: 'perspective', yfov: 0.5 },
    } as const
    const packed = packScene(scene)
    setCamera(packed, camera)
    expect(packed).toEqual(packScene({ ...scene, camera }))
    expect(checkScene(packed).kind).toBe('scene')
    expect(readCamera(packed)).toMatchObject({ kind: 'perspective', origin: [2, 3, 4], back: [1, 0, 0] })
  })

  it('has the same bytes every time', () => {
    expect(packScene(scene)).toEqual(packScene(sampleScene()))
  })

  it('is accepted wherever it lies in memory', () => {
    const packed = packScene(scene)
    const shifted = new Uint8Array(packed.length + 1)
    shifted.set(packed, 1)
    expect(checkScene(shifted.subarray(1)).kind).toBe('scene')
  })
})

describe('the check refuses', () => {
  const checked = checkScene(packScene(scene))
  const at = (section: keyof SectionOffsets, offset = 0) =>
    checked.kind === 'scene' ? checked.layout.sections[section] + offset : NaN

  it.each([
    ['other bytes', withWord(HEADER.magic, (v, a) => v.setUint32(a, 7)), 'not a scene'],
    ['another version', withWord(HEADER.version, (v, a) => v.setUint32(a, 9, true)), 'version 9 is not 2'],
    [
      'a wrong count',
      withWord(HEADER.vertices, (v, a) => v.setUint32(a, 99, true)),
      'length does not match the header',
    ],
    [
      'too many triangles',
      withWord(HEADER.triangles, (v, a) => v.setUint32(a, 0xffffffff, true)),
      `has more than ${SCENE_LIMITS.triangles} triangles`,
    ],
    [
      'an index past the vertices',
      withWord(at('indices'), (v, a) => v.setUint32(a, 1e6, true)),
      'a triangle names a vertex that is not there',
    ],
    [
      'a material past the list',
      withWord(at('triangleMaterials'), (v, a) => v.setUint32(a, 1e6, true)),
      'a triangle names a material that is not there',
    ],
    [
      'a NaN position',
      withWord(at('positions'), (v, a) => v.setFloat32(a, NaN, true)),
      'a position is out of bounds',
    ],
    [
      'a negative roughness',
      withWord(at('materials', MATERIAL.roughness), (v, a) => v.setFloat32(a, -1, true)),
      'material 0 has a factor outside 0…1',
    ],
    [
      'a texture past the list',
      withWord(at('materials', MATERIAL.baseColorTexture), (v, a) => v.setInt32(a, 77, true)),
      'material 0 names a texture that is not there',
    ],
    [
      'a texture without texels',
      withWord(at('textures'), (v, a) => v.setUint32(a, 16384, true)),
      'texture 1 is misplaced',
    ],
    [
      'a misplaced section',
      withWord(HEADER.sections, (v, a) => v.setUint32(a, 16, true)),
      'sections are misplaced',
    ],
  ])('%s', (_name, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason)
  })

  it('every cut of a scene', () => {
    const packed = packScene(scene)
    for (const length of [0, 3, 255, 256, packed.length - 1]) {
      expect(checkScene(packed.subarray(0, length)).kind).toBe('bad-scene')
    }
  })

  it('or accepts any damaged scene without throwing', () => {
    const packed = packScene(scene)
    const damage = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = packed.slice()
        for (const [place, value] of changes) bytes[place] = value
        expect(['scene', 'bad-scene']).toContain(checkScene(bytes).kind)
      }),
      { numRuns: 500 },
    )
  })
})
