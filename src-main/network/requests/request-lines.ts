import type { PeerId } from '../../protocol/ids.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Standing } from '../../ports/transport.ts'
import type { Guests } from '../connection/guests.ts'
import type { NodeLines } from '../connection/node-lines.ts'
import {
  ASSEMBLY_BYTES_PER_PEER_MAX,
  ASSEMBLY_BYTES_PER_STRANGER_MAX,
  REPLY_BYTES_MAX,
  REPLY_BYTES_PER_PEER_MAX,
  STREAM_OPEN_MS_MAX,
  STREAMS_OUT_MAX,
} from '../limits.ts'
import { createByteBudget } from '../quotas/byte-budget.ts'
import { createTrafficMeter } from '../quotas/traffic.ts'
import { createTurnTaking } from '../quotas/turn-taking.ts'
import { createFrameStream, type FrameStream } from './frame-stream.ts'
import { createRequestPool, openFault } from './request-pool.ts'
import { createServedProtocols } from './served-protocols.ts'

/** Dependencies of asking and answering over a node's lines. */
export interface RequestLinesDependencies {
  readonly clock: Clock
  readonly lines: NodeLines
  readonly guests: Guests
  readonly isContact: (peer: PeerId) => boolean
  /** How a peer is limited: one that was asked, or has shown a pass, as a guest. */
  readonly treatedAs: (peer: PeerId) => Standing
  readonly onDefect: (error: unknown) => void
}

/** Asks other peers, and answers them, within what each may use. */
export function createRequestLines(dependencies: RequestLinesDependencies) {
  const { clock, isContact, treatedAs, onDefect } = dependencies
  const nowMs = () => clock.nowMs()
  const traffic = createTrafficMeter()
  const budget = createByteBudget<PeerId>((peer) =>
    isContact(peer) ? ASSEMBLY_BYTES_PER_PEER_MAX : ASSEMBLY_BYTES_PER_STRANGER_MAX,
  )
  const turns = createTurnTaking(clock, treatedAs)
  const replies = createByteBudget<PeerId>(() => REPLY_BYTES_PER_PEER_MAX)
  const served = createServedProtocols({ nowMs, traffic, turns, budget, replies, isContact, onDefect })
  const pool = createRequestPool({
    nowMs,
    traffic,
    open: (peer, protocol, signal) =>
      openStream(dependencies, served.localBytesMaxOf(protocol), peer, protocol, signal),
  })
  return { traffic, turns, served, pool }
}

/** Opens a stream to a connected peer; `localBytesMax` bounds the replies of a protocol for peers nearby. */
async function openStream(
  { clock, lines, guests }: RequestLinesDependencies,
  localBytesMax: number | undefined,
  peer: PeerId,
  protocol: string,
  signal: AbortSignal,
): Promise<FrameStream> {
  const [connection] = lines.with(peer)
  if (connection === undefined) refuse('unreachable', `not connected with ${peer}`)
  // Strangers nearby are asked for their names without a reason to trust them with more.
  if (localBytesMax === undefined) guests.welcome(peer)
  try {
    const stream = await connection.newStream(protocol, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(STREAM_OPEN_MS_MAX)]),
      // The pool keeps count of its streams; the other direction's are bounded where they are accepted.
      maxOutboundStreams: 2 * STREAMS_OUT_MAX,
      runOnLimitedConnection: true,
    })
    return createFrameStream(stream, {
      bytesMax: () => localBytesMax ?? REPLY_BYTES_MAX,
      nowMs: () => clock.nowMs(),
    })
  } catch (error) {
    throw openFault(error, signal, peer)
  }
}
