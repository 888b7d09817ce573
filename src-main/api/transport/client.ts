import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { API_MESSAGE_BYTES_MAX, type contract } from '#contract'
import { Fault, FaultError, refuse } from '../../protocol/fault.ts'
import { issueLine } from '../../protocol/plain-issues.ts'
import { shellWord } from '../../protocol/printable-text.ts'
import { isSystemError } from '../../protocol/system-error.ts'
import { endpointHidden, readEndpoint, type Endpoint } from './endpoint-file.ts'

/** A peer on this machine answers at once, or is as busy as one may be that is asked already. */
const CONNECT_WITHIN_MS = 10_000

/** The longest line of a fault. */
const FAULT_CHARACTERS_MAX = 2_000
/** How often a peer is asked whether it is still there: one that is stopped is given up after ten seconds or a little more. */
export const ASK_EVERY_MS = 2_500
/**
 * Questions in a row that a peer may leave open. Questions are counted, not time: after a pause of this process or of the
 * machine one of them is open. The socket itself answers them, so that a call may wait as long as its work takes.
 */
const UNANSWERED_MAX = 4

/** Of a connection that the peer's side ended. */
const ENDED: Fault = {
  kind: 'unreachable',
  message: 'the connection to the peer has ended: the peer stopped',
}

/** Every procedure of the contract as a function. */
export type ApiCalls = ContractRouterClient<typeof contract>

/** A connection to a running peer's API. */
export interface ApiClient {
  readonly calls: ApiCalls
  /** Resolves when the connection has ended, from whichever side. */
  readonly closed: Promise<void>
  /** Why there is no connection any more; undefined while there is one. */
  lost(): Fault | undefined
  close(): void
}

/**
 * Connects to the API that an endpoint names.
 * @param options.askEveryMs how often to ask whether the peer's process is still there, to give the connection up when it
 *   answers nothing any more; never when absent
 * @throws FaultError `unreachable` when no peer answers there or the token is refused
 *
 * @example
 * const client = await connectApi(endpoint)
 * const { job_id } = await client.calls.jobs.submit({ … })
 * for await (const status of await client.calls.jobs.watch({ job_id })) console.log(status.verified)
 * client.close()
 */
export async function connectApi(
  endpoint: Pick<Endpoint, 'url' | 'token'> & Partial<Pick<Endpoint, 'pid'>>,
  { askEveryMs }: { askEveryMs?: number } = {},
): Promise<ApiClient> {
  const { url, token, pid } = endpoint
  const silence = `the peer${pid === undefined ? '' : ` (process ${pid})`} does not answer`
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: CONNECT_WITHIN_MS,
    maxPayload: API_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
  })
  socket.binaryType = 'arraybuffer'
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', (error) =>
      reject(new FaultError({ kind: 'unreachable', message: `${silence}: ${error.message}` }, error)),
    )
  })
  socket.on('error', () => socket.terminate())
  let fault: Fault | undefined
  if (askEveryMs !== undefined) {
    watchSilence(socket, askEveryMs, () => {
      fault = { kind: 'unreachable', message: `${silence}: it is stopped, or far too busy` }
    })
  }
  return {
    calls: createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    closed,
    lost: () => fault ?? (socket.readyState === WebSocket.OPEN ? undefined : ENDED),
    close: () => socket.close(),
  }
}

/**
 * Uses a connection, and ends it; at once, with all calls that wait, when the signal says so.
 * @param left what the user should know if the connection is lost, besides that it is
 * @throws FaultError `unreachable` when the connection was lost meanwhile; else what `use` throws
 */
export async function useClient<T>(
  client: ApiClient,
  use: (calls: ApiCalls) => Promise<T>,
  signal?: AbortSignal,
  left: () => string | undefined = () => undefined,
): Promise<T> {
  const end = (): void => client.close()
  signal?.addEventListener('abort', end)
  try {
    if (signal?.aborted === true) refuse('cancelled', 'cancelled')
    return await use(client.calls)
  } catch (error) {
    const lost = client.lost()
    if (lost === undefined || isAnswer(error)) throw error
    const more = left()
    throw new FaultError(more === undefined ? lost : { ...lost, message: `${lost.message}; ${more}` }, error)
  } finally {
    signal?.removeEventListener('abort', end)
    end()
  }
}

/** Ends a connection whose other side is silent. @param silent called before it ends */
function watchSilence(socket: WebSocket, askEveryMs: number, silent: () => void): void {
  let unanswered = 0
  const heard = (): void => void (unanswered = 0)
  socket.on('pong', heard)
  socket.on('message', heard)
  const timer = setInterval(() => {
    if (unanswered >= UNANSWERED_MAX) {
      silent()
      socket.terminate()
      return
    }
    unanswered++
    socket.ping()
  }, askEveryMs)
  socket.once('close', () => clearInterval(timer))
}

/**
 * Connects to the peer that runs on a data folder; a peer whose process is stopped is given up.
 * @throws FaultError `unreachable` with one line that says how to start it
 */
export async function connectFolder(folder: string): Promise<ApiClient> {
  const start = `start one with: meshctl start --data ${shellWord(folder)}`
  const endpoint = await readEndpoint(folder)
  if (endpoint === undefined) {
    const hidden = await endpointHidden(folder)
    if (hidden !== undefined) refuse('unreachable', `cannot see whether a peer runs on ${folder}: ${hidden}`)
    refuse('unreachable', `no peer is running on ${folder}; ${start}`)
  }
  try {
    return await connectApi(endpoint, { askEveryMs: ASK_EVERY_MS })
  } catch (error) {
    const isGone =
      error instanceof FaultError && isSystemError(error.cause) && error.cause.code === 'ECONNREFUSED'
    if (!isGone) throw error
    refuse(
      'unreachable',
      `no peer is running on ${folder} any more (process ${endpoint.pid} has ended); ${start}`,
      error,
    )
  }
}

/** The data of oRPC's error for input that the contract refuses. */
const Issues = z.object({
  issues: z.array(z.object({ message: z.string(), path: z.array(z.unknown()).optional() })).min(1),
})

/** Whether what a call threw is an answer: a fault, or the API's refusal; anything else is a connection's end or a defect. */
export function isAnswer(error: unknown): boolean {
  return error instanceof FaultError || error instanceof ORPCError
}

/** The fault in whatever a call threw. */
export function faultOfCall(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault
  if (error instanceof ORPCError) {
    const fault = Fault.safeParse(error.data)
    if (error.code === 'FAULT' && fault.success) return fault.data
    const issues = Issues.safeParse(error.data)
    if (error.code === 'BAD_REQUEST' && issues.success) {
      return { kind: 'bad-input', message: issueLine(issues.data.issues).slice(0, FAULT_CHARACTERS_MAX) }
    }
    return { kind: 'unreachable', message: `the peer could not answer: ${error.message}` }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'unreachable', message: `the connection to the peer has ended: ${message}` }
}
