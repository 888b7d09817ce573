/** The scheme that the window's pages come by, instead of from files. */
export const PAGE_SCHEME = 'meshwork-app'
/** Where the pages are. The host part makes them an origin of their own. */
export const PAGE_ORIGIN = `${PAGE_SCHEME}://ui`
/** The page. */
export const PAGE_URL = `${PAGE_ORIGIN}/`

/** Hosts whose pages may be opened in the user's browser: those that the program itself links to. */
const OUTSIDE_HOSTS: readonly string[] = ['github.com', 'www.apache.org', 'www.blender.org']
/** The page's only permission: writing to the clipboard, for codes that are copied. */
const PERMISSIONS: readonly string[] = ['clipboard-sanitized-write']

/** Whether a URL is of our own pages. */
export function isOwnPage(url: string): boolean {
  const parsed = parseUrl(url)
  return parsed?.protocol === `${PAGE_SCHEME}:` && parsed.host === 'ui'
}

/** Whether a link may be handed to the user's browser: by https, to a host of the list, and nothing hidden in it. */
export function mayOpenOutside(url: string): boolean {
  const parsed = parseUrl(url)
  return (
    parsed?.protocol === 'https:' &&
    parsed.username === '' &&
    parsed.password === '' &&
    parsed.port === '' &&
    OUTSIDE_HOSTS.includes(parsed.hostname)
  )
}

/** Whether a page may have a permission. */
export function mayHave(permission: string, requestingUrl: string): boolean {
  return PERMISSIONS.includes(permission) && isOwnPage(requestingUrl)
}

function parseUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}
