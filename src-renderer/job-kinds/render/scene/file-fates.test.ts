import { describe, expect, test } from 'vitest'
import { fatesOf } from './file-fates.ts'
import type { DroppedFile } from './scene-files.ts'

const files = (...paths: string[]): DroppedFile<string>[] => paths.map((path) => ({ path, file: path }))

/** Each file's fate by its name, in the order in which they are told. */
function fates(paths: readonly string[], parts: readonly string[] = [], hasReferences = true) {
  const [main, ...others] = files('room.gltf', ...paths)
  const scene = { main: main!, parts: new Set(parts), hasReferences }
  return Object.fromEntries(fatesOf([main!, ...others], scene).map(({ file, fate }) => [file.path, fate]))
}

describe('beside a scene', () => {
  test('each dropped file has a fate', () => {
    expect(
      fates(
        ['wood.png', 'stone.png', 'sky.hdr', 'house.blend', 'chair.fbx', 'sky.exr', 'all.zip', 'notes.txt'],
        ['wood.png'],
      ),
    ).toEqual({
      'room.gltf': 'scene',
      'wood.png': 'part',
      'stone.png': 'picture',
      'sky.hdr': 'light',
      'house.blend': 'blend',
      'chair.fbx': 'other-program',
      'sky.exr': 'exr',
      'all.zip': 'archive',
      'notes.txt': 'unused',
    })
  })

  test('those that are not used come first', () => {
    expect(Object.keys(fates(['wood.png', 'notes.txt'], ['wood.png']))).toEqual([
      'notes.txt',
      'room.gltf',
      'wood.png',
    ])
  })

  test('the light comes before all, however many are not used: its line has the button to leave it out', () => {
    expect(Object.keys(fates(['notes.txt', 'house.blend', 'sky.hdr']))[0]).toBe('sky.hdr')
  })

  test('the picture of light that was dropped last is the light, unless the scene names it', () => {
    expect(fates(['day.hdr', 'night.HDR'])).toMatchObject({ 'day.hdr': 'other-light', 'night.HDR': 'light' })
    expect(fates(['day.hdr', 'night.hdr'], ['night.hdr'])).toMatchObject({
      'day.hdr': 'light',
      'night.hdr': 'part',
    })
  })

  test('a picture beside a scene that has all of its textures inside is told so', () => {
    expect(fates(['wood.jpeg'], [], false)).toMatchObject({ 'wood.jpeg': 'picture-of-self-contained' })
  })

  test('a second scene is told', () => {
    expect(fates(['other.GLB'])).toMatchObject({ 'other.GLB': 'other-scene' })
  })
})

test('without a scene, its parts wait for it and the rest cannot be used', () => {
  const told = fatesOf(files('wood.png', 'room.bin', 'sky.hdr', 'old.blend1', 'a.txt'), undefined)
  expect(told.map(({ fate }) => fate)).toEqual(['waits', 'waits', 'waits', 'blend', 'unused'])
})
