import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { qrPath } from './qr-path.ts'

const LINK = `meshwork://pair/${'K3vPBhxvQg7uKrn3rnVN5bUUN4mUMsPpcJ2hqKQQs'.repeat(3)}`

/** Which modules a path fills. */
function filled(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let i = 0; i < Number(length); i += 1) modules[Number(y)]![Number(x) + i] = true
  }
  return modules
}

describe('the path of a QR code', () => {
  it('fills the modules of the code and no others', () => {
    const { path, size } = qrPath(LINK)
    expect(filled(path, size)).toEqual(encode(LINK, { ecc: 'M', border: 4 }).data)
  })

  it('leaves four modules of quiet on every side', () => {
    const { path, size } = qrPath(LINK)
    const modules = filled(path, size)
    const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [[x, y]] : [])))
    expect(Math.min(...dark.flat())).toBe(4)
    expect(Math.max(...dark.flat())).toBe(size - 5)
  })
})
