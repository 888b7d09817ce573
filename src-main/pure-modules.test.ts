import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const FOLDERS = ['peer', 'market', 'verification', 'availability', 'protocol']
const IS_PRODUCT = (name: string): boolean => !/\.(test|fixture|bench|contract)\.ts$/.test(name)
/** Globals that know the time, throw dice, wait, or reach the world. */
const IMPURE = new Set([
  ...['performance', 'crypto', 'process', 'fetch', 'console'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
])

/** The places of a source that read a clock, throw dice, wait or reach the world. */
function impureIn(source: string): string[] {
  const found: string[] = []
  const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    const isClock = ts.isNewExpression(node) && node.getText() === 'new Date()'
    const isCall = ts.isPropertyAccessExpression(node) && ['Date.now', 'Math.random'].includes(node.getText())
    const isGlobal =
      ts.isIdentifier(node) &&
      IMPURE.has(node.text) &&
      (ts.isCallExpression(node.parent) || ts.isPropertyAccessExpression(node.parent)) &&
      node.parent.expression === node
    const isSystem = ts.isImportDeclaration(node) && node.moduleSpecifier.getText().includes('node:')
    if (isClock || isCall || isGlobal || isSystem) found.push(node.getText())
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

test('[P1] what decides reads no clock, throws no dice, waits for nothing and reaches nothing', () => {
  const files = globSync(
    FOLDERS.map((folder) => `${folder}/**/*.ts`),
    { cwd: import.meta.dirname },
  ).filter(IS_PRODUCT)
  expect(files.length).toBeGreaterThan(50)
  const impure = files.map((file) => [file, impureIn(readFileSync(join(import.meta.dirname, file), 'utf8'))])
  expect(impure.filter(([, found]) => found?.length !== 0)).toEqual([])
})

test.each([
  "import { hash } from 'node:crypto'",
  'const at = Date.now()',
  'const at = new Date().getTime()',
  'const luck = Math.random()',
  'setTimeout(() => undefined, 5)',
  'performance.now()',
])('%s is found', (source) => {
  expect(impureIn(source)).toHaveLength(1)
})
