/**
 * SQLite as a module, for the bench: a large program of real C. Compiled from the amalgamation that better-sqlite3
 * carries, by Debian's clang with wasi-libc, into `out/` once; where there is no clang there is no module.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exported, type Workload } from './corpus.fixture.ts'

const COMPILER = 'clang-14'
const OPTIONS = [
  '--target=wasm32-wasi',
  '-O2',
  '-mexec-model=reactor',
  // No files: the database is in memory, and the program brings a file system that refuses all.
  '-DSQLITE_OS_OTHER=1',
  '-DSQLITE_THREADSAFE=0',
  '-DSQLITE_OMIT_LOAD_EXTENSION',
  '-DSQLITE_TEMP_STORE=3',
]
const ROWS_SMALL = 20
const ROWS_LARGE = 3_000

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Inserts and joins rows in memory; `null` where the compiler is missing. Compiling takes a minute, once. */
export function sqliteWorkload(): Workload | null {
  const bytes = sqliteModule()
  if (bytes === null) return null
  return {
    name: 'sqlite',
    source: 'LLVM',
    floats: false,
    bytes,
    work: (instantiate, size) => {
      const exports = instantiate()
      exported(exports, '_initialize')()
      const run = exported(exports, 'run')
      return () => BigInt(run(size === 'small' ? ROWS_SMALL : ROWS_LARGE))
    },
  }
}

function sqliteModule(): Uint8Array<ArrayBuffer> | null {
  const main = join(root, 'wasm', 'metering-kernels', 'sqlite.c')
  const require = createRequire(import.meta.url)
  const sources = join(dirname(require.resolve('better-sqlite3/package.json')), 'deps', 'sqlite3')
  const digest = createHash('sha256').update(JSON.stringify([COMPILER, OPTIONS]))
  for (const file of [main, join(sources, 'sqlite3.c')]) digest.update(readFileSync(file))
  const module = join(root, 'out', 'metering', `sqlite-${digest.digest('hex').slice(0, 16)}.wasm`)
  if (!existsSync(module)) {
    mkdirSync(dirname(module), { recursive: true })
    // Written aside and moved, so that no reader ever sees half a module.
    const aside = `${module}.${process.pid}`
    const files = ['-I', sources, main, join(sources, 'sqlite3.c'), '-o', aside]
    const { status, error, stderr } = spawnSync(COMPILER, [...OPTIONS, ...files], { encoding: 'utf8' })
    if (error !== undefined) return null
    if (status !== 0) throw new Error(`sqlite does not compile:\n${stderr}`)
    renameSync(aside, module)
  }
  return new Uint8Array(readFileSync(module))
}
