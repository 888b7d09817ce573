import { expect, it } from 'vitest'
import { runMeshctl } from '../../meshctl.ts'

async function meshctl(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await runMeshctl(args, {
    out: (text) => void (out += text),
    outBytes: () => Promise.resolve(),
    err: (text) => void (err += text),
    columns: undefined,
  })
  return { code, out, err }
}

it.each(['a.jpg', 'a', 'a.png.gz'])('a picture is not asked for as %s, in text and as JSON', async (name) => {
  const { code, out, err } = await meshctl('submit-render', 'none.glb', '--out', name, '--json')
  const message = `${name} should end in .png or .exr`
  expect({ code, err }).toEqual({ code: 2, err: `meshctl: ${message}\n` })
  expect(JSON.parse(out)).toEqual({ fault: { kind: 'bad-input', message } })
})

it.each([
  [[], 'give a .glb or .gltf file, or try --sample bunny'],
  [['a.glb', '--sample', 'bunny'], 'give a file or --sample, not both'],
])('a render is of one scene, not of %j', async (args, message) => {
  const { code, err } = await meshctl('submit-render', ...args)
  expect({ code, err }).toEqual({ code: 2, err: `meshctl: ${message}\n` })
})

it('a sample that is not there is refused with those that are', async () => {
  const { code, err } = await meshctl('submit-render', '--sample', 'constructor')
  expect(code).toBe(2)
  expect(err).toContain('bunny, knot, lamp')
})

it('samples are listed with their cameras, in text and as JSON', async () => {
  expect((await meshctl('samples')).out).toMatch(/^bunny +.*Portrait, Close-up, From above$/m)
  const { samples } = JSON.parse((await meshctl('samples', '--json')).out) as { samples: { name: string }[] }
  expect(samples.map(({ name }) => name)).toEqual(['bunny', 'knot', 'lamp'])
})
