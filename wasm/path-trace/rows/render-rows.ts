/**
 * Renders the rows of spheres, to be looked at: `node wasm/path-trace/rows/render-rows.ts FOLDER [NAME…]` writes NAME.png for
 * each extension that is named, else for all.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { compiledKernel, loadedKernel, radiance, wholeImage } from '../compiled.ts'
import { MATERIAL_ROWS, materialRows } from './material-rows.ts'

const FRAME = { width: 560, height: 320, bounces: 8, clamp: 10 }
const SAMPLES = 48

type RowName = keyof typeof MATERIAL_ROWS

/** sRGB bytes of linear light, brightest parts rolled off (Reinhard et al., 2002, with white at 3). */
function developed(light: Float64Array): Uint8Array {
  return Uint8Array.from(light, (x) => {
    const v = Math.min((x * (1 + x / 9)) / (1 + x), 1)
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055))
  })
}

const [folder = '.', ...asked] = process.argv.slice(2)
const names = (Object.keys(MATERIAL_ROWS) as RowName[]).filter(
  (name) => asked.length === 0 || asked.includes(name),
)
await mkdir(folder, { recursive: true })
const module = await compiledKernel()
for (const name of names) {
  const kernel = loadedKernel(module, materialRows(name))
  const light = radiance(kernel.renderTile(wholeImage(FRAME, SAMPLES), FRAME), SAMPLES)
  const { width, height } = FRAME
  const png = encode({ width, height, data: developed(light), channels: 3 })
  await writeFile(join(folder, `${name}.png`), png)
}
