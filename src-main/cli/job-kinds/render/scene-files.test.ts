import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sceneFiles } from './scene-files.ts'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-scene-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

async function gltf(json: unknown): Promise<string> {
  const path = join(folder, 'scene.gltf')
  await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json))
  return path
}

describe('the files of a scene', () => {
  it('of a .glb are the file itself', async () => {
    const path = join(folder, 'a.GLB')
    await writeFile(path, 'glTF')
    expect(await sceneFiles(path)).toEqual([{ name: 'a.GLB', path, bytes: 4 }])
  })

  it('of a .gltf are what it refers to, once each, by the names it uses', async () => {
    await mkdir(join(folder, 'textures'))
    await writeFile(join(folder, 'a b.bin'), '12345')
    await writeFile(join(folder, 'textures', 'wood.png'), '123')
    const path = await gltf({
      buffers: [{ uri: 'a%20b.bin' }, { uri: './a b.bin' }, { uri: 'data:;base64,AAAA' }, {}],
      images: [{ uri: 'textures/wood.png' }, { bufferView: 0 }],
    })
    const files = await sceneFiles(path)
    expect(files.map(({ name, bytes }) => [name, bytes]).slice(1)).toEqual([
      ['a b.bin', 5],
      ['textures/wood.png', 3],
    ])
    expect(files[0]?.name).toBe('scene.gltf')
  })

  it.each([
    '../secret',
    'a/../../secret',
    '/etc/hostname',
    'file:///etc/hostname',
    'https://x.example/a.bin',
    '%2e%2e/x',
    '..\\secret',
    'x/..\\..\\secret',
    'x%5c..%5c..%5csecret',
    'C:\\secret',
    '\\\\host\\share',
    '\\secret',
    '//host/share',
    'a\0b',
    '..',
    '.',
    '',
  ])('[Y3] never lie outside of its folder: %j', async (uri) => {
    const path = await gltf({ buffers: [{ uri }] })
    await expect(sceneFiles(path)).rejects.toMatchObject({
      fault: { kind: 'bad-input', message: `the scene refers to ${uri}, which is not in its folder` },
    })
  })

  it('[Y3] lie really in its folder: links that lead out of it are refused by name', async () => {
    const scene = join(folder, 'scene')
    await mkdir(join(folder, 'outside'))
    await mkdir(scene)
    await writeFile(join(folder, 'outside', 'id'), 'a secret')
    await symlink(join(folder, 'outside', 'id'), join(scene, 'link.bin'))
    await symlink(join(folder, 'outside'), join(scene, 'folder'))
    for (const uri of ['link.bin', 'folder/id', 'folder/../link.bin']) {
      const path = join(scene, 'scene.gltf')
      await writeFile(path, JSON.stringify({ images: [{ uri }] }))
      const message = `the scene refers to ${uri}, which is not in its folder`
      await expect(sceneFiles(path)).rejects.toMatchObject({ fault: { kind: 'bad-input', message } })
    }
  })

  it('[Y3] may be reached by a link of the user’s own, and may link to one another', async () => {
    const scene = join(folder, 'scene')
    await mkdir(scene)
    await writeFile(join(scene, 'a.bin'), '12345')
    await symlink('a.bin', join(scene, 'b.bin'))
    await writeFile(join(scene, 'scene.gltf'), JSON.stringify({ buffers: [{ uri: 'b.bin' }] }))
    await symlink(scene, join(folder, 'linked'))
    const files = await sceneFiles(join(folder, 'linked', 'scene.gltf'))
    expect(files.map(({ name, bytes }) => [name, bytes]).slice(1)).toEqual([['b.bin', 5]])
  })

  it.each([
    ['there is no such file', 'none.glb', /does not exist/],
    ['it is a folder', 'folder.glb', /not a file/],
    ['its name is of another format', 'a.obj', /not a glTF scene/],
  ])('are a fault in one line when %s', async (_, name, line) => {
    await mkdir(join(folder, 'folder.glb'))
    const fault = { kind: 'bad-input', message: expect.stringMatching(line) as string }
    await expect(sceneFiles(join(folder, name))).rejects.toMatchObject({ fault })
  })

  it('are a fault when the .gltf is none', async () => {
    for (const text of ['{', '[]', '{"buffers": 7}']) {
      await expect(sceneFiles(await gltf(text))).rejects.toMatchObject({ fault: { kind: 'bad-input' } })
    }
  })
})
