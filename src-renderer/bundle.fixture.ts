import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'

/** A built user interface, and what its first screen needs. */
export interface Bundle {
  readonly html: string
  /** Scripts that are loaded before the overview is drawn in English, with their gzipped bytes. */
  readonly initial: ReadonlyMap<string, number>
  /** Source files inside those scripts. */
  readonly initialModules: ReadonlySet<string>
  /** All scripts, by name. */
  readonly scripts: ReadonlyMap<string, string>
}

/** What the entry asks for at once although it does so by a dynamic import: the language, and the first screen. */
const AT_ONCE = [/src-preload\/text\/en\/all\.ts$/, /features\/overview\/overview-screen\.tsx$/]
/** Runs before the first paint; copied as it is. */
const CLASSIC_SCRIPT = 'appearance.js'

/** Builds the user interface as `npm run build:ui` does, into a folder of the caller's. */
export async function buildBundle(outDir: string): Promise<Bundle> {
  const root = join(import.meta.dirname, '..')
  const built = await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
  const { output } = built as Rolldown.RolldownOutput
  const chunks = output.filter((file) => file.type === 'chunk')
  const roots = chunks.filter(
    (chunk) => chunk.isEntry || AT_ONCE.some((pattern) => pattern.test(chunk.facadeModuleId ?? '')),
  )
  if (roots.length !== AT_ONCE.length + 1)
    throw new Error('the first screen is built from other files by now')
  const needed = withImports(chunks, roots)
  const classic = await readFile(join(outDir, CLASSIC_SCRIPT), 'utf8')
  return {
    html: await readFile(join(outDir, 'index.html'), 'utf8'),
    initial: new Map([
      [CLASSIC_SCRIPT, gzipSync(classic).length],
      ...needed.map((chunk) => [chunk.fileName, gzipSync(chunk.code).length] as const),
    ]),
    initialModules: new Set(needed.flatMap((chunk) => chunk.moduleIds)),
    scripts: new Map(chunks.map((chunk) => [chunk.fileName, chunk.code])),
  }
}

/** Chunks with all that they import before they run. */
function withImports(
  chunks: readonly Rolldown.OutputChunk[],
  roots: readonly Rolldown.OutputChunk[],
): Rolldown.OutputChunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const found = new Map<string, Rolldown.OutputChunk>()
  const add = (chunk: Rolldown.OutputChunk | undefined) => {
    if (chunk === undefined || found.has(chunk.fileName)) return
    found.set(chunk.fileName, chunk)
    for (const name of chunk.imports) add(byName.get(name))
  }
  for (const root of roots) add(root)
  return [...found.values()]
}
