import { expect, it } from 'vitest'
import { runMeshctl } from '../../meshctl.ts'

it.each(['a.jpg', 'a', 'a.png.gz'])('a picture is not asked for as %s, in text and as JSON', async (name) => {
  let [out, err] = ['', '']
  const code = await runMeshctl(['submit-render', 'none.glb', '--out', name, '--json'], {
    out: (text) => void (out += text),
    outBytes: () => Promise.resolve(),
    err: (text) => void (err += text),
    columns: undefined,
  })
  const message = `${name} should end in .png or .exr`
  expect({ code, err }).toEqual({ code: 2, err: `meshctl: ${message}\n` })
  expect(JSON.parse(out)).toEqual({ fault: { kind: 'bad-input', message } })
})
