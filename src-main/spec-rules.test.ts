import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const FOLDERS = ['src-main', 'src-renderer', 'src-preload', 'wasm', 'assets', 'e2e']
const TESTS = FOLDERS.flatMap((folder) =>
  ['test.ts', 'test.tsx', 'spec.ts', 'contract.ts'].map((end) => `${folder}/**/*.${end}`),
)
/** The functions that take a title; `test.each(…)` and `describe.skipIf(…)` begin with them. */
const TITLED = new Set(['describe', 'it', 'test'])

/** The ids that a rules' document defines, `**[W1]**`, in its order. */
function definedIn(document: string): string[] {
  return [...document.matchAll(/\*\*\[([A-Z]+\d+)\]\*\*/g)].flatMap(([, id]) => id ?? [])
}

/** The ids that a title cites: `[W1]`, `[W1, W2]`, `[W1]–[W4]`, `[W1–W4]`. */
function citedBy(title: string): string[] {
  const plain = title.replaceAll(/\]\s*[–-]\s*\[/g, '–')
  return [...plain.matchAll(/\[([A-Z]+\d+(?:(?:, ?| |[–-])[A-Z]+\d+)*)\]/g)].flatMap(([, list]) =>
    (list ?? '').split(/, ?| /).flatMap(inRange),
  )
}

function inRange(text: string): string[] {
  const [, letters, from, otherLetters, to] = /^([A-Z]+)(\d+)[–-]([A-Z]+)(\d+)$/.exec(text) ?? []
  if (letters === undefined || letters !== otherLetters) return [text]
  const [first, last] = [Number(from), Number(to)]
  return Array.from({ length: Math.max(0, last - first) + 1 }, (_, i) => `${letters}${first + i}`)
}

/** The titles of a test file's suites and tests. Text that is only in comments or other strings is none. */
function titlesOf(source: string): string[] {
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && TITLED.has(beginningOf(node.expression))) {
      const [title] = node.arguments
      if (title !== undefined && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
        titles.push(title.getText())
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true))
  return titles
}

function beginningOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee))
    return beginningOf(callee.expression)
  return ts.isTaggedTemplateExpression(callee) ? beginningOf(callee.tag) : ''
}

/** Where each id is cited, by the titles of all tests. */
function citations(): Map<string, string[]> {
  const cited = new Map<string, string[]>()
  for (const file of globSync(TESTS, { cwd: ROOT })) {
    for (const title of titlesOf(readFileSync(join(ROOT, file), 'utf8'))) {
      for (const id of citedBy(title)) cited.set(id, [...(cited.get(id) ?? []), `${file}: ${title}`])
    }
  }
  return cited
}

describe('the rules of SPEC.md', () => {
  const defined = definedIn(readFileSync(join(import.meta.dirname, 'SPEC.md'), 'utf8'))
  const cited = citations()

  test('have an id of their own each', () => {
    expect(defined.length).toBeGreaterThan(200)
    expect(defined.filter((id, i) => defined.indexOf(id) !== i)).toEqual([])
  })

  test('are each cited by the title of a test', () => {
    expect(defined.filter((id) => !cited.has(id))).toEqual([])
  })

  test('are all that titles cite', () => {
    const known = new Set(defined)
    expect([...cited].filter(([id]) => !known.has(id))).toEqual([])
  })
})

describe('a citation', () => {
  test.each([
    ['[W1] one', ['W1']],
    ['one [LAB2]', ['LAB2']],
    ['[W1] [W36] two', ['W1', 'W36']],
    ['[W1, W2] a list', ['W1', 'W2']],
    ['[S0]–[S2] a range', ['S0', 'S1', 'S2']],
    ['[S0–S2, W4] a range in a list', ['S0', 'S1', 'S2', 'W4']],
    ['[1] [W] [w1] W1 [u8] no citation', []],
  ])('is read from a title: %s', (title, ids) => {
    expect(citedBy(title)).toEqual(ids)
  })

  test('is in the title of a test or suite, not in a comment or another string', () => {
    const source = [
      '// [W1]',
      "test('[W2]', () => expect('[W3]').toBe(`[W4]`))",
      "describe.skipIf(true)('[W5]', () => it.each([['[W6]']])(`[W7] ${1}`, () => 0))",
    ].join('\n')
    expect(titlesOf(source).flatMap(citedBy)).toEqual(['W2', 'W5', 'W7'])
  })

  test('is of a rule that begins in bold, twice where two rules have one id', () => {
    expect(definedIn('- **[W1]** One (W9). **[W2]** Two [W3].\n- **[W1]** Three.')).toEqual([
      'W1',
      'W2',
      'W1',
    ])
  })
})
