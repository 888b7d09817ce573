import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/websocket'
import { WebSocketServer } from 'ws'
import { API_MESSAGE_BYTES_MAX } from '#contract'
import type { Random } from '../../ports/random.ts'
import { faultOf, refuse } from '../../protocol/fault.ts'
import { checkAccess, SOCKET_PROTOCOL, type Keys } from './access.ts'
import type { Api } from '../api.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import { removeEndpoint, writeEndpoint, type Endpoint } from './endpoint-file.ts'
import { serveConnection } from './connection.ts'
import { answerRequest, OPEN_PATH } from './pages.ts'
import type { UserInterface } from './user-interface.ts'

/**
 * Taken as it is: an import would make Node build all that the module offers, its fetch among it, which costs each start
 * 20 ms and is not used here.
 */
const http = process.getBuiltinModule('node:http')

/** Windows, tabs and meshctl of one user. Each may buffer messages, so that there must be an end to them. */
const CONNECTIONS_MAX = 64
/** Our own requests have a handful of short headers. */
const HEADER_BYTES_MAX = 8_192
/** A request whose headers take longer than this only holds a connection open. */
const HEADERS_WITHIN_MS = 5_000
/** Bytes of the token: 256 bits. */
const TOKEN_BYTES = 32
/** Where the WebSocket is; everything else is for the user interface. */
const API_PATH = '/api'
/** Connections are told that the peer stops, and closed for good after this. */
const CLOSE_WITHIN_MS = 500

/** How the API is served. */
export interface ServeOptions {
  readonly api: Api
  /** The data folder; the endpoint file goes here. */
  readonly folder: string
  readonly random: Random
  /** Browsers that may connect besides programs that know the endpoint file's token. */
  readonly sessions: BrowserSessions
  /** The built user interface; absent where there is none. */
  readonly userInterface?: UserInterface
  /** The peer's troubles of this moment, a line each, for `/healthz`; nothing when absent. */
  readonly troubles?: () => readonly string[]
  /** A port of this machine; any free one when absent. */
  readonly port?: number
  /** A port to take if it is free, and any other if it is not. */
  readonly preferredPort?: number
}

/** An API that is being served. */
export interface ApiServer {
  readonly endpoint: Endpoint
  /** A link that opens the user interface in one browser, once. */
  openLink(): { readonly url: string; readonly expires_at_ms: number }
  stop(): Promise<void>
}

/**
 * Serves an API and the user interface on 127.0.0.1, and writes where to the endpoint file. `GET /healthz` answers
 * without a token: 200 when all is well, else 503 and what is not.
 * @throws FaultError `bad-input` when the port is taken or not allowed
 */
export async function serveApi(options: ServeOptions): Promise<ApiServer> {
  const { api, folder, random, sessions, userInterface, troubles = () => [] } = options
  const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')
  const keys: Keys = { token, sessions }
  const handler = new RPCHandler(api.router)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: API_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: true,
    // The other subprotocol that a page offers is its session's proof; it is never selected.
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })
  const server = http.createServer({ maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_WITHIN_MS })
  server.on('request', (request, response) =>
    answerRequest(request, response, portOf(server), { random, sessions, userInterface, troubles }),
  )
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const refusal = upgradeRefusal(request, portOf(server), keys, sockets.clients.size)
    if (refusal !== undefined) return refuseUpgrade(socket, refusal)
    sockets.handleUpgrade(request, socket, head, (client) => serveConnection(client, handler, api.report))
  })
  await listenAt(server, options)
  const endpoint: Endpoint = { url: `ws://127.0.0.1:${portOf(server)}${API_PATH}`, token, pid: process.pid }
  await writeEndpoint(folder, endpoint)
  return {
    endpoint,
    openLink() {
      const { token: once, expiresAtMs } = sessions.issueLink()
      const url = `http://127.0.0.1:${portOf(server)}${OPEN_PATH}?t=${once}`
      return { url, expires_at_ms: expiresAtMs }
    },
    async stop() {
      await removeEndpoint(folder, endpoint)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const client of sockets.clients) client.close(1001, 'the peer stops')
      const cut = setTimeout(() => {
        for (const client of sockets.clients) client.terminate()
        server.closeAllConnections()
      }, CLOSE_WITHIN_MS)
      await closed
      clearTimeout(cut)
      sockets.close()
    },
  }
}

/** Why an upgrade is not for us: an HTTP status line's end. */
function upgradeRefusal(
  request: IncomingMessage,
  port: number,
  keys: Keys,
  connections: number,
): string | undefined {
  const access = checkAccess(request.headers, port, keys)
  if (!access.ok) return access.status === 401 ? '401 Unauthorized' : '403 Forbidden'
  if (request.url !== API_PATH) return '404 Not Found'
  if (connections >= CONNECTIONS_MAX) return '503 Service Unavailable'
  return undefined
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** At the port that is wanted, or the preferred one, or any. */
async function listenAt(server: Server, { port, preferredPort }: ServeOptions): Promise<void> {
  if (port === undefined && preferredPort !== undefined) {
    try {
      await listen(server, preferredPort)
      return
    } catch {
      // Another program has the port by now.
    }
  }
  await listen(server, port ?? 0)
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    refuse('bad-input', `cannot serve at port ${port}: ${faultOf(error, 'bad-input').message}`, error)
  }
}
