import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Whether a request may come in; if not, the HTTP status that says why. */
export type Access =
  { readonly ok: true } | { readonly ok: false; readonly status: 401 | 403; readonly reason: string }

/**
 * The door of the API. A name that merely resolves to this machine (DNS rebinding) and a page of any other origin
 * are refused before the token is looked at.
 *
 * @param port the port that the server listens at
 * @param token absent for what needs none
 */
export function checkAccess(headers: IncomingHttpHeaders, port: number, token: string | undefined): Access {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host, origin } = headers
  if (host === undefined || !hosts.includes(host)) return refused(403, 'wrong Host header')
  if (origin !== undefined && origin !== `http://${host}`) return refused(403, 'foreign Origin')
  if (token !== undefined && !carriesToken(headers, token)) return refused(401, 'wrong or missing token')
  return { ok: true }
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
