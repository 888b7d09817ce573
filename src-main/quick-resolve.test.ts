import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { quickResolve } from './quick-resolve.ts'

const run = promisify(execFile)
const FIXTURE = join(import.meta.dirname, 'quick-resolve.fixture.ts')

describe('quick resolution', () => {
  test('finds the same file as Node for every import of a peer, but for unused languages', async () => {
    const { stdout } = await run(process.execPath, [FIXTURE])
    const { seen, different } = JSON.parse(stdout) as { seen: number; different: string[] }
    const importers = different.map(
      (line) => /zod\/v4\/(.*) imports ..\/locales\/index.js: data:/.exec(line)?.[1],
    )
    expect(importers.toSorted()).toEqual(['classic/external.js', 'core/index.js'])
    expect(seen).toBeGreaterThan(1_000)
  })

  test('leaves require, and names that a package was not asked for, to Node', () => {
    const resolve = quickResolve()
    const asked: string[] = []
    const next = (specifier: string) => {
      asked.push(specifier)
      return { url: `file:///found/${specifier}` }
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
    expect(resolve('../up.js', from(inA, 'import'), next)).toEqual({
      url: 'file:///x/node_modules/@s/a/up.js',
      shortCircuit: true,
    })
    expect(asked).toEqual([])
    resolve('../up', from(inA, 'require'), next)
    for (const parent of [inA, inA, inB]) resolve('zod', from(parent, 'import'), next)
    expect(asked).toEqual(['../up', 'zod', 'zod'])
  })
})
