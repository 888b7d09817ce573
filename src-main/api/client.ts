import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { API_MESSAGE_BYTES_MAX, type contract } from '#contract'
import { Fault, FaultError, refuse } from '../protocol/fault.ts'
import { readEndpoint, type Endpoint } from './endpoint-file.ts'

/** A peer on this machine answers at once or not at all. */
const CONNECT_WITHIN_MS = 5_000

/** Every procedure of the contract as a function. */
export type ApiCalls = ContractRouterClient<typeof contract>

/** A connection to a running peer's API. */
export interface ApiClient {
  readonly calls: ApiCalls
  /** Resolves when the connection has ended, from whichever side. */
  readonly closed: Promise<void>
  close(): void
}

/**
 * Connects to the API that an endpoint names.
 * @throws FaultError `unreachable` when nobody answers there or the token is refused
 *
 * @example
 * const client = await connectApi(endpoint)
 * const { job_id } = await client.calls.jobs.submit({ … })
 * for await (const status of await client.calls.jobs.watch({ job_id })) console.log(status.verified)
 * client.close()
 */
export async function connectApi(endpoint: Pick<Endpoint, 'url' | 'token'>): Promise<ApiClient> {
  const socket = new WebSocket(endpoint.url, {
    headers: { authorization: `Bearer ${endpoint.token}` },
    handshakeTimeout: CONNECT_WITHIN_MS,
    maxPayload: API_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
  })
  socket.binaryType = 'arraybuffer'
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', (error) => {
      const message = `the peer does not answer: ${error.message}`
      reject(new FaultError({ kind: 'unreachable', message }, error))
    })
  })
  socket.on('error', () => socket.terminate())
  return {
    calls: createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    closed,
    close: () => socket.close(),
  }
}

/**
 * Connects to the peer that runs on a data folder.
 * @throws FaultError `unreachable` with one line that says how to start it
 */
export async function connectFolder(folder: string): Promise<ApiClient> {
  const endpoint = await readEndpoint(folder)
  if (endpoint === undefined)
    refuse('unreachable', `no peer is running on ${folder}; start one with: meshctl start`)
  return connectApi(endpoint)
}

/** What oRPC says of input that the contract refuses. */
const Issues = z.object({
  issues: z.array(z.object({ message: z.string(), path: z.array(z.unknown()).optional() })).min(1),
})

/** The fault in whatever a call threw. */
export function faultOfCall(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault
  if (error instanceof ORPCError) {
    const fault = Fault.safeParse(error.data)
    if (error.code === 'FAULT' && fault.success) return fault.data
    const issues = Issues.safeParse(error.data)
    if (error.code === 'BAD_REQUEST' && issues.success) {
      const [issue] = issues.data.issues
      return { kind: 'bad-input', message: `${issue?.path?.join('.') ?? ''}: ${issue?.message ?? ''}` }
    }
    return { kind: 'unreachable', message: `the peer could not answer: ${error.message}` }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'unreachable', message: `the connection to the peer has ended: ${message}` }
}
