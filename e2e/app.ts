import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test as base, expect, type Browser, type Page } from '@playwright/test'
import { english } from '../src-preload/text/en/all.ts'
import { findElectron, launchDesktop } from './desktop.ts'
import { startPeer, type Peer, type PeerOptions } from './peer.ts'

/** The program's texts, in the language of the tests. */
export const text = english

/** Where pictures of the screens go. */
export const SCREENSHOTS = join(import.meta.dirname, '../out/screenshots')

/** A screen that the side bar leads to. */
export type Screen = keyof typeof english.frame.screens

/** Where a window is: in a browser over a headless peer, or the desktop's own over a peer that it runs itself. */
export type Program = 'browser' | 'desktop'

/** How colours are chosen; the system's choice, which the page follows. */
export type Theme = 'light' | 'dark'

/** A test with peers of its own, removed at its end, and windows that complain about whatever the page complains about. */
export const test = base.extend<{
  /** Set by the project; see the configuration. */
  program: Program
  /** Starts a peer that is removed after the test. */
  peer: (options: PeerOptions) => Promise<Peer>
  /** A browser of its own with the peer's user interface in it. */
  windowOf: (peer: Peer, options?: WindowOptions) => Promise<Page>
  /** The same by a one-time link, over a peer that runs elsewhere; in a browser only. */
  windowAt: (link: string, options?: WindowOptions) => Promise<Page>
}>({
  program: ['browser', { option: true }],
  // Peers have no use for the browser, but a fixture must name what it asks for.
  peer: async ({ browser: _browser }, use) => {
    const peers: Peer[] = []
    await use(async (options) => {
      const peer = await startPeer(options)
      peers.push(peer)
      return peer
    })
    await Promise.all(peers.map((peer) => peer.remove()))
  },
  windowOf: async ({ browser, program }, use) => {
    const windows: Window[] = []
    const complaints: string[] = []
    await use(async (peer, options) => {
      const window = await openWindow(browser, program, peer, {
        ...options,
        complain: (line) => complaints.push(line),
      })
      windows.push(window)
      return window.page
    })
    await Promise.all(windows.map((window) => window.close()))
    // A violated policy, a script that threw, a warning of React: none of it is seen otherwise.
    expect(complaints).toEqual([])
  },
  windowAt: async ({ browser }, use) => {
    const windows: Window[] = []
    const complaints: string[] = []
    await use(async (link, options = {}) => {
      const listen = listenerOf(new URL(link).host, (line) => complaints.push(line))
      const window = await openInBrowser(browser, link, options, listen)
      windows.push(window)
      return window.page
    })
    await Promise.all(windows.map((window) => window.close()))
    expect(complaints).toEqual([])
  },
})

export { expect }

/** How a window is opened. */
export interface WindowOptions {
  readonly theme?: Theme
  readonly size?: { readonly width: number; readonly height: number }
  /** Leave the first start's cards where they are. */
  readonly atFirstStart?: boolean
  /** For a window that is pictured: nothing moves, as for people who ask their system for that. */
  readonly isStill?: boolean
}

/**
 * Lines for what the tests do on purpose: a peer that is killed, also while its window fetches a part of itself, a link that is
 * refused.
 */
const EXPECTED = /WebSocket connection to|Failed to load resource|net::ERR_CONNECTION|NotLoadedError:/

/** A window, and how it is put away. */
export interface Window {
  readonly page: Page
  close(): Promise<void>
}

/** Opens a peer's user interface as its user would: by a one-time link in a browser of its own, or the desktop's window. */
export async function openWindow(
  browser: Browser,
  program: Program,
  peer: Peer,
  options: WindowOptions & { readonly complain?: (line: string) => void } = {},
): Promise<Window> {
  const { atFirstStart = false, complain } = options
  if (!atFirstStart) await peer.calls.preferences.set({ first_start_done: true })
  const listen = listenerOf(peer.name, complain)
  return program === 'desktop'
    ? openOnDesktop(peer, options, listen)
    : openInBrowser(browser, await peer.link(), options, listen)
}

/** Passes on what a page complains about, under a name. */
function listenerOf(name: string, complain: ((line: string) => void) | undefined): (page: Page) => void {
  return (page) => {
    page.on('pageerror', (error) => complain?.(`${name}: ${error.message}`))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text()))
        complain?.(`${name}: ${message.text()}`)
    })
  }
}

async function openInBrowser(
  browser: Browser,
  link: string,
  { theme = 'light', size, isStill = false }: WindowOptions,
  listen: (page: Page) => void,
): Promise<Window> {
  const context = await browser.newContext({
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: isStill ? 'reduce' : 'no-preference',
    ...(size === undefined ? {} : { viewport: size }),
  })
  const page = await context.newPage()
  listen(page)
  await page.goto(link)
  await page.waitForURL(/\/#?\/?/)
  return { page, close: () => context.close() }
}

/** The desktop takes the peer's folder over. Not run yet: where this was written there was no Electron. */
async function openOnDesktop(
  peer: Peer,
  { theme = 'light', size = { width: 1_280, height: 800 }, isStill = false }: WindowOptions,
  listen: (page: Page) => void,
): Promise<Window> {
  const electron = findElectron()
  if (!('path' in electron)) throw new Error(electron.missing)
  const opened: { page?: Page } = {}
  await peer.handOver(async () => {
    const app = await launchDesktop(electron.path, peer.folder)
    opened.page = await app.firstWindow()
    await app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
    }, size)
    return { stop: () => app.close() }
  })
  const { page } = opened
  if (page === undefined) throw new Error('the desktop opened no window')
  listen(page)
  await page.emulateMedia({ colorScheme: theme, reducedMotion: isStill ? 'reduce' : 'no-preference' })
  // It ends with its peer, for whom it runs.
  return { page, close: () => Promise.resolve() }
}

/** Goes to a screen by the side bar. */
export async function go(page: Page, screen: Screen): Promise<void> {
  await page
    .getByRole('navigation', { name: text.frame.navigation })
    .getByRole('link', { name: new RegExp(text.frame.screens[screen]) })
    .click()
}

/** Keeps a picture of the page under `out/screenshots`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' })
}
