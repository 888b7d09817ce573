import type { Connection } from '@libp2p/interface'
import { PING_PROTOCOL } from '@libp2p/ping'

/** A connection that does not answer a probe for this long is dead: a slower one is of no use either. */
const ANSWER_WITHIN_MS = 5_000

/**
 * Opens a ping stream on each connection, and ends those on which no answer comes. A connection whose address has gone
 * looks open from both ends until something is sent; libp2p pings so rarely that work would be late by then.
 */
export async function endDeadLines(lines: readonly Connection[]): Promise<void> {
  await Promise.all(
    lines.map(async (line) => {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
      try {
        // Agreeing on a protocol takes an answer.
        const stream = await line.newStream(PING_PROTOCOL, {
          signal,
          negotiateFully: true,
          runOnLimitedConnection: true,
        })
        stream.abort(new Error('asked'))
      } catch {
        // A refusal is an answer too.
        if (signal.aborted && line.status === 'open') line.abort(new Error('nobody answers'))
      }
    }),
  )
}

/** The lines that are open, the newest first: an older one to the same peer is likelier to be dead. */
export function newestFirst(lines: readonly Connection[]): Connection[] {
  return lines.filter(({ status }) => status === 'open').sort((a, b) => b.timeline.open - a.timeline.open)
}
