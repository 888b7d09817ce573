import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import type { Program } from './app.ts'
import { CHROMIUM_FLAGS, findChromium } from './chromium.ts'
import { findElectron } from './desktop.ts'
import { WAIT_MS_MAX } from './peer.ts'

/** Pictures of every screen. */
const SCREENS = 'screens-*.spec.ts'

const chromium = findChromium()
const out = join(import.meta.dirname, '../out/e2e')

export default defineConfig<{ program: Program }>({
  testDir: import.meta.dirname,
  testMatch: '*.spec.ts',
  // Node loads the product's modules itself, as it does in the product.
  build: { external: ['**/src-main/**', '**/src-preload/**'] },
  // Tests side by side, each with peers, folders and ports of its own: while one computes, another waits for its browser.
  fullyParallel: true,
  // Two more than the cores of a small machine: a fifth less time than with one more, and no more processor time.
  workers: 4,
  // For what hangs: a test waits for conditions, and this machine may do something else as well.
  timeout: 1_800_000,
  expect: { timeout: WAIT_MS_MAX },
  forbidOnly: true,
  // The same tests in a browser, and in the desktop's window where Electron is.
  // The pictures begin: they take longest, so that the others fill the time beside them. They are kept as they are taken,
  // and need no trace.
  projects: [
    { name: 'screens', testMatch: SCREENS, use: { trace: 'off' } },
    { name: 'browser', testIgnore: SCREENS },
    ...('path' in findElectron() ? [{ name: 'desktop', use: { program: 'desktop' as const } }] : []),
  ],
  outputDir: join(out, 'results'),
  reporter: [['list'], ['json', { outputFile: join(out, 'report.json') }]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Steps, console and network of a failed test, beside its page's last picture and text. Copies of the page at each step
    // would take a twentieth of the processor time of all tests.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      args: CHROMIUM_FLAGS,
      ...(chromium === undefined ? {} : { executablePath: chromium }),
    },
  },
})
