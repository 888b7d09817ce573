import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codePaths } from './code-paths.ts'

let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'meshwork-code-')))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('what a compute host may read', () => {
  it('is the code, and the packages beside it', () => {
    mkdirSync(join(folder, 'node_modules'))
    expect(codePaths(folder)).toEqual(
      ['package.json', 'src-main', 'wasm', 'node_modules'].map((name) => join(folder, name)),
    )
  })

  it('has packages of a folder above where the program has none of its own', () => {
    mkdirSync(join(folder, 'node_modules'))
    mkdirSync(join(folder, 'out', 'app'), { recursive: true })
    expect(codePaths(join(folder, 'out', 'app'))).toContain(join(folder, 'node_modules'))
  })

  it('has linked packages by both their names', () => {
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'node_modules'))
    const paths = codePaths(folder)
    expect(paths).toContain(join(folder, 'node_modules'))
    expect(paths).toContain(join(folder, 'elsewhere'))
  })
})
