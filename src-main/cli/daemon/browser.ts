import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import open from 'open'

/** Whether this machine has a screen that its user can see: on Linux only where there is a display. */
export function hasScreen(
  environment: Readonly<Record<string, string | undefined>>,
  platform: string,
): boolean {
  if (environment['SSH_CONNECTION'] !== undefined) return false
  if (platform === 'darwin' || platform === 'win32') return true
  return [environment['DISPLAY'], environment['WAYLAND_DISPLAY']].some((display) => (display ?? '') !== '')
}

/** The page in the data folder that leads to a one-time link. */
const PAGE_FILE = 'open.html'

/**
 * Opens a one-time link in the user's browser, if there is a screen. Other users of the machine see what programs are
 * started with: the browser is given a page of this user's own, which leads on. The link was printed too, so that a
 * failure is no loss.
 * @param folder the peer's data folder, where the page goes
 */
export async function openInBrowser(
  url: string,
  folder: string,
  start: (target: string) => Promise<{ on(event: 'error', listener: () => void): unknown }> = open,
): Promise<void> {
  if (!hasScreen(process.env, process.platform)) return
  try {
    const child = await start(pathToFileURL(await writePage(url, folder)).href)
    child.on('error', () => undefined)
  } catch {
    // No browser, or none that can be started from here.
  }
}

/** A page that only this user can read, and that goes on to the link by itself. An earlier one's link is used up. */
async function writePage(url: string, folder: string): Promise<string> {
  const path = join(folder, PAGE_FILE)
  await rm(path, { force: true })
  const head = `<meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Meshwork</title>`
  const page = `<!doctype html><html lang="en"><head>${head}<meta http-equiv="refresh" content="0;url=${url}"></head><body><a href="${url}">Meshwork</a></body></html>\n`
  await writeFile(path, page, { mode: 0o600, flag: 'wx' })
  return path
}
