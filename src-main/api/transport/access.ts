import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { BrowserSessions } from './browser-sessions.ts'

/** Whether a request may come in; if not, the HTTP status that says why. */
export type Access =
  { readonly ok: true } | { readonly ok: false; readonly status: 401 | 403; readonly reason: string }

/** Credentials of the API: the endpoint file's token, or the session of a browser that opened a one-time link. */
export interface Keys {
  readonly token: string
  readonly sessions: Pick<BrowserSessions, 'isOpen' | 'proves'>
}

/** The subprotocol that our own page speaks over its WebSocket. */
export const SOCKET_PROTOCOL = 'meshwork-1'

/**
 * The door of the API. A name that merely resolves to this machine (DNS rebinding) and a page of any other origin
 * are refused before a key is looked at. Browsers send cookies by themselves, and to every port of a machine, so that one
 * is good only together with the Origin of our own page and a proof of what that page alone has.
 *
 * @param port the port that the server listens at
 * @param keys absent for what needs none
 */
export function checkAccess(headers: IncomingHttpHeaders, port: number, keys: Keys | undefined): Access {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host, origin } = headers
  if (host === undefined || !hosts.includes(host)) return refused(403, 'wrong Host header')
  if (origin !== undefined && origin !== `http://${host}`) return refused(403, 'foreign Origin')
  if (keys === undefined || carriesToken(headers, keys.token)) return { ok: true }
  if (origin !== undefined && provesSession(headers, host, port, keys)) return { ok: true }
  return refused(401, 'wrong or missing token')
}

/** The cookie's name. Cookies do not tell ports apart, and two peers of one machine must not overwrite each other's. */
export function cookieName(port: number): string {
  return `meshwork-${port}`
}

/** The secret in the session's cookie, if a request carries one; whether it is good is another question. */
export function carriedSecret({ cookie }: IncomingHttpHeaders, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`
  const carried = (cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length)
  return carried !== undefined && /^[A-Za-z0-9_-]{43}$/.test(carried) ? carried : undefined
}

/** Whether a WebSocket is our own page's: it has the session's cookie, and answers a challenge of ours beside its protocol. */
function provesSession(
  headers: IncomingHttpHeaders,
  host: string,
  port: number,
  { sessions }: Keys,
): boolean {
  const secret = carriedSecret(headers, port)
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
  const [, challenge, proof] =
    offered.map((part) => /^proof\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/.exec(part)).find(Boolean) ?? []
  if (secret === undefined || challenge === undefined || proof === undefined) return false
  return sessions.proves(secret, { challenge, proof, host })
}

/** The one place that says how a token is carried. */
function carriesToken({ authorization }: IncomingHttpHeaders, token: string): boolean {
  const carried = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization ?? '')?.[1]
  // Digests have one length, so that the comparison takes the same time whatever was sent.
  return carried !== undefined && timingSafeEqual(digest(carried), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function refused(status: 401 | 403, reason: string): Access {
  return { ok: false, status, reason }
}
