import { join } from 'node:path'
import { measureMachine } from '../src-main/measured.fixture.ts'
import { findChromium } from './chromium.ts'
import { findElectron } from './desktop.ts'
import { buildInterface } from './interface-build.ts'
import { packageFolder, runProgram } from './node-program.ts'

/**
 * Runs the tests of the whole app in a browser, and on the desktop where Electron is: the interface is built, real peers
 * are started, nothing is mocked. Where there is no Chromium it says so and what that leaves untested, and ends well. Arguments go to Playwright.
 */
const root = join(import.meta.dirname, '..')

/** The interface, and the desktop's shell where it can run. @returns an exit code */
async function build(isForDesktop: boolean): Promise<number> {
  const code = await buildInterface()
  return code !== 0 || !isForDesktop ? code : runProgram(join(root, 'src-main/shell/build-shell.ts'), [])
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
  const tool = join(packageFolder('@playwright/test'), 'cli.js')
  process.exitCode = await build('path' in electron)
  if (process.exitCode === 0) {
    await measureMachine()
    process.exitCode = await runProgram(tool, [
      'test',
      '--config',
      'e2e/playwright.config.ts',
      ...process.argv.slice(2),
    ])
  }
}
