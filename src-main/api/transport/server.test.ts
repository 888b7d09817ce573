import { readFile, rm, stat } from 'node:fs/promises'
import { createHmac } from 'node:crypto'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { API_MESSAGE_BYTES_MAX, CHUNK_BYTES_MAX, type JobStatus } from '#contract'
import { assemblePeer, type AssembledPeer } from '../../assemble.ts'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import { decodeInvite } from '../../network/identity/invite-code.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { Api } from '../api.ts'
import { apiOfPeer } from '../api-of-peer.fixture.ts'
import { createBrowserSessions, type BrowserSessions } from './browser-sessions.ts'
import { connectApi, connectFolder, type ApiClient } from './client.ts'
import { faultOfRejected } from './rejected.fixture.ts'
import { readEndpoint } from './endpoint-file.ts'
import { serveApi, type ApiServer } from './server.ts'
import { blobChunks, uploadSource } from './transfer.ts'

let folder: string
let peer: AssembledPeer
let api: Api
let server: ApiServer
let sessions: BrowserSessions
let client: ApiClient
const defects: unknown[] = []
let stopRequests = 0

beforeAll(async () => {
  folder = await newMeasuredFolder('meshwork-api-')
  peer = await assemblePeer({
    folder,
    name: 'served',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    bootstrap: [],
    share: { cores: 1, ramGb: 1 },
    fatal: (error) => defects.push(error),
    report: () => undefined,
    warn: () => undefined,
  })
  api = apiOfPeer(peer, folder, { requestStop: () => stopRequests++, report: (error) => defects.push(error) })
  await peer.start()
  sessions = createBrowserSessions(peer)
  server = await serveApi({ api, folder, random: peer.random, sessions })
  client = await connectFolder(folder)
})

afterAll(async () => {
  client.close()
  await server.stop()
  await api.stop()
  await peer.stop()
  expect(await readEndpoint(folder)).toBeUndefined()
  await rm(folder, { recursive: true, force: true })
  expect(defects).toEqual([])
})

/** How a WebSocket handshake ends: `open`, or the HTTP status that refused it. */
function handshake(options: ClientOptions, path = ''): Promise<number | 'open'> {
  return new Promise((resolve, reject) => {
    const { 'sec-websocket-protocol': offered, ...headers } = options.headers ?? {}
    const protocols = typeof offered === 'string' ? offered.split(', ') : []
    const socket = new WebSocket(`${server.endpoint.url}${path}`, protocols, { ...options, headers })
    socket.once('open', () => {
      socket.close()
      resolve('open')
    })
    socket.once('unexpected-response', (_, { statusCode }) => {
      resolve(statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', (error) => reject(error))
  })
}

const authorization = () => `Bearer ${server.endpoint.token}`
const port = () => Number(new URL(server.endpoint.url).port)

describe('the door', () => {
  it('opens to the token, with the page of its own origin or without one', async () => {
    const origin = `http://127.0.0.1:${port()}`
    expect(await handshake({ headers: { authorization: authorization() } })).toBe('open')
    expect(await handshake({ headers: { authorization: authorization() }, origin })).toBe('open')
    const host = `localhost:${port()}`
    expect(await handshake({ headers: { authorization: authorization(), host } })).toBe('open')
  })

  it.each<[rule: string, status: number, headers: () => Record<string, string>]>([
    ['no token', 401, () => ({})],
    ['a wrong token', 401, () => ({ authorization: `Bearer ${'A'.repeat(43)}` })],
    [
      'a token that is a beginning of the right one',
      401,
      () => ({ authorization: authorization().slice(0, -1) }),
    ],
    ['another way to carry it', 401, () => ({ authorization: server.endpoint.token })],
    [
      'a name that only resolves to this machine',
      403,
      () => ({
        authorization: authorization(),
        host: `evil.example:${port()}`,
      }),
    ],
    ['another port in Host', 403, () => ({ authorization: authorization(), host: '127.0.0.1:1' })],
    [
      'a page of another origin',
      403,
      () => ({
        authorization: authorization(),
        origin: 'https://evil.example',
      }),
    ],
    ['an opaque origin', 403, () => ({ authorization: authorization(), origin: 'null' })],
  ])('refuses %s', async (_, status, headers) => {
    expect(await handshake({ headers: headers() })).toBe(status)
  })

  /** A browser that used a one-time link: its cookie, which every port gets, and its page, which alone has the key. */
  function browser() {
    const token = new URL(server.openLink().url).searchParams.get('t') ?? ''
    const { secret, key } = sessions.openLink(token) ?? { secret: '', key: '' }
    const prove = (challenge: string, host = `127.0.0.1:${port()}`) =>
      createHmac('sha256', Buffer.from(key, 'base64url')).update(`${host} ${challenge}`).digest('base64url')
    return {
      cookie: `meshwork-${port()}=${secret}`,
      challenge: () => sessions.challenge(secret) ?? '',
      prove,
      /** A WebSocket of the page's; the browser adds cookie and Origin. */
      protocols: (challenge = sessions.challenge(secret) ?? '', proof = prove(challenge)) => ({
        'sec-websocket-protocol': `meshwork-1, proof.${challenge}.${proof}`,
      }),
    }
  }

  it('opens to a browser that used a one-time link, from its own page only', async () => {
    const { cookie, protocols } = browser()
    const origin = `http://127.0.0.1:${port()}`
    expect(await handshake({ headers: { cookie, ...protocols() }, origin })).toBe('open')
    expect(await handshake({ headers: { cookie: `other=1; ${cookie}`, ...protocols() }, origin })).toBe(
      'open',
    )
    // Without an Origin it is no page of ours that the browser sends the cookie for.
    expect(await handshake({ headers: { cookie, ...protocols() } })).toBe(401)
    expect(await handshake({ headers: { cookie, ...protocols() }, origin: 'https://evil.example' })).toBe(403)
    expect(await handshake({ headers: { cookie: cookie.slice(0, -1), ...protocols() }, origin })).toBe(401)
    const elsewhere = cookie.replace(/-\d+=/, '-1=')
    expect(await handshake({ headers: { cookie: elsewhere, ...protocols() }, origin })).toBe(401)
  })

  it('[Y12] is closed to a caller with only the cookie, as every server at another port of this machine gets it', async () => {
    const { cookie } = browser()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    // A browser with our cookie looks at a page of the other server, which makes itself a request of what it got.
    const got = new Promise<IncomingHttpHeaders>((resolve) =>
      other.once('request', (asked, answer) => {
        answer.end()
        resolve(asked.headers)
      }),
    )
    await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`, { headers: { cookie } })
    const stolen = (await got).cookie ?? ''
    other.close()
    expect(stolen).toBe(cookie)
    const origin = `http://127.0.0.1:${port()}`
    expect(await handshake({ headers: { cookie: stolen }, origin })).toBe(401)
    const guess = { 'sec-websocket-protocol': `meshwork-1, proof.${'A'.repeat(43)}.${'A'.repeat(43)}` }
    expect(await handshake({ headers: { cookie: stolen, ...guess }, origin })).toBe(401)
  })

  it('[Y12] opens to a proof once, for its own session, this port and a fresh challenge', async () => {
    const [mine, other] = [browser(), browser()]
    const origin = `http://127.0.0.1:${port()}`
    const once = mine.protocols()
    expect(await handshake({ headers: { cookie: mine.cookie, ...once }, origin })).toBe('open')
    expect(await handshake({ headers: { cookie: mine.cookie, ...once }, origin })).toBe(401)
    // A server that took another port's place hands the challenge on, and gets a proof for its own address.
    const challenge = mine.challenge()
    const relayed = mine.protocols(challenge, mine.prove(challenge, '127.0.0.1:1'))
    expect(await handshake({ headers: { cookie: mine.cookie, ...relayed }, origin })).toBe(401)
    expect(await handshake({ headers: { cookie: mine.cookie, ...other.protocols() }, origin })).toBe(401)
    const foreign = mine.challenge()
    const signed = other.protocols(foreign, other.prove(foreign))
    expect(await handshake({ headers: { cookie: mine.cookie, ...signed }, origin })).toBe(401)
  })

  it('is nowhere else', async () => {
    expect(await handshake({ headers: { authorization: authorization() } }, '/other')).toBe(404)
  })

  it('ends a connection that sends more than a message may have', async () => {
    const socket = new WebSocket(server.endpoint.url, { headers: { authorization: authorization() } })
    await new Promise((resolve) => socket.once('open', resolve))
    const code = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.send(Buffer.alloc(API_MESSAGE_BYTES_MAX + 1))
    expect(await code).toBe(1009)
  })

  it.each(['not json', '{}', '[]', '{"i":1,"p":null}', '{"i":"1","p":{"u":7}}', Buffer.from([255, 1, 2])])(
    'ends a connection that sends nonsense (%s), and goes on',
    async (nonsense) => {
      const socket = new WebSocket(server.endpoint.url, { headers: { authorization: authorization() } })
      await new Promise((resolve) => socket.once('open', resolve))
      const code = new Promise<number>((resolve) => socket.once('close', resolve))
      socket.send(nonsense)
      expect(await code).toBe(1007)
      expect((await client.calls.node.info()).name).toBe('served')
    },
  )

  it('says that it is well without a token, but not to another host', async () => {
    const health = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const options = { host: '127.0.0.1', port: port(), path: '/healthz', headers: { host } }
        request(options, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
          .on('error', reject)
          .end()
      })
    expect(await health(`127.0.0.1:${port()}`)).toBe(200)
    expect(await health('evil.example')).toBe(403)
  })

  it('writes where it is to a file that only this user reads', async () => {
    const path = join(folder, 'api.json')
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(server.endpoint)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(server.endpoint.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })
})

describe('the contract over a socket', () => {
  it('tells of the peer', async () => {
    // Sharing is set after the start, once the machine was measured.
    await vi.waitFor(async () => {
      expect((await client.calls.node.info()).sharing.kind).toBe('always')
    }, 120_000)
    const info = await client.calls.node.info()
    expect(info).toMatchObject({ name: 'served', version: '1.2.3', contacts: 0, pid: process.pid })
    expect(info.sharing).toMatchObject({ kind: 'always', resources: { cpu_cores: 1, ram_gb: 1 } })
    expect(info.addresses[0]).toContain(info.peer_id)
  })

  it('keeps what the user sets', async () => {
    await client.calls.node.setName({ name: ' attic ' })
    await client.calls.node.setAvailability({ sharing: { kind: 'never' } })
    expect(await client.calls.node.info()).toMatchObject({ name: 'attic', sharing: { kind: 'never' } })
    const resources = { cpu_cores: 1, ram_gb: 1 }
    await client.calls.node.setAvailability({ sharing: { kind: 'always', resources, priority: 0.5 } })
  })

  it('refuses input that is not in the contract before the call begins', async () => {
    const fault = await faultOfRejected(client.calls.people.invite({ trust: 1.5, valid_minutes: 60 }))
    expect(fault).toMatchObject({ kind: 'bad-input' })
    expect(fault.message).toContain('trust')
  })

  it('carries faults as they are', async () => {
    const job_id = 'render-aaaaaaaa' as JobId
    expect(await faultOfRejected(client.calls.jobs.status({ job_id }))).toEqual({
      kind: 'unknown-job',
      message: `there is no job ${job_id}`,
    })
    const peer_id = `12D3KooW${'2'.repeat(44)}` as PeerId
    expect(await faultOfRejected(client.calls.people.setTrust({ peer_id, trust: 1 }))).toMatchObject({
      kind: 'unknown-peer',
    })
    const { code } = await client.calls.people.invite({ trust: 0.5, valid_minutes: 1 })
    expect(await faultOfRejected(client.calls.people.pair({ code, trust: 1 }))).toMatchObject({
      kind: 'bad-input',
    })
  })

  it('makes invites that carry this peer', async () => {
    const before = Date.now()
    const { code, link, expires_at_ms } = await client.calls.people.invite({ trust: 0.5, valid_minutes: 10 })
    expect(expires_at_ms).toBeGreaterThanOrEqual(before + 600_000)
    const { peer_id } = await client.calls.node.info()
    for (const text of [code, link]) {
      expect(decodeInvite(text)).toMatchObject({ ok: true, value: { peer_id } })
    }
  })

  it('brings files in and out unchanged', async () => {
    const bytes = peer.random.bytes(CHUNK_BYTES_MAX * 2 + 12_345)
    const progress: number[] = []
    const cid = await uploadSource(
      client.calls,
      {
        bytes: bytes.byteLength,
        read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
      },
      (sent) => progress.push(sent),
    )
    expect(progress).toEqual([CHUNK_BYTES_MAX, CHUNK_BYTES_MAX * 2, bytes.byteLength])
    const chunks: Uint8Array[] = []
    for await (const chunk of blobChunks(client.calls, cid)) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  it('runs a job to its end, and the watch ends with it', async () => {
    const { job_id, units } = await client.calls.jobs.submit({
      kind: 'other',
      algorithm_id: 'mesh.noop',
      algorithm_version: '1.0.0',
      params: {},
      unit_count: 20,
      estimated_duration_seconds: 0.001,
      resources: { cpu_cores: 1, ram_gb: 0.1 },
      redundancy: 1,
    })
    expect(units).toBe(20)
    expect(job_id).toMatch(/^noop-[a-z2-9]{8}$/)
    let last: JobStatus | undefined
    for await (const status of await client.calls.jobs.watch({ job_id })) last = status
    expect(last).toMatchObject({ state: { kind: 'done' }, verified: 20, by_peer: [{ is_self: true }] })
    const { cid, bytes } = await client.calls.jobs.output({ job_id, unit_index: 7 })
    expect(bytes).toBe(8)
    const { chunk } = await client.calls.blobs.read({ cid, offset: 0, length: 8 })
    expect(new DataView(await chunk.arrayBuffer()).getBigUint64(0, true)).toBe(7n)
    expect(await faultOfRejected(client.calls.jobs.result({ job_id, format: 'png' }))).toMatchObject({
      kind: 'bad-input',
    })
    await client.calls.jobs.remove({ job_id })
    expect((await client.calls.jobs.list()).map((job) => job.job_id)).not.toContain(job_id)
  })

  it('says why a job waits, and ends it on request', async () => {
    const { job_id } = await client.calls.jobs.submit({
      kind: 'other',
      algorithm_id: 'mesh.noop',
      algorithm_version: '9.9.9',
      params: {},
      unit_count: 1,
      estimated_duration_seconds: 0.001,
      resources: { cpu_cores: 1, ram_gb: 0.1 },
    })
    expect((await client.calls.jobs.status({ job_id })).waiting?.kind).toBe('nobody-runs-it')
    expect(await faultOfRejected(client.calls.jobs.remove({ job_id }))).toMatchObject({ kind: 'bad-input' })
    await client.calls.jobs.cancel({ job_id })
    expect(await client.calls.jobs.status({ job_id })).toMatchObject({ state: { kind: 'cancelled' } })
  })

  it('refuses a scene that is none with one line', async () => {
    const cid = await uploadSource(client.calls, {
      bytes: 5,
      read: () => Promise.resolve(new TextEncoder().encode('hello')),
    })
    const files = [{ name: 'a.glb', cid }]
    const fault = await faultOfRejected(client.calls.jobs.submit({ kind: 'render', files, main: 'a.glb' }))
    expect(fault.kind).toBe('bad-input')
    expect(fault.message).not.toContain('\n')
    expect(
      await faultOfRejected(client.calls.jobs.submit({ kind: 'render', files, main: 'b.glb' })),
    ).toMatchObject({
      kind: 'bad-input',
    })
  })

  it('bounds the calls of one connection, watches included, and counts them off when they end', async () => {
    const other = await connectApi(server.endpoint)
    const watches = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const values = await other.calls.node.watch()
        await values.next()
        return values
      }),
    )
    expect(await faultOfRejected(other.calls.node.info())).toMatchObject({ kind: 'too-busy' })
    expect((await client.calls.node.info()).name).toBe('attic')
    await watches[0]?.return()
    await expect.poll(async () => (await other.calls.node.info()).name).toBe('attic')
    await Promise.all(watches.map((watch) => watch.return()))
    other.close()
    await other.closed
  })

  it('asks for the stop once the answer is out', async () => {
    await client.calls.node.stop()
    await expect.poll(() => stopRequests).toBe(1)
  })
})
