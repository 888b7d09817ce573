import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { CHROMIUM_FLAGS, findChromium } from './chromium.ts'

const chromium = findChromium()
const out = join(import.meta.dirname, '../out/e2e')

export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: '*.spec.ts',
  // Peers compute for real on this machine: two browsers and four peers at once are enough.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // What passes only the second time is told as flaky, in the report and by CI.
  retries: 1,
  forbidOnly: true,
  outputDir: join(out, 'results'),
  reporter: [['list'], ['json', { outputFile: join(out, 'report.json') }]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      args: CHROMIUM_FLAGS,
      ...(chromium === undefined ? {} : { executablePath: chromium }),
    },
  },
})
