import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { chromium, type Browser } from '@playwright/test'
import { buildBundle } from './bundle.fixture.ts'

/** See src-main/bench.ts, whose shapes these are: what draws and what computes share no code but the contract. */
type Report = (measurement: {
  readonly metric: string
  readonly value: number
  readonly unit: string
  readonly ratio?: number
  readonly versus?: string
  readonly target?: string
  readonly met?: boolean
  readonly note?: string
}) => void

const INITIAL_KB_MAX = 350
const FIRST_PAINT_MS_MAX = 1_000
/** Visits of each page, taking turns; the median counts. */
const VISITS = 9
/** Where a system's own Chromium is; Playwright's when absent. */
const SYSTEM_CHROMIUM = process.env['MESHWORK_CHROMIUM'] ?? '/usr/bin/chromium'
const EMPTY_PAGE = '<!doctype html><title>empty</title><p>empty</p>'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Size of the built window, and time until it shows something. */
export const benchmark = {
  name: 'window',
  async run(report: Report): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-window-'))
    try {
      const ui = join(folder, 'ui')
      const { initial } = await buildBundle(ui)
      const kb = [...initial.values()].reduce((sum, size) => sum + size, 0) / 1_000
      report({
        metric: 'initial JavaScript, gzipped',
        value: kb,
        unit: 'kB',
        target: `≤ ${INITIAL_KB_MAX} kB`,
        met: kb <= INITIAL_KB_MAX,
        note: `${initial.size} files: entry, English, overview`,
      })
      await measurePaint(ui, report)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function measurePaint(ui: string, report: Report): Promise<void> {
  const browser = await launch()
  if (browser === undefined) {
    report({ metric: 'first paint', value: Number.NaN, unit: 'ms', note: 'no Chromium here' })
    return
  }
  const server = await serve(ui)
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const [app, empty]: [Paint[], Paint[]] = [[], []]
    for (let visit = 0; visit < VISITS; visit += 1) {
      empty.push(await firstPaint(browser, `${base}/empty.html`))
      app.push(await firstPaint(browser, `${base}/`))
    }
    for (const [kind, metric] of [
      ['first', 'first paint of the built app'],
      ['words', 'its frame with words'],
    ] as const) {
      const [paint, nothing] = [app, empty].map((visits) => median(visits.map((visit) => visit[kind])))
      report({
        metric,
        value: paint ?? Number.NaN,
        unit: 'ms',
        ratio: (paint ?? Number.NaN) / (nothing ?? Number.NaN),
        versus: 'an empty page',
        ...(kind === 'first' && { target: `≤ ${FIRST_PAINT_MS_MAX} ms` }),
        ...(kind === 'first' && { met: (paint ?? Number.NaN) <= FIRST_PAINT_MS_MAX }),
        note: `median of ${VISITS} visits with a cold cache; empty page ${Math.round(nothing ?? Number.NaN)} ms`,
      })
    }
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}

async function launch(): Promise<Browser | undefined> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  try {
    return await chromium.launch({ executablePath: SYSTEM_CHROMIUM, args })
  } catch {
    return chromium.launch({ args }).catch(() => undefined)
  }
}

/** Milliseconds from the navigation's start: to anything, and to the first text or picture. */
interface Paint {
  readonly first: number
  readonly words: number
}

/** Opens a page in a profile of its own, in which the window was open before. */
async function firstPaint(browser: Browser, url: string): Promise<Paint> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } })
  try {
    const page = await context.newPage()
    await page.addInitScript(() => localStorage.setItem('meshwork.started', '1'))
    await page.goto(url)
    return await page.evaluate(
      () =>
        new Promise<Paint>((resolve) => {
          const seen = new Map<string, number>()
          new PerformanceObserver((list) => {
            for (const { name, startTime } of list.getEntries()) seen.set(name, startTime)
            const [first, words] = [seen.get('first-paint'), seen.get('first-contentful-paint')]
            if (first !== undefined && words !== undefined) resolve({ first, words })
          }).observe({ type: 'paint', buffered: true })
        }),
    )
  } finally {
    await context.close()
  }
}

/** The built files, as a host serves them but for its checks. */
async function serve(ui: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const file = path === '/' ? 'index.html' : path.slice(1)
    const body = file === 'empty.html' ? Promise.resolve(EMPTY_PAGE) : readFile(join(ui, file))
    body.then(
      (content) => response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? '' }).end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
