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

/** Where the first screen begins: the entry, the language and the screen that it asks for at once. */
const AT_ONCE = [
  /src-renderer\/main\.tsx$/,
  /src-preload\/text\/en\/all\.ts$/,
  /features\/overview\/overview-screen\.tsx$/,
]
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
  const roots = AT_ONCE.map((pattern) => {
    const root = chunks.find((chunk) => chunk.moduleIds.some((id) => pattern.test(id)))
    if (root === undefined) throw new Error(`no script has ${String(pattern)}`)
    return root
  })
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
