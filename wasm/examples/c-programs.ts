/**
 * Compiles the examples in C: `node wasm/examples/c-programs.ts` writes `c/<name>.wasm`. Those files are checked in,
 * because few machines have what it takes: clang, lld and wasi-libc, as Debian packages them (clang-14, lld-14,
 * libclang-rt-14-dev-wasm32, wasi-libc).
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const sources = join(import.meta.dirname, 'c')

/** The compiler that the checked-in files come from. */
const CLANG = 'clang-14'
/** Where Debian puts wasi-libc. */
const WASI_LIBC = '/usr/lib/wasm32-wasi/libc.a'

const COMPILING = ['-c', '-O2', '-g0', '-Wall', '-Wextra', '-Werror']
const WASI = { target: '--target=wasm32-wasi', linking: ['-s'] }
/** Without libc or start: what the module exports is said in its source. */
const BARE = { target: '--target=wasm32', linking: ['-s', '-nostdlib', '-Wl,--no-entry'] }

/** The examples, with how each is compiled and linked. */
export const C_PROGRAMS = {
  'line-statistics': WASI,
  histogram: BARE,
  'add-histograms': BARE,
} as const

/** An example's module, as it is checked in. */
export function cProgramPath(name: keyof typeof C_PROGRAMS): string {
  return join(sources, `${name}.wasm`)
}

/**
 * Compiles an example to a file. Throws with the compiler's words.
 * Linking is a step of its own, without a level of optimization: with one, clang has `wasm-opt` work over the module
 * where one is on the PATH, and the bytes are no longer the toolchain's alone.
 */
export async function compileCProgram(name: keyof typeof C_PROGRAMS, file: string): Promise<void> {
  const { target, linking } = C_PROGRAMS[name]
  const object = `${file}.o`
  await run(CLANG, [target, ...COMPILING, '-o', object, join(sources, `${name}.c`)])
  await run(CLANG, [target, ...linking, '-o', file, object])
  await rm(object)
}

/** The compiler here, as text; the same text makes the same bytes. Undefined where there is none. */
export async function toolchain(): Promise<string | undefined> {
  const version = await run(CLANG, ['--version']).then(
    ({ stdout }) => stdout.split('\n')[0],
    () => undefined,
  )
  if (version === undefined || !existsSync(WASI_LIBC)) return undefined
  const libc = createHash('sha256').update(readFileSync(WASI_LIBC)).digest('hex')
  return `${version}, wasi-libc ${libc.slice(0, 16)}\n`
}

/** The toolchain that the checked-in files come from. */
export function recordedToolchain(): string {
  return readFileSync(join(sources, 'toolchain.txt'), 'utf8')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const here = await toolchain()
  if (here === undefined) throw new Error(`this needs ${CLANG} and ${WASI_LIBC}`)
  for (const name of Object.keys(C_PROGRAMS) as (keyof typeof C_PROGRAMS)[]) {
    await compileCProgram(name, cProgramPath(name))
  }
  writeFileSync(join(sources, 'toolchain.txt'), here)
}
