/**
 * `npm start`: the desktop program where Electron runs, and the same user interface in the browser where it does not.
 * Builds what is missing first. Arguments go on to the program.
 */
import { spawn, type StdioOptions } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildKernels } from '../../wasm/build.ts'
import { electronObstacle } from './electron-obstacle.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Electron's runtime is 120 MB; a user whose network takes longer is better served by the browser at first. */
const FETCH_WITHIN_MS = 10 * 60_000

process.exitCode = await start(process.argv.slice(2))

async function start(args: readonly string[]): Promise<number> {
  await buildWhatIsMissing()
  const { platform, env } = process
  const obstacle = electronObstacle({ platform, env, isRoot: process.getuid?.() === 0 })
  const electron = obstacle === undefined ? await fetchElectron() : { fault: obstacle }
  if ('fault' in electron) {
    process.stderr.write(`meshwork: ${electron.fault}; opening in the browser instead\n`)
    const { runMeshctl } = await import('../cli/meshctl.ts')
    return runMeshctl(['start', '--ui', ...args])
  }
  const { buildShell } = await import('./build-shell.ts')
  await buildShell()
  return run(electron.path, [join(ROOT, 'out/shell'), ...args], { MESHWORK_NODE: process.execPath })
}

/** The kernels, and the user interface if it was never built; `npm run build:ui` builds it anew. */
async function buildWhatIsMissing(): Promise<void> {
  await buildKernels()
  if (existsSync(join(ROOT, 'out/renderer/index.html'))) return
  process.stderr.write('meshwork: building the user interface …\n')
  const { build } = await import('vite')
  await build({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' })
}

/** Electron's program, fetched if this is the first time; or why there is none, in one line. */
async function fetchElectron(): Promise<{ path: string } | { fault: string }> {
  const { resolve } = createRequire(import.meta.url)
  const folder = dirname(resolve('electron/package.json'))
  if (installed(folder) === undefined) {
    process.stderr.write('meshwork: fetching Electron’s runtime (about 120 MB, once) …\n')
    const words = await wordsOf([join(folder, 'install.js')])
    if (installed(folder) === undefined)
      return { fault: `Electron’s runtime could not be fetched (${words})` }
  }
  const path = installed(folder)
  return path === undefined ? { fault: 'Electron’s runtime is not there' } : { path }
}

function installed(folder: string): string | undefined {
  const note = join(folder, 'path.txt')
  if (!existsSync(note)) return undefined
  const path = join(folder, 'dist', readFileSync(note, 'utf8'))
  return existsSync(path) ? path : undefined
}

/** Runs a program of Node to its end; returns its last complaint, as one line. */
function wordsOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: FETCH_WITHIN_MS,
    })
    let words = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(0, 4_000)))
    child.on('error', (error) => resolve(error.message))
    child.on('close', () => resolve(words.trim().split('\n', 1)[0] ?? ''))
  })
}

/** Runs a program to its end, with our own streams and signals. */
function run(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const stdio: StdioOptions = 'inherit'
  const child = spawn(file, args, { cwd: ROOT, stdio, env: { ...process.env, ...env } })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  // A terminal interrupts all of its programs itself, and twice would mean at once.
  const pass = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT') child.kill(signal)
  }
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const passed of signals) process.off(passed, pass)
      resolve(code ?? (signal === null ? 0 : 1))
    })
  })
}
