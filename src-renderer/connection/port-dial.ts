import { RPCLink } from '@orpc/client/message-port'
import type { Dial } from './channel.ts'

/** The object that the desktop's preload script puts into the window. */
export interface MeshworkHost {
  /** Asks for a port to the node; it arrives as a message to this window. */
  requestPort(): void
}

declare global {
  interface Window {
    /** Only on the desktop. */
    readonly meshworkHost?: MeshworkHost
  }
}

/** The message that brings the port. */
const PORT_MESSAGE = 'meshwork:port'
/** The main process answers at once or is gone. */
const PORT_WITHIN_MS = 5_000

/** Dials the node inside the desktop app. */
export function dialPort(host: MeshworkHost): Dial {
  return async (signal) => {
    const port = await receivePort(host, signal)
    if (port === undefined) return { kind: 'unreachable' }
    let end: () => void = () => undefined
    const closed = new Promise<void>((resolve) => (end = resolve))
    port.addEventListener('close', end)
    const link = new RPCLink({ port })
    port.start()
    const close = () => {
      port.close()
      end()
    }
    return { kind: 'open', channel: { link, closed, close } }
  }
}

function receivePort(host: MeshworkHost, signal: AbortSignal): Promise<MessagePort | undefined> {
  return new Promise((resolve) => {
    const settle = (port?: MessagePort) => {
      clearTimeout(timer)
      window.removeEventListener('message', onMessage)
      signal.removeEventListener('abort', onAbort)
      resolve(port)
    }
    const onAbort = () => settle()
    const onMessage = (event: MessageEvent<unknown>) => {
      // The preload posts to its own window; a frame or another origin may not hand us a port.
      if (event.source !== window || event.data !== PORT_MESSAGE) return
      settle(event.ports[0])
    }
    const timer = setTimeout(() => settle(), PORT_WITHIN_MS)
    window.addEventListener('message', onMessage)
    signal.addEventListener('abort', onAbort)
    host.requestPort()
  })
}
