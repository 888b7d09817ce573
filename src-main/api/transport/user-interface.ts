import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { contentSecurityPolicy, PAGE_HEADERS } from './content-security-policy.ts'

/** Where the page's nonce belongs; the build leaves this in the page. */
const NONCE_PLACEHOLDER = '__MESHWORK_CSP_NONCE__'
/** The page that every other file belongs to. */
const PAGE = '/index.html'
/** Files in this folder carry their content's hash in their name, so that they never change. */
const HASHED = '/assets/'
/** The built interface has some dozens of files; far more are not ours. */
const FILES_MAX = 2_000

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/** A file of the interface as it is answered. */
export interface InterfaceAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The built user interface. */
export interface UserInterface {
  /**
   * The file at a URL's path; `/` is the page. Undefined for what is not one of its files.
   * @param nonce random, for this one answer
   * @param connect origins that the page may connect to besides its own
   */
  answer(path: string, nonce: string, connect?: readonly string[]): InterfaceAnswer | undefined
}

/**
 * Reads the built interface from a folder; undefined when nothing is built there. All files are read at once and looked
 * up by name, so that no path of a request ever reaches the disk.
 */
export async function loadUserInterface(folder: string): Promise<UserInterface | undefined> {
  const files = new Map<string, Uint8Array>()
  for (const path of await filesIn(folder)) files.set(`/${path}`, await readFile(join(folder, path)))
  const page = files.get(PAGE)
  if (page === undefined) return undefined
  const pageText = Buffer.from(page).toString('utf8')
  return {
    answer(path, nonce, connect = []) {
      const name = path === '/' ? PAGE : path
      const bytes = files.get(name)
      if (bytes === undefined) return undefined
      const isPage = name === PAGE
      const headers = {
        ...PAGE_HEADERS,
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'cache-control': name.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-store',
        ...(isPage ? { 'content-security-policy': contentSecurityPolicy(nonce, connect) } : {}),
      }
      return { headers, body: isPage ? Buffer.from(pageText.replaceAll(NONCE_PLACEHOLDER, nonce)) : bytes }
    },
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
      .slice(0, FILES_MAX)
  } catch {
    // No folder: the interface was not built.
    return []
  }
}
