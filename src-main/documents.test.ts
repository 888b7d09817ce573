import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
/** Folders whose content a build or a run makes; a document may name it before it is there. */
const GENERATED = /^(?:out|node_modules|wasm\/build)(?:\/|$)/
/** A word is a path when it begins with one of these, is a folder (`calls/`), or ends like a file of the repo. */
const TOP_FOLDER = /^(?:src-main|src-preload|src-renderer|wasm|e2e|assets)\//
const REPO_FILE = /^(?!https?:)[\w./-]+(?:\/|\.(?:cjs|md|sql|ts|tsx|yml))$/

const FILES = globSync(['*.*', '{src-main,src-preload,src-renderer,wasm,e2e,assets}/**/*.*'], {
  cwd: ROOT,
  exclude: (path) => GENERATED.test(path),
})

/** Words that may be paths: targets of links and pictures, and the words of code spans and code blocks. */
function codeWords(document: string): string[] {
  const text = document.replaceAll(/^```.*$/gm, '`')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? [])
  const spans = [...text.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => (code ?? '').split(/\s+/))
  return [...links, ...spans].map((word) => word.replace(/#.*$/, '').replace(/[.,;:]$/, ''))
}

/** Whether a path leads somewhere from the document's folder, the root or `src-main`; a bare name, from anywhere. */
function exists(path: string, document: string): boolean {
  if ([dirname(document), '.', 'src-main'].some((from) => existsSync(join(ROOT, from, path)))) return true
  const isBare = !path.slice(0, -1).includes('/')
  return isBare && FILES.some((file) => `/${file}/`.includes(`/${path.replace(/\/$/, '')}/`))
}

/** The paths of a document that lead nowhere. Patterns (`<kind>`, `*`) are no paths. */
function missingFrom(document: string, text: string): string[] {
  return codeWords(text)
    .filter((word) => TOP_FOLDER.test(word) || REPO_FILE.test(word))
    .filter((path) => !/[<>*{}…]/.test(path) && !path.startsWith('/') && !GENERATED.test(path))
    .filter((path) => !exists(path, document))
}

test.each(FILES.filter((file) => file.endsWith('.md')))('the paths in %s exist', (document) => {
  expect(missingFrom(document, readFileSync(join(ROOT, document), 'utf8'))).toEqual([])
})

describe('a path in a document', () => {
  test('is found in links, code spans and code blocks', () => {
    const text = [
      'See [one](src-main/one.ts#part), `src-main/two`, `three.ts` and https://host/src-main/four.ts.',
      '```',
      'node assets/five.ts',
      '```',
      '`six/` but no `src-main/<kind>/`, no `/healthz` and no `module.wasm`',
    ].join('\n')
    const missing = ['src-main/one.ts', 'src-main/two', 'three.ts', 'assets/five.ts', 'six/']
    expect(missingFrom('README.md', text)).toEqual(missing)
  })

  test('may start at the folder of its document, and be a bare name of any file', () => {
    const text = '`protocol/limits.ts`, `limits.ts` and `calls/`, but `protocol/gone.ts`'
    expect(missingFrom('src-main/README.md', text)).toEqual(['protocol/gone.ts'])
  })

  test('may name what a build or a run makes', () => {
    expect(missingFrom('README.md', '`out/report.json`, `wasm/build/a.wasm`')).toEqual([])
  })
})
