/**
 * Builds the part of the packaged program that runs on Node into `out/peer`: `node src-main/shell/build-peer.ts`. Types are taken out
 * file by file and everything keeps its place, so that child processes, workers, kernels and migrations are found as they
 * are in the repository. Only sources that the programs reach are taken along, with the kernels that these name and the
 * packages that they use. `out/program-files.json` lists the result, and Node, with digests; the shell is built after it
 * and knows the list's digest.
 */
import { existsSync, globSync, statSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import packageJson from '../../package.json' with { type: 'json' }
import { namedKernels } from './packaging/named-kernels.ts'
import { productionPackages } from './packaging/production-packages.ts'
import { listProgram, PROGRAM_LIST } from './packaging/program-files.ts'
import { isShipped } from './packaging/shipped-files.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Programs and modules that are started or loaded by their file's name. */
const ENTRIES = [
  'src-main/shell/peer/peer-process.ts',
  'src-main/headless.ts',
  'src-main/compute/host/host.ts',
  'src-main/compute/worker/worker.ts',
  'src-main/compute/registry.ts',
]
/** Files that they read, beside code and kernels. */
const DATA = ['src-main/storage/database/migrations/*.sql', 'LICENSE']
/** Packages of the shell alone, which has them in its own bundle. */
const SHELL_PACKAGES = ['electron-updater']

/** Builds the peer anew. @throws when a file that is needed is not there */
export async function buildPeer(out: string): Promise<void> {
  await rm(out, { recursive: true, force: true })
  const kernels = new Set<string>()
  for (const [path, text] of await reachableSources()) {
    await write(join(out, builtName(path)), text)
    for (const kernel of namedKernels(text, path.replaceAll('\\', '/'))) kernels.add(kernel)
  }
  for (const path of [...kernels, ...globSync(DATA, { cwd: ROOT })]) await copy(path, out)
  await write(join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
  const lock = await readFile(join(ROOT, 'package-lock.json'), 'utf8')
  for (const path of productionPackages(lock, SHELL_PACKAGES)) {
    // Packages for other platforms are in the lock file and not on the disk.
    if (existsSync(join(ROOT, path))) await copy(path, out)
  }
}

/** Every source file that the entries import, directly or not, for more than its types: its path and its plain code. */
async function reachableSources(): Promise<ReadonlyMap<string, string>> {
  const found = new Set(ENTRIES)
  const texts = new Map<string, string>()
  for (const path of found) {
    const text = plainJavaScript(await readFile(join(ROOT, path), 'utf8'), path)
    texts.set(path, text)
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      const imported = sourceOf(fileName, path)
      if (imported !== undefined) found.add(imported)
    }
  }
  return texts
}

/** The source file behind an import of built code; undefined for packages, and for what is no TypeScript. */
function sourceOf(specifier: string, importer: string): string | undefined {
  const known = (packageJson.imports as Readonly<Record<string, string | undefined>>)[specifier]
  const path = known ?? (specifier.startsWith('.') ? within(importer, specifier) : undefined)
  return path === undefined ? undefined : asSource(relative(ROOT, join(ROOT, path)))
}

function asSource(path: string): string | undefined {
  const source = path.replace(/\.js$/, '.ts')
  return source.endsWith('.ts') && existsSync(join(ROOT, source)) ? source : undefined
}

/** The same code without types, and with the built files' names wherever one of our sources is named. */
export function plainJavaScript(text: string, path: string): string {
  const { outputText } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  // Files that are started are named by a URL or a path relative to the file that says so.
  return outputText.replace(/(['"])([\w./-]+)\.ts\1/g, (literal, quote: string, name: string) =>
    existsSync(join(ROOT, within(path, `${name}.ts`))) ? `${quote}${name}.js${quote}` : literal,
  )
}

/** A path that a file names relative to itself, from the root. */
function within(importer: string, path: string): string {
  return relative(ROOT, resolve(ROOT, dirname(importer), path))
}

function builtName(path: string): string {
  return path.replace(/\.ts$/, '.js')
}

function manifest() {
  const { name, version, license, imports } = packageJson
  const built = Object.fromEntries(Object.entries(imports).map(([key, path]) => [key, builtName(path)]))
  return { name, version, license, private: true, type: 'module', imports: built }
}

async function copy(path: string, out: string): Promise<void> {
  const packages = join(ROOT, 'node_modules')
  await cp(join(ROOT, path), join(out, path), {
    recursive: true,
    dereference: true,
    filter: (source) => {
      const inside = relative(packages, source).replaceAll('\\', '/')
      return inside.startsWith('../') || statSync(source).isDirectory() || isShipped(inside, process)
    },
  })
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

if (import.meta.main) {
  const peer = join(ROOT, 'out/peer')
  await buildPeer(peer)
  const node = join(ROOT, 'node_modules/node/bin')
  await writeFile(join(ROOT, 'out', PROGRAM_LIST), await listProgram({ peer, node }))
}
