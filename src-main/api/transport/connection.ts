import type { RPCHandler } from '@orpc/server/websocket'
import type { WebSocket } from 'ws'
import type { CallContext } from '../calls/implementer.ts'

/** A client with more unread bytes than this does not read at all, and must not fill our memory. */
const UNREAD_BYTES_MAX = 64 << 20
/** WebSocket close codes (RFC 6455, 7.4.1). */
const CLOSE_POLICY = 1008
const CLOSE_MALFORMED = 1007

/**
 * Serves one connection until it closes. A message that is none of the protocol ends it, and so does a client that
 * does not read.
 *
 * @param report defects of our own, for the log
 */
export function serveConnection(
  client: WebSocket,
  handler: RPCHandler<CallContext>,
  report: (error: unknown) => void,
): void {
  const context: CallContext = { connection: { calls: 0, unreadBytes: () => client.bufferedAmount } }
  client.binaryType = 'arraybuffer'
  /** The side of the socket that the handler sees; it never listens itself. */
  const peer = {
    addEventListener: () => {
      throw new Error('broken promise: messages are handed over one by one')
    },
    send: (message: string | ArrayBufferLike | Blob | ArrayBufferView) => {
      if (client.readyState !== client.OPEN) return
      if (client.bufferedAmount > UNREAD_BYTES_MAX) client.close(CLOSE_POLICY, 'too much is unread')
      else client.send(message as string | ArrayBuffer)
    },
  }
  client.on('error', () => client.terminate())
  client.on('close', () => handler.close(peer))
  client.on('message', (data, isBinary) => {
    const message = isBinary ? (data as ArrayBuffer) : asText(data)
    handler.message(peer, message, { context }).catch((error: unknown) => {
      if (client.readyState !== client.OPEN) return
      if (!(error instanceof SyntaxError || error instanceof TypeError)) report(error)
      client.close(CLOSE_MALFORMED, 'not a message of this protocol')
    })
  })
}

function asText(data: WebSocket.RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data as ArrayBuffer).toString()
}
