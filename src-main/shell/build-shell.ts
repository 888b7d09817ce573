/**
 * Builds the desktop's shell into `out/shell`: `node src-main/shell/build-shell.ts`. Main process and preload are one
 * CommonJS file each, with all that they use: CommonJS, because a sandboxed preload can be nothing else, and because the
 * main process must have said what it says before Electron is ready. Needs the built user interface, and for a package the list that
 * `build-peer.ts` makes.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { parse } from 'yaml'
import { z } from 'zod'
import packageJson from '../../package.json' with { type: 'json' }
import { PROGRAM_LIST, sha256Of } from './packaging/program-files.ts'
import { UPDATE_SOURCE } from './packaging/updates.ts'

const ROOT = join(import.meta.dirname, '../..')
const OUT = join(ROOT, 'out/shell')
const RENDERER = join(ROOT, 'out/renderer')

/** Electron brings itself; the others are optional parts of `ws`, which does without. */
const EXTERNAL = ['electron', 'bufferutil', 'utf-8-validate']

/** Where updates come from, in the builder's file; and the whole subjects of the certificates that sign them. */
const BuilderFile = z.object({
  publish: z.looseObject({ provider: z.string(), publisherName: z.array(z.string().min(1)).default([]) }),
})

/** Constants that are put into a bundle of the main process. */
interface MainFacts {
  /** The SHA-256 of the list of the program's files; null for a shell that is not packaged. */
  readonly listDigest: string | null
  readonly publishers: readonly string[]
}

/** Builds the shell anew. @throws when something does not build, or the user interface is not there */
export async function buildShell(): Promise<void> {
  if (!existsSync(join(RENDERER, 'index.html')))
    throw new Error('the user interface is not built: npm run build:ui')
  await rm(OUT, { recursive: true, force: true })
  await mkdir(OUT, { recursive: true })
  const source = await updateSource()
  await bundleMain(OUT, { listDigest: await listDigest(), publishers: source.publisherName })
  await writeFile(join(OUT, UPDATE_SOURCE), `${JSON.stringify(source, null, 2)}\n`)
  await bundle(join(ROOT, 'src-preload/bridge.ts'), 'preload', OUT)
  await cp(RENDERER, join(OUT, 'renderer'), { recursive: true })
  await cp(join(ROOT, 'assets/icons/tray'), join(OUT, 'icons/tray'), { recursive: true })
  await cp(join(ROOT, 'assets/icons/256.png'), join(OUT, 'icons/256.png'))
  const { name, version, description, license } = packageJson
  const manifest = {
    name,
    productName: 'Meshwork',
    version,
    description,
    license,
    author: 'Meshwork',
    main: 'main.cjs',
  }
  await writeFile(join(OUT, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Writes the file that electron-updater reads: the builder's file names the server of updates and their publisher. */
export async function updateSource() {
  const text = await readFile(join(ROOT, 'electron-builder.yml'), 'utf8')
  const { publish } = BuilderFile.parse(parse(text))
  return { ...publish, updaterCacheDirName: `${packageJson.name}-updater` }
}

/** Bundles the main process into a folder's `main.cjs`. */
export async function bundleMain(out: string, { listDigest, publishers }: MainFacts): Promise<void> {
  await bundle(join(ROOT, 'src-main/index.ts'), 'main', out, {
    PROGRAM_LIST_SHA256: JSON.stringify(listDigest),
    UPDATE_PUBLISHERS: JSON.stringify(publishers),
  })
}

/** Of the list that was built last; null where none was: such a shell runs from the repository only. */
async function listDigest(): Promise<string | null> {
  const path = join(ROOT, 'out', PROGRAM_LIST)
  return existsSync(path) ? sha256Of(await readFile(path)) : null
}

async function bundle(
  entry: string,
  name: string,
  out: string,
  define: Readonly<Record<string, string>> = {},
): Promise<void> {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    define: { ...define },
    ssr: { noExternal: true, external: EXTERNAL, target: 'node' },
    build: {
      ssr: entry,
      outDir: out,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false },
      },
    },
  })
}

if (import.meta.main) await buildShell()
