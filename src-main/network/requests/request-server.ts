import { faultOf, FaultError, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import type { RequestHandler } from '../../ports/transport.ts'
import type { ByteBudget, Reservation } from '../quotas/byte-budget.ts'
import type { FrameStream } from './frame-stream.ts'
import { FRAME_MS_MAX, REPLY_MS_MAX, SHORT_REPLY_BYTES_MAX, STREAM_IDLE_IN_MS_MAX } from '../limits.ts'
import { throwIfAborted } from '../signal-fault.ts'
import { answerParts, faultParts } from './reply.ts'
import type { TrafficMeter } from '../quotas/traffic.ts'
import type { TurnTaking } from '../quotas/turn-taking.ts'

/** Answers the requests that arrive on streams which others opened. */
export interface RequestServer {
  /** Serves a stream until it ends; never rejects. */
  serve(accepted: AcceptedStream): Promise<void>
  /** Resets streams that are stalled inside a frame or a reply, or idle for long. */
  sweep(): void
  /** Resets all streams. */
  stop(): void
}

/** A stream that another peer opened. */
export interface AcceptedStream {
  readonly from: PeerId
  readonly stream: FrameStream
  readonly handler: RequestHandler
  /** Holds the memory of its frames. */
  readonly reservation: Reservation
  /** Counts the answers by its protocol that are being made for each peer: one unit is one answer. */
  readonly answering: ByteBudget<PeerId>
}

/** Dependencies of the server. */
export interface RequestServerParts {
  readonly nowMs: () => number
  readonly traffic: TrafficMeter
  readonly turns: TurnTaking
  /** Bounds the answers that each peer has not taken off yet. */
  readonly replies: Pick<ByteBudget<PeerId>, 'takeNow' | 'give'>
  /** Told of what a handler threw that is no fault: a defect of ours, which must not be a remote crash. */
  readonly onDefect: (error: unknown) => void
}

const TOO_MANY_UNREAD: Fault = { kind: 'too-busy', message: 'too many answers are not taken off yet' }

/** A server; one request at a time on each stream, so a peer's concurrency is its number of streams. */
export function createRequestServer(parts: RequestServerParts): RequestServer {
  const { nowMs, traffic, turns, onDefect } = parts
  const send = createReplySender(parts)
  const idleSinceMs = new Map<FrameStream, number | undefined>()

  const replyTo = async ({ from, handler }: AcceptedStream, request: Uint8Array, signal: AbortSignal) => {
    try {
      const answer = await begun(from, () => handler(from, request, signal))
      if (answer.byteLength <= MESSAGE_BYTES_MAX) return answerParts(answer)
      return faultParts({ kind: 'oversized', message: `an answer of ${answer.byteLength} bytes` })
    } catch (error) {
      if (error instanceof FaultError) return faultParts(error.fault)
      onDefect(error)
      return faultParts({ kind: 'unreachable', message: 'the peer could not answer this request' })
    }
  }

  /** Begins an answer; what is done before its first wait, decoding above all, is the peer's share of the thread. */
  const begun = (from: PeerId, answer: () => Promise<Uint8Array>) => {
    const startedMs = performance.now()
    try {
      return answer()
    } finally {
      turns.took(from, performance.now() - startedMs)
    }
  }

  /** Reads one request and makes its reply; undefined when the stream has ended instead. */
  const answerNext = async (accepted: AcceptedStream, signal: AbortSignal) => {
    const { from, stream, answering } = accepted
    idleSinceMs.set(stream, nowMs())
    const request = await stream.read()
    if (request === undefined) return undefined
    idleSinceMs.set(stream, undefined)
    traffic.received(from, request.byteLength)
    await turns.turn(from, signal)
    await answering.take(from, 1)
    try {
      throwIfAborted(signal)
      return await replyTo(accepted, request, signal)
    } finally {
      answering.give(from, 1)
    }
  }

  /** Serves one request; false when the stream has ended instead. */
  const serveOne = async (accepted: AcceptedStream, signal: AbortSignal) => {
    // The request must not outlive its reservation, so no variable here may refer to it while the reply is written.
    const reply = await answerNext(accepted, signal)
    accepted.reservation.release()
    if (reply === undefined) return false
    await send(accepted, reply)
    return true
  }

  return {
    async serve(accepted) {
      const { stream, reservation } = accepted
      const gone = new AbortController()
      stream.onEnd(() => gone.abort())
      try {
        while (await serveOne(accepted, gone.signal)) continue
        stream.end()
      } catch (error) {
        stream.reset(faultOf(error, 'unreachable'))
      } finally {
        idleSinceMs.delete(stream)
        reservation.close()
      }
    },
    sweep() {
      const now = nowMs()
      for (const [stream, sinceMs] of [...idleSinceMs]) {
        const stalledMs = now - (stream.stalledSinceMs() ?? now)
        if (stalledMs > Math.min(FRAME_MS_MAX, REPLY_MS_MAX)) {
          stream.reset({ kind: 'timed-out', message: `a frame took more than ${stalledMs} ms` })
        } else if (sinceMs !== undefined && now - sinceMs > STREAM_IDLE_IN_MS_MAX) {
          stream.reset({ kind: 'timed-out', message: 'an idle stream' })
        }
      }
    },
    stop() {
      const stopping: Fault = { kind: 'unreachable', message: 'this peer is stopping' }
      for (const stream of [...idleSinceMs.keys()]) stream.reset(stopping)
    },
  }
}

/** Writes replies, whose bytes are the peer's until the connection has taken them. */
function createReplySender({ traffic, replies }: Pick<RequestServerParts, 'traffic' | 'replies'>) {
  const write = async ({ from, stream }: AcceptedStream, reply: readonly Uint8Array[]): Promise<void> => {
    await stream.write(...reply)
    traffic.sent(from, bytesOf(reply))
  }
  return async (accepted: AcceptedStream, reply: readonly Uint8Array[]): Promise<void> => {
    const { from } = accepted
    const bytes = bytesOf(reply)
    if (bytes <= SHORT_REPLY_BYTES_MAX) return write(accepted, reply)
    if (!replies.takeNow(from, bytes)) return write(accepted, faultParts(TOO_MANY_UNREAD))
    try {
      await write(accepted, reply)
    } finally {
      replies.give(from, bytes)
    }
  }
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0)
}
