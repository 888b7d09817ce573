import { createORPCClient, type ClientContext, type ClientLink } from '@orpc/client'
import type { ApiCalls } from './api-calls.ts'
import type { Channel, Dial } from './channel.ts'

/** Where the connection to the node stands. `refused`: it answers, and does not let this window in. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused'

/** The first wait before another attempt; it doubles from there. */
const RETRY_FIRST_MS = 250
/** The longest wait: a node that is started again is there within this. */
const RETRY_MS_MAX = 5_000

/** A connection that is made again whenever it is lost, with one set of calls that outlives them all. */
export interface Connection {
  readonly calls: ApiCalls
  /** Tries again at once, also after a refusal. */
  retry(): void
  stop(): void
}

/** A call while there is no connection. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError'
}

/** Whether a call ended because the connection was not there or went away. */
export function isNotConnected(error: unknown): boolean {
  return error instanceof NotConnectedError
}

/** How long to wait before attempt `attempt` (from 0), in milliseconds. */
export function retryDelay(attempt: number): number {
  return Math.min(RETRY_MS_MAX, RETRY_FIRST_MS * 2 ** Math.min(attempt, 16))
}

/** Dials until it is stopped or refused, and tells each change of the state. */
export function startConnection(dial: Dial, onState: (state: ConnectionState) => void): Connection {
  const stopped = new AbortController()
  let current: Channel | undefined
  let wake: (() => void) | undefined

  const link: ClientLink<ClientContext> = {
    async call(path, input, options) {
      const channel = current
      if (channel === undefined) throw new NotConnectedError('not connected')
      try {
        return await channel.link.call(path, input, options)
      } catch (error) {
        // A socket that went away under a call is not the call's fault.
        if (current !== channel) throw new NotConnectedError('the connection was lost', { cause: error })
        throw error
      }
    },
  }
  /** Resolves after a while, or at once when `retry` is called. */
  const pause = (ms: number | undefined) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async () => {
    let attempt = 0
    while (!stopped.signal.aborted) {
      const dialled = await dial(stopped.signal)
      if (dialled.kind === 'open') {
        attempt = 0
        current = dialled.channel
        if (!isStopped()) onState('open')
        if (isStopped()) current.close()
        await current.closed
        current = undefined
        if (!isStopped()) onState('lost')
      } else if (!isStopped()) {
        onState(dialled.kind === 'refused' ? 'refused' : 'lost')
      }
      if (isStopped()) return
      await pause(dialled.kind === 'refused' ? undefined : retryDelay(attempt))
      attempt += 1
    }
  }
  const isStopped = () => stopped.signal.aborted

  void run()
  return {
    calls: createORPCClient(link),
    retry: () => wake?.(),
    stop() {
      stopped.abort()
      current?.close()
      wake?.()
    },
  }
}
