import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Random } from '../../ports/random.ts'
import { carriedSecret, checkAccess, cookieName } from './access.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import { contentSecurityPolicy, PAGE_HEADERS } from './content-security-policy.ts'
import type { UserInterface } from './user-interface.ts'

/** Where a one-time link leads. */
export const OPEN_PATH = '/open'
/** Where a page asks for something to prove itself with. */
const CHALLENGE_PATH = '/challenge'
/** Bytes of a page's nonce: 128 bits, as the policy's standard asks. */
const NONCE_BYTES = 16

/** Dependencies of the pages' handler. */
export interface PageParts {
  readonly random: Random
  readonly sessions: BrowserSessions
  /** Absent where it was not built. */
  readonly userInterface: UserInterface | undefined
  /** The peer's troubles of this moment, a line each; none when all is well. */
  readonly troubles: () => readonly string[]
}

/** One answer, before it is sent. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/**
 * Answers whatever is no WebSocket: `/healthz` to any caller on this machine, one-time links, and the user interface to
 * browsers that have a session.
 */
export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  parts: PageParts,
): void {
  const { status, headers, body } = answerTo(request, port, parts)
  response.writeHead(status, {
    'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength,
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function answerTo(request: IncomingMessage, port: number, parts: PageParts): Answer {
  const access = checkAccess(request.headers, port, undefined)
  if (!access.ok) return plain(access.status, access.reason)
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD')
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  if (path === '/healthz') return health(parts)
  if (path === OPEN_PATH) return openLink(request, new URLSearchParams(query).get('t') ?? '', port, parts)
  if (path === CHALLENGE_PATH) return challenge(request, port, parts)
  return interfaceFile(request, path, port, parts)
}

/** `ok`, or what is wrong, for a program that watches over the process. It tells nothing of users' work. */
function health({ troubles }: PageParts): Answer {
  const wrong = troubles()
  return wrong.length === 0 ? plain(200, 'ok') : plain(503, wrong.join('\n'))
}

/** A challenge for our own page: a browser says itself whether the page that asks is of this origin. */
function challenge({ headers, method }: IncomingMessage, port: number, { sessions }: PageParts): Answer {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return plain(403, 'foreign page')
  const secret = carriedSecret(headers, port)
  const issued = secret === undefined || method !== 'GET' ? undefined : sessions.challenge(secret)
  return issued === undefined ? plain(401, 'no session') : plain(200, issued)
}

/**
 * The session's cookie, and a page that goes on by itself: a redirect would not carry a strict cookie along. The session's
 * key goes in the fragment, which no request carries, and which only a page of this origin, port included, reads.
 */
function openLink({ method }: IncomingMessage, token: string, port: number, parts: PageParts): Answer {
  // A link is used up by being opened, not by a look at its headers.
  const session = method === 'GET' ? parts.sessions.openLink(token) : undefined
  if (session === undefined) {
    return page(parts, 401, 'This link was used before, or is too old.', HOW_TO_OPEN)
  }
  const head = `<meta http-equiv="refresh" content="0;url=/#key=${session.key}">`
  const answer = page(parts, 200, 'Opening Meshwork …', '', head)
  const cookie = `${cookieName(port)}=${session.secret}; Max-Age=${session.maxAgeSeconds}; Path=/; HttpOnly; SameSite=Strict`
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } }
}

function interfaceFile(request: IncomingMessage, path: string, port: number, parts: PageParts): Answer {
  const { userInterface, sessions } = parts
  const secret = carriedSecret(request.headers, port)
  if (secret === undefined || !sessions.isOpen(secret)) {
    return path === '/'
      ? page(parts, 401, 'This browser is not known to this PC’s Meshwork.', HOW_TO_OPEN)
      : plain(401, 'no session')
  }
  if (userInterface === undefined) {
    return path === '/'
      ? page(parts, 503, 'The user interface is not built.', 'Build it with: npm run build:ui')
      : plain(404, 'not here')
  }
  const file = userInterface.answer(path, nonce(parts), [`ws://${request.headers.host ?? ''}`])
  return file === undefined ? plain(404, 'not here') : { status: 200, ...file }
}

const HOW_TO_OPEN = 'For a new link, run: meshctl ui'

function page(parts: PageParts, status: number, title: string, text: string, head = ''): Answer {
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Meshwork</title>${head}</head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>\n`
  const headers = {
    ...PAGE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy(nonce(parts)),
  }
  return { status, headers, body }
}

function nonce({ random }: PageParts): string {
  return Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url')
}

function plain(status: number, text: string): Answer {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  }
  return { status, headers, body: `${text}\n` }
}
