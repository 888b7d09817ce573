import { RPCLink } from '@orpc/client/websocket'
import type { Dial, Dialled } from './channel.ts'
import type { SessionKey } from './session-key.ts'

/** Where the node serves its API. */
const API_PATH = '/api'
/** Close codes by which the node says that this window is not let in: policy, and "not authorised" as an application's. */
const REFUSING_CODES = new Set([1008, 4401])
/** The peer on this machine answers at once or not at all. */
const OPEN_WITHIN_MS = 5_000

/** Where a window asks for something to prove itself with. */
const CHALLENGE_PATH = '/challenge'
/** The subprotocol of this window, with the proof beside it: a page cannot give a WebSocket headers. */
const PROTOCOL = 'meshwork-1'
const PROOF_PROTOCOL = 'proof'

/**
 * Dials the node that served this page. The page's cookie lets it in together with a proof of the session's key, which is
 * of this address and moment: another program at a port of this machine gets the cookie, and cannot use the proof.
 */
export function dialSocket(key: SessionKey): Dial {
  return async (signal) => {
    const challenge = await challengeOf(signal)
    if (typeof challenge !== 'string') return challenge
    const proof = await key.prove(`${window.location.host} ${challenge}`)
    if (proof === undefined) return { kind: 'refused' }
    return dialWith([PROTOCOL, `${PROOF_PROTOCOL}.${challenge}.${proof}`], signal)
  }
}

/** A challenge of the node's, or why there is none. */
async function challengeOf(signal: AbortSignal): Promise<string | Dialled> {
  try {
    const url = new URL(CHALLENGE_PATH, window.location.href)
    const answer = await fetch(url, { cache: 'no-store', redirect: 'error', signal })
    if (answer.ok) return (await answer.text()).trim()
    return answer.status === 401 || answer.status === 403 ? { kind: 'refused' } : { kind: 'unreachable' }
  } catch {
    return { kind: 'unreachable' }
  }
}

async function dialWith(protocols: string[], signal: AbortSignal): Promise<Dialled> {
  const socket = new WebSocket(new URL(API_PATH, window.location.href.replace(/^http/, 'ws')), protocols)
  socket.binaryType = 'arraybuffer'
  // The link hears of the end first, so that a caller who cancels because of it finds its calls ended already.
  const link = new RPCLink({ websocket: quietAtTheEnd(socket) })
  let closeCode = 0
  const closed = new Promise<void>((resolve) =>
    socket.addEventListener('close', (event) => {
      closeCode = event.code
      resolve()
    }),
  )
  const stop = () => socket.close()
  signal.addEventListener('abort', stop, { once: true })
  void closed.then(() => signal.removeEventListener('abort', stop))
  const isOpen = await opened(socket, closed)
  if (!isOpen) {
    socket.close()
    return REFUSING_CODES.has(closeCode) ? { kind: 'refused' } : whyNot(signal)
  }
  return { kind: 'open', channel: { link, closed, close: stop } }
}

/**
 * The socket as the link sees it. Messages sent while it closes are dropped: the end itself is told next, and an error
 * thrown by the link would not be caught.
 */
function quietAtTheEnd(socket: WebSocket): WebSocket {
  return new Proxy(socket, {
    get(target, name) {
      if (name === 'readyState')
        return target.readyState === WebSocket.CLOSING ? WebSocket.OPEN : target.readyState
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function opened(socket: WebSocket, closed: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), OPEN_WITHIN_MS)
    const settle = (isOpen: boolean) => {
      clearTimeout(timer)
      resolve(isOpen)
    }
    socket.addEventListener('open', () => settle(true), { once: true })
    void closed.then(() => settle(false))
  })
}

/** A browser does not tell why a handshake failed; the page's own address does: it answers 401 without the cookie. */
async function whyNot(signal: AbortSignal): Promise<Dialled> {
  try {
    const answer = await fetch(new URL('/', window.location.href), {
      method: 'HEAD',
      cache: 'no-store',
      redirect: 'manual',
      signal,
    })
    return answer.status === 401 || answer.status === 403 ? { kind: 'refused' } : { kind: 'unreachable' }
  } catch {
    return { kind: 'unreachable' }
  }
}
