import { describe, expect, test } from 'vitest'
import { addFiles, type DroppedFile, matchFiles, sceneCandidates } from './scene-files.ts'

const files = (...paths: string[]): DroppedFile<string>[] => paths.map((path) => ({ path, file: path }))
const image = (name: string) => ({ name, kind: 'image' as const })

function matched(main: string, names: string[], paths: string[]) {
  const all = files(main, ...paths)
  return matchFiles(all[0]!, names.map(image), all)
}

describe('what a scene refers to', () => {
  test('lies at the place that it names, seen from its folder', () => {
    const { found, missing } = matched('room/scene.gltf', ['tex/wood.png'], ['wood.png', 'room/tex/wood.png'])
    expect(found).toEqual([{ name: 'tex/wood.png', file: 'room/tex/wood.png' }])
    expect(missing).toEqual([])
  })

  test('is found by its name alone where only the file was dropped', () => {
    expect(matched('scene.gltf', ['tex/wood.png'], ['wood.png']).found).toHaveLength(1)
  })

  test('is found whatever the case, unless case tells two files apart', () => {
    expect(matched('scene.gltf', ['Wood.PNG'], ['wood.png', 'Wood.PNG']).found[0]?.file).toBe('Wood.PNG')
    expect(matched('scene.gltf', ['Wood.PNG'], ['wood.png']).found[0]?.file).toBe('wood.png')
  })

  test('is found however its accents are written', () => {
    const found = matched('scene.gltf', ['K\u00fcche.png'], ['tex/Ku\u0308che.png']).found
    expect(found).toEqual([{ name: 'K\u00fcche.png', file: 'tex/Ku\u0308che.png' }])
  })

  test('may lie above it, in what was dropped', () => {
    expect(matched('a/b/scene.gltf', ['../tex/x.png'], ['a/tex/x.png']).found[0]?.file).toBe('a/tex/x.png')
  })

  test('is missing until it is dropped, and keeps the name that the scene uses', () => {
    expect(matched('scene.gltf', ['./a b.png'], []).missing).toEqual([image('./a b.png')])
    expect(matched('scene.gltf', ['./a b.png'], ['a b.png']).found[0]?.name).toBe('./a b.png')
  })
})

test('the scene of a dropped folder is the .gltf or .glb nearest to its top', () => {
  expect(sceneCandidates(files('a/b/x.glb', 'a/z.GLTF', 'a/y.png')).map(({ path }) => path)).toEqual([
    'a/z.GLTF',
    'a/b/x.glb',
  ])
})

test('a file that is dropped again replaces the one at its place', () => {
  const newer = { path: 'a.png', file: 'newer' }
  expect(addFiles(files('a.png', 'b.png'), [newer]).map(({ file }) => file)).toEqual(['newer', 'b.png'])
})
