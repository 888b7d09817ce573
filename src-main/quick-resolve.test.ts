import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { quickResolve } from './quick-resolve.ts'

const run = promisify(execFile)
const FIXTURE = join(import.meta.dirname, 'quick-resolve.fixture.ts')

describe('quick resolution', () => {
  test('finds the same file in the same format as Node for every import of a peer, but what is unused', async () => {
    const { stdout } = await run(process.execPath, [FIXTURE])
    const { seen, different } = JSON.parse(stdout) as { seen: number; different: string[] }
    expect(different).toHaveLength(1)
    expect(different[0]).toContain('zod/v4/classic/external.js imports ../locales/index.js: data:')
    expect(seen).toBeGreaterThan(1_000)
  })

  test('leaves require, and names that a package was not asked for, to Node', () => {
    const resolve = quickResolve()
    const asked: string[] = []
    const next = (specifier: string) => {
      asked.push(specifier)
      return { url: `file:///found/${specifier}`, format: 'module' }
    }
    const from = (parentURL: string, condition: 'import' | 'require') => ({
      parentURL,
      conditions: ['node', condition],
      importAttributes: {},
    })
    const [inA, inB] = ['a', 'b'].map((name) => `file:///x/node_modules/@s/${name}/dist/index.js`) as [
      string,
      string,
    ]
    for (const name of ['up', 'other']) {
      expect(resolve(`../${name}.js`, from(inA, 'import'), next)).toEqual({
        url: `file:///x/node_modules/@s/a/${name}.js`,
        format: 'module',
        shortCircuit: true,
      })
    }
    // The format of a folder's files is asked for once.
    expect(asked.splice(0)).toEqual(['../up.js'])
    resolve('../up', from(inA, 'require'), next)
    for (const parent of [inA, inA, inB]) resolve('zod', from(parent, 'import'), next)
    expect(asked).toEqual(['../up', 'zod', 'zod'])
  })
})
