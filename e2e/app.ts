import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test'
import { english } from '../src-preload/text/en/all.ts'
import { startPeer, type Peer, type PeerOptions } from './peer.ts'

/** What the program says, in the language of the tests. */
export const text = english

/** Where pictures of the screens go. */
export const SCREENSHOTS = join(import.meta.dirname, '../out/screenshots')

/** A screen that the side bar leads to. */
export type Screen = keyof typeof english.frame.screens

/** A test with peers of its own, removed at its end, and windows that complain about whatever the page complains about. */
export const test = base.extend<{
  /** Starts a peer that is removed after the test. */
  peer: (options: PeerOptions) => Promise<Peer>
  /** A browser of its own with the peer's user interface in it. */
  windowOf: (peer: Peer, options?: WindowOptions) => Promise<Page>
}>({
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
  windowOf: async ({ browser }, use) => {
    const contexts: BrowserContext[] = []
    const complaints: string[] = []
    await use(async (peer, options) => {
      const { context, page } = await openWindow(browser, peer, {
        ...options,
        complain: (line) => complaints.push(line),
      })
      contexts.push(context)
      return page
    })
    await Promise.all(contexts.map((context) => context.close()))
    // A violated policy, a script that threw, a warning of React: none of it is seen otherwise.
    expect(complaints).toEqual([])
  },
})

export { expect }

/** How a window is opened. */
export interface WindowOptions {
  readonly theme?: 'light' | 'dark'
  readonly size?: { readonly width: number; readonly height: number }
  /** Leave the first start's cards where they are. */
  readonly atFirstStart?: boolean
}

/** Lines that a browser writes for what the tests do on purpose: a peer that is killed, a door that is closed. */
const EXPECTED = /WebSocket connection to|Failed to load resource|net::ERR_CONNECTION/

/** Opens a peer's user interface in a browser context of its own, by a one-time link as its user would. */
export async function openWindow(
  browser: Browser,
  peer: Peer,
  options: WindowOptions & { readonly complain?: (line: string) => void } = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const { theme = 'light', size, atFirstStart = false, complain } = options
  if (!atFirstStart) await peer.calls.preferences.set({ first_start_done: true })
  const context = await browser.newContext({
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...(size === undefined ? {} : { viewport: size }),
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => complain?.(`${peer.name}: ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text()))
      complain?.(`${peer.name}: ${message.text()}`)
  })
  await page.goto(await peer.link())
  await page.waitForURL(/\/#?\/?/)
  return { context, page }
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
