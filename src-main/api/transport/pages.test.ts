import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Settings } from '../../ports/settings.ts'
import { machineRandom } from '../../runtime/machine.ts'
import { createBrowserSessions, LINK_VALID_MS, type BrowserSessions } from './browser-sessions.ts'
import { answerRequest, OPEN_PATH, type PageParts } from './pages.ts'
import { loadUserInterface } from './user-interface.ts'

let folder: string
let server: Server
let parts: PageParts
let sessions: BrowserSessions
let nowMs = 0
const kept = new Map<string, string>()

/** Settings that outlive the objects that use them, as those on disk do. */
const settings: Settings = {
  read: (key, schema) => {
    const text = kept.get(key)
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data
  },
  write: (key, value) => void kept.set(key, JSON.stringify(value)),
}
const clock = { nowMs: () => nowMs, after: () => () => undefined }
const newSessions = (): BrowserSessions => createBrowserSessions({ clock, random: machineRandom, settings })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-pages-'))
  await mkdir(join(folder, 'ui/assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'not for browsers')
  await writeFile(join(folder, 'ui/index.html'), '<meta nonce="__MESHWORK_CSP_NONCE__"><p>the page</p>')
  await writeFile(join(folder, 'ui/assets/app-abc123.js'), 'export {}')
  server = createServer((incoming, response) => answerRequest(incoming, response, port(), parts))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  nowMs = 1_000_000
  kept.clear()
  sessions = newSessions()
  const userInterface = await loadUserInterface(join(folder, 'ui'))
  parts = { random: machineRandom, sessions, userInterface, troubles: () => [] }
})

const port = (): number => (server.address() as AddressInfo).port

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request whose path is sent as it is, without the tidying that URL would do. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: port(), path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
      .on('error', reject)
      .end()
  })
}

async function openSession(): Promise<string> {
  const { headers } = await get(`${OPEN_PATH}?t=${sessions.issueLink().token}`)
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

describe('a one-time link', () => {
  it('gives the browser a cookie that scripts and other sites do not get', async () => {
    const reply = await get(`${OPEN_PATH}?t=${sessions.issueLink().token}`)
    expect(reply.status).toBe(200)
    expect(reply.headers['set-cookie']?.[0]).toMatch(
      new RegExp(
        `^meshwork-${port()}=[A-Za-z0-9_-]{43}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict$`,
      ),
    )
    expect(reply.body).toMatch(/content="0;url=\/#key=[A-Za-z0-9_-]{43}"/)
  })

  it('opens once, within ten minutes, and not by a look at its headers', async () => {
    const { token } = sessions.issueLink()
    expect((await get(`${OPEN_PATH}?t=${token}`, {}, 'HEAD')).headers['set-cookie']).toBeUndefined()
    expect((await get(`${OPEN_PATH}?t=${token}`)).status).toBe(200)
    expect((await get(`${OPEN_PATH}?t=${token}`)).status).toBe(401)
    const late = sessions.issueLink().token
    nowMs += LINK_VALID_MS
    expect((await get(`${OPEN_PATH}?t=${late}`)).status).toBe(401)
  })

  it.each(['', '?t=', '?t=wrong', `?t=${'A'.repeat(43)}`, '?x=1'])('opens nothing with %j', async (query) => {
    const reply = await get(`${OPEN_PATH}${query}`)
    expect(reply.status).toBe(401)
    expect(reply.headers['set-cookie']).toBeUndefined()
    expect(reply.body).toContain('meshctl ui')
  })
})

describe('[Y12] a challenge', () => {
  it('is for the session’s own page, and new each time', async () => {
    const cookie = await openSession()
    const [first, second] = [await get('/challenge', { cookie }), await get('/challenge', { cookie })]
    expect([first.status, second.status]).toEqual([200, 200])
    expect(first.body).toMatch(/^[A-Za-z0-9_-]{43}\n$/)
    expect(second.body).not.toBe(first.body)
    expect((await get('/challenge')).status).toBe(401)
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await get('/challenge', { cookie, 'sec-fetch-site': site })).status).toBe(403)
    }
    expect((await get('/challenge', { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect((await get('/challenge', { cookie, origin: 'http://127.0.0.1:1' })).status).toBe(403)
  })
})

describe('the user interface', () => {
  it('is for browsers with a session, and says to others how they get one', async () => {
    const stranger = await get('/')
    expect(stranger.status).toBe(401)
    expect(stranger.body).toContain('meshctl ui')
    expect((await get('/assets/app-abc123.js')).status).toBe(401)
    const cookie = await openSession()
    expect((await get('/', { cookie })).body).toContain('the page')
    expect((await get('/assets/app-abc123.js', { cookie })).headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
  })

  it('is served under a strict policy whose nonce is new each time', async () => {
    const cookie = await openSession()
    const nonces = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { headers, body } = await get('/', { cookie })
      const policy = String(headers['content-security-policy'])
      const nonce = /'nonce-([A-Za-z0-9_-]{22})'/.exec(policy)?.[1] ?? 'none'
      expect(body).toContain(`nonce="${nonce}"`)
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port()}`)
      expect(policy).not.toContain('unsafe')
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
  })

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '//etc/passwd',
    '/%00',
    '/assets/',
    '/assets',
  ])('has nothing at %s', async (path) => {
    const reply = await get(path, { cookie: await openSession() })
    expect(reply.status).toBe(404)
    expect(reply.body).not.toContain('not for browsers')
  })

  it('says how it is built where it is not', async () => {
    parts = { ...parts, userInterface: await loadUserInterface(join(folder, 'nowhere')) }
    const reply = await get('/', { cookie: await openSession() })
    expect([reply.status, reply.body]).toEqual([503, expect.stringContaining('npm run build:ui')])
  })
})

describe('the door of the pages', () => {
  it('is closed to a name that only resolves to this machine, and to pages of other origins', async () => {
    const cookie = await openSession()
    expect((await get('/', { cookie, host: `evil.example:${port()}` })).status).toBe(403)
    expect((await get('/', { cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect((await get(`${OPEN_PATH}?t=${sessions.issueLink().token}`, { host: 'evil.example' })).status).toBe(
      403,
    )
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    expect((await get('/', { cookie: await openSession() }, method)).status).toBe(405)
  })

  it('answers HEAD without a body', async () => {
    const reply = await get('/', { cookie: await openSession() }, 'HEAD')
    expect([reply.status, reply.body]).toEqual([200, ''])
  })
})

describe('a session', () => {
  it('survives a restart, as a digest', async () => {
    const cookie = await openSession()
    const secret = cookie.split('=')[1] ?? ''
    expect(newSessions().isOpen(secret)).toBe(true)
    expect([...kept.values()].join()).not.toContain(secret)
  })

  it('of a release that had no keys asks for a new link', () => {
    const digest = createHash('sha256').update('A'.repeat(43)).digest('base64url')
    settings.write('browser-sessions', [{ digest, expires_at_ms: nowMs + 1 }])
    expect(newSessions().isOpen('A'.repeat(43))).toBe(false)
  })

  it('ends after a month without a new link', async () => {
    const cookie = await openSession()
    nowMs += 30 * 24 * 3_600_000
    expect((await get('/', { cookie })).status).toBe(401)
  })

  it('ends when so many others were opened since', async () => {
    const cookie = await openSession()
    for (let i = 0; i < 32; i++) await openSession()
    expect((await get('/', { cookie })).status).toBe(401)
  })
})

it('[P9] /healthz is 200 and ok, or 503 and a line for each thing that is wrong', async () => {
  expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' })
  parts = { ...parts, troubles: () => ['disk: 3 MiB are left', 'loop: it stood still for 5000 ms'] }
  const sick = await get('/healthz')
  expect([sick.status, sick.body]).toEqual([503, 'disk: 3 MiB are left\nloop: it stood still for 5000 ms\n'])
})
