import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findChromium } from './chromium.ts'
import { findElectron } from './desktop.ts'
import { keepMeasured } from './measured.ts'
import { startPeer, untilMeasured } from './peer.ts'

/**
 * Runs the tests of the whole app in a browser, and on the desktop where Electron is: the interface is built, real peers
 * are started, nothing is mocked. Where there is no Chromium it says so and what that leaves untested, and ends well. Arguments go to Playwright.
 */
const root = join(import.meta.dirname, '..')

/** Runs one of our own tools to its end. @returns its exit code */
function run(entry: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { cwd: root, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

const resolvePackage = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))

/** The interface, and the desktop's shell where it can run. @returns an exit code */
async function build(isForDesktop: boolean): Promise<number> {
  const code = await run(join(resolvePackage('vite'), 'bin/vite.js'), ['build', '--logLevel', 'warn'])
  return code !== 0 || !isForDesktop ? code : run(join(root, 'src-main/shell/build-shell.ts'), [])
}

/** Lets a peer measure this machine, for all peers of the tests. */
async function measure(): Promise<void> {
  const peer = await startPeer({ name: 'Measuring', measures: true })
  try {
    await untilMeasured(peer)
    await peer.stop()
    await keepMeasured(peer.folder)
  } finally {
    await peer.remove()
  }
}

if (findChromium() === undefined) {
  process.stdout.write(
    'e2e: SKIPPED, there is no Chromium on this machine (or name one in CHROMIUM).\n' +
      '     Not tested here: everything that needs a browser, that is the whole of e2e/.\n',
  )
} else {
  const electron = findElectron()
  if ('missing' in electron) {
    process.stdout.write(`e2e: in the browser only; SKIPPED on the desktop: ${electron.missing}\n`)
  }
  const tool = join(resolvePackage('@playwright/test'), 'cli.js')
  process.exitCode = await build('path' in electron)
  if (process.exitCode === 0) {
    await measure()
    process.exitCode = await run(tool, [
      'test',
      '--config',
      'e2e/playwright.config.ts',
      ...process.argv.slice(2),
    ])
  }
}
