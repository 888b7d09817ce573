import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  ALPHA_MODES,
  CAMERA_KINDS,
  FILTERS,
  HEADER,
  LIGHT,
  LIGHT_KINDS,
  MATERIAL,
  sceneLayout,
  TEXTURE,
  WRAPS,
} from './scene-layout.ts'

/** The numeric constants of the kernel's own scene file. */
async function kernelConstants(): Promise<Map<string, number>> {
  const source = await readFile(new URL('./assembly/scene.ts', import.meta.url), 'utf8')
  return new Map(
    [...source.matchAll(/export const (\w+): \w+ = (\d+)/g)].map(([, name, value]) => [name!, Number(value)]),
  )
}

/** baseColor → BASE_COLOR */
const upper = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

describe('the kernel and the packer agree', () => {
  it.each([
    ['M', MATERIAL, 'MATERIAL_SIZE'],
    ['T', TEXTURE, 'TEXTURE_SIZE'],
    ['L', LIGHT, 'LIGHT_SIZE'],
    ['H', HEADER, 'HEADER_SIZE'],
  ] as const)('on the fields of %s records', async (prefix, fields, sizeName) => {
    const constants = await kernelConstants()
    let compared = 0
    for (const [field, offset] of Object.entries(fields)) {
      const inKernel = constants.get(field === 'size' ? sizeName : `${prefix}_${upper(field)}`)
      if (inKernel === undefined) continue
      expect([field, inKernel]).toEqual([field, offset])
      compared++
    }
    const known = [...constants.keys()].filter((name) => name.startsWith(`${prefix}_`))
    expect(compared).toBeGreaterThanOrEqual(known.length)
    expect(known.length).toBeGreaterThan(3)
  })

  it('on where the header keeps counts and sections', async () => {
    const source = await readFile(new URL('./assembly/scene.ts', import.meta.url), 'utf8')
    const reads = new Map(
      [...source.matchAll(/ (\w+) = (?:at \+ )?load<[iu]32>\(at, (\d+)\)/g)].map(([, name, at]) => [
        name!,
        Number(at),
      ]),
    )
    expect(reads.get('triangleCount')).toBe(HEADER.triangles)
    expect(reads.get('materialCount')).toBe(HEADER.materials)
    expect(reads.get('lightCount')).toBe(HEADER.lights)
    expect(reads.get('environmentWidth')).toBe(HEADER.environmentWidth)
    expect(reads.get('environmentHeight')).toBe(HEADER.environmentHeight)
    const empty = { vertices: 0, triangles: 0, materials: 0, textures: 0, texelBytes: 0, lights: 0 }
    const absent = {
      environmentWidth: 0,
      environmentHeight: 0,
      hasTangents: false,
      hasColors: false,
      hasUvs: false,
    }
    Object.keys(sceneLayout({ ...empty, ...absent }).sections).forEach((section, i) => {
      const name = section === 'environment' ? 'environmentPixels' : section
      expect([section, reads.get(name)]).toEqual([section, HEADER.sections + i * 4])
    })
  })

  it('on the words that stand for choices', () => {
    expect(CAMERA_KINDS.indexOf('orthographic')).toBe(1)
    expect(ALPHA_MODES).toEqual(['opaque', 'mask', 'blend'])
    expect(WRAPS).toEqual(['repeat', 'mirror', 'clamp'])
    expect(FILTERS.indexOf('nearest')).toBe(1)
    expect(LIGHT_KINDS).toEqual(['directional', 'point', 'spot'])
  })
})
