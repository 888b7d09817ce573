/**
 * Compiles the AssemblyScript kernels: `node wasm/build.ts` writes `wasm/build/<name>.wasm`, and skips those whose
 * sources, options and compiler have not changed. Safe to run from several processes at once.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** A kernel's module: where its source is below this folder, and the options that differ between its variants. */
interface Target {
  readonly folder: string
  /** The file in the folder's `assembly`. */
  readonly entry: string
  readonly options: readonly string[]
}

const TARGETS = {
  'path-trace': { folder: 'path-trace', entry: 'kernel.ts', options: ['--enable', 'simd'] },
  'path-trace.scalar': { folder: 'path-trace', entry: 'kernel.ts', options: ['--disable', 'simd'] },
  denoise: { folder: 'denoise', entry: 'kernel.ts', options: ['--enable', 'simd'] },
  'metering-kernels': { folder: 'metering-kernels', entry: 'kernel.ts', options: ['--enable', 'simd'] },
  'example.sobel': { folder: 'examples', entry: 'sobel.ts', options: [] },
} as const satisfies Record<string, Target>

/** No imports, at most 2 GiB (32,768 pages), as the sandbox wants it. */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--maximumMemory', '32768']

const here = fileURLToPath(new URL('.', import.meta.url))
const output = join(here, 'build')

/** Where a kernel's module is after `buildKernels`. */
export function kernelPath(name: keyof typeof TARGETS): string {
  return join(output, `${name}.wasm`)
}

/** Brings every kernel up to date; returns the names of those compiled. Throws with the compiler's words. */
export async function buildKernels(): Promise<string[]> {
  await mkdir(output, { recursive: true })
  const built: string[] = []
  for (const [name, target] of Object.entries(TARGETS)) if (await buildTarget(name, target)) built.push(name)
  return built
}

async function buildTarget(name: string, target: Target): Promise<boolean> {
  const sources = await sourcesIn(join(here, target.folder, 'assembly'))
  const options = [...OPTIONS, ...target.options]
  const hash = createHash('sha256').update(JSON.stringify([asc.version, options]))
  for (const source of sources) hash.update(`\0${relative(here, source)}\0`).update(await readFile(source))
  const stamp = hash.digest('hex')
  const file = join(output, `${name}.wasm`)
  const known = await readFile(`${file}.stamp`, 'utf8').catch(() => '')
  if (known === stamp && (await readFile(file).catch(() => null)) !== null) return false
  // Written aside and moved, so that a reader never sees half a module.
  const aside = `${file}.${process.pid}`
  await compile(join(here, target.folder, 'assembly', target.entry), aside, options)
  await rename(aside, file)
  await writeFile(`${file}.stamp`, stamp)
  return true
}

async function sourcesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name))
}

async function compile(entry: string, file: string, options: readonly string[]): Promise<void> {
  const paths = [relative(here, entry), '--outFile', relative(here, file), '--baseDir', here]
  let words = ''
  const stderr = { write: (chunk: string | Uint8Array) => void (words += chunk.toString()) }
  const { error } = await asc.main([...paths, ...options], { stderr })
  if (error !== null)
    throw new Error(`${relative(here, entry)} does not compile:\n${words}`, { cause: error })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildKernels()
  console.error(built.length === 0 ? 'kernels are up to date' : `built ${built.join(', ')}`)
}
