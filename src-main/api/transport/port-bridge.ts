import { WebSocket } from 'ws'
import { API_MESSAGE_BYTES_MAX } from '#contract'
import type { Endpoint } from './endpoint-file.ts'

/** Messages that a page may send before the connection to the peer is open; more means that it runs wild. */
const WAITING_MESSAGES_MAX = 256
/** A peer with more unread bytes than this does not read at all. */
const UNREAD_BYTES_MAX = 64 << 20

/** One end of a message channel whose other end a page holds, as Electron's main process has them. */
export interface PagePort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
  start(): void
  close(): void
}

/**
 * Carries messages between a page and the API of a running peer, unread: both ends speak the same protocol, whatever
 * is between them. Ends when either side does, or sends what is no message; the page then asks for another port.
 *
 * @returns ends it from here
 */
export function bridgePort(port: PagePort, endpoint: Pick<Endpoint, 'url' | 'token'>): () => void {
  const socket = new WebSocket(endpoint.url, {
    headers: { authorization: `Bearer ${endpoint.token}` },
    maxPayload: API_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
  })
  const waiting: (string | Uint8Array)[] = []
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    waiting.length = 0
    socket.close()
    port.close()
  }
  socket.on('open', () => {
    for (const message of waiting.splice(0)) socket.send(message)
  })
  socket.on('message', (data, isBinary) => {
    if (!isOver) port.postMessage(isBinary ? new Uint8Array(asBuffer(data)) : asBuffer(data).toString())
  })
  // A socket that fails closes, too.
  socket.on('error', () => undefined)
  socket.on('close', end)
  port.on('close', end)
  port.on('message', ({ data }) => {
    const message = asMessage(data)
    if (isOver) return
    if (message === undefined || socket.bufferedAmount > UNREAD_BYTES_MAX) end()
    else if (socket.readyState === WebSocket.OPEN) socket.send(message)
    else if (waiting.length < WAITING_MESSAGES_MAX) waiting.push(message)
    else end()
  })
  port.start()
  return end
}

/** The data as the protocol sends it, text or bytes; undefined for anything else and for messages that are too long. */
function asMessage(data: unknown): string | Uint8Array | undefined {
  const message = data instanceof ArrayBuffer ? new Uint8Array(data) : data
  if (typeof message !== 'string' && !(message instanceof Uint8Array)) return undefined
  return message.length <= API_MESSAGE_BYTES_MAX ? message : undefined
}

function asBuffer(data: WebSocket.RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
