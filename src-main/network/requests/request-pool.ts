import { FaultError, faultOf, refuse, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { RequestOptions } from '../../ports/transport.ts'
import type { FrameStream } from './frame-stream.ts'
import { REQUESTS_WAITING_MAX, STREAM_IDLE_MS, STREAMS_OUT_MAX } from '../limits.ts'
import { readReply } from './reply.ts'
import { throwIfAborted, whileAborting } from '../signal-fault.ts'
import type { TrafficMeter } from '../quotas/traffic.ts'

/** Sends requests over streams that are kept open and used again, one request at a time on each. */
export interface RequestPool {
  request(peer: PeerId, protocol: string, request: Uint8Array, options: RequestOptions): Promise<Uint8Array>
  /** The peer is reached over another connection: streams that there are now are used no more. */
  retire(peer: PeerId): void
  /** Closes streams that have been idle for long. */
  sweep(): void
  /** Resets all streams; requests under way end as `unreachable`. */
  stop(): void
}

/** The streams to one peer for one protocol. */
interface Lane {
  readonly idle: { readonly stream: FrameStream; readonly sinceMs: number }[]
  readonly busy: Set<FrameStream>
  opening: number
  readonly waiting: Waiter[]
}

interface Waiter {
  readonly proceed: () => void
  readonly giveUp: (fault: Fault) => void
}

/** Dependencies of the pool. */
export interface RequestPoolDependencies {
  /** Opens a stream to a connected peer. @throws FaultError `unreachable`, or as the signal says */
  readonly open: (peer: PeerId, protocol: string, signal: AbortSignal) => Promise<FrameStream>
  readonly nowMs: () => number
  readonly traffic: TrafficMeter
}

/** A pool of at most `STREAMS_OUT_MAX` streams for each peer and protocol. */
export function createRequestPool({ open, nowMs, traffic }: RequestPoolDependencies): RequestPool {
  const lanes = createLanes(open, nowMs)

  return {
    async request(peer, protocol, request, { signal, into }) {
      throwIfAborted(signal)
      const taken = await lanes.acquire(peer, protocol, signal)
      const { stream } = taken
      try {
        return await whileAborting(signal, stream.reset, async () => {
          await stream.write(request)
          traffic.sent(peer, request.byteLength)
          const reply = await stream.read(into)
          if (reply === undefined) refuse('unreachable', 'the stream ended without an answer')
          traffic.received(peer, reply.byteLength)
          return answerOf(reply, stream)
        })
      } finally {
        lanes.release(taken)
      }
    },
    retire: (peer) => lanes.retire(peer),
    sweep: () => lanes.sweep(),
    stop: () => lanes.stop(),
  }
}

/** A stream in use, with its lane. */
interface TakenStream {
  readonly key: string
  readonly lane: Lane
  readonly stream: FrameStream
}

/** The lanes of a pool: takes streams from them, opens new ones up to the bound, and lets callers wait for a free one. */
function createLanes(open: RequestPoolDependencies['open'], nowMs: () => number) {
  const lanes = new Map<string, Lane>()
  const retired = new WeakSet<FrameStream>()

  function laneOf(key: string): Lane {
    const lane = lanes.get(key) ?? { idle: [], busy: new Set(), opening: 0, waiting: [] }
    lanes.set(key, lane)
    return lane
  }

  /** Hands a freed place to the next who waits; a lane without streams is forgotten. */
  function freed(key: string, lane: Lane): void {
    const next = lane.waiting.shift()
    if (next !== undefined) next.proceed()
    else if (streamsOf(lane) === 0) lanes.delete(key)
  }

  async function openIn(lane: Lane, key: string, opening: () => Promise<FrameStream>): Promise<FrameStream> {
    lane.opening += 1
    try {
      const stream = await opening()
      lane.busy.add(stream)
      lane.opening -= 1
      stream.onEnd(() => {
        const at = lane.idle.findIndex((entry) => entry.stream === stream)
        if (at >= 0) lane.idle.splice(at, 1)
        stream.end()
        freed(key, lane)
      })
      return stream
    } catch (error) {
      lane.opening -= 1
      freed(key, lane)
      throw error
    }
  }

  return {
    /** A free stream or a new one; waits while all are busy. */
    async acquire(peer: PeerId, protocol: string, signal: AbortSignal): Promise<TakenStream> {
      const key = `${peer} ${protocol}`
      const lane = laneOf(key)
      for (;;) {
        const stream = takeIdle(lane)
        if (stream !== undefined) {
          lane.busy.add(stream)
          return { key, lane, stream }
        }
        if (streamsOf(lane) < STREAMS_OUT_MAX) break
        await turn(lane, signal)
      }
      return { key, lane, stream: await openIn(lane, key, () => open(peer, protocol, signal)) }
    },
    release({ key, lane, stream }: TakenStream): void {
      lane.busy.delete(stream)
      if (retired.has(stream)) stream.end()
      else if (stream.isOpen) lane.idle.push({ stream, sinceMs: nowMs() })
      freed(key, lane)
    },
    retire(peer: PeerId): void {
      for (const [key, lane] of [...lanes]) {
        if (!key.startsWith(`${peer} `)) continue
        for (const { stream } of lane.idle.splice(0)) stream.end()
        for (const stream of lane.busy) retired.add(stream)
        freed(key, lane)
      }
    },
    /** Closes streams that have been idle for long. */
    sweep(): void {
      for (const lane of lanes.values()) closeIdle(lane, nowMs() - STREAM_IDLE_MS)
      for (const [key, lane] of [...lanes]) freed(key, lane)
    },
    stop(): void {
      for (const lane of lanes.values()) resetLane(lane, STOPPING)
      lanes.clear()
    },
  }
}

const STOPPING: Fault = { kind: 'unreachable', message: 'this peer is stopping' }

function streamsOf(lane: Lane): number {
  return lane.idle.length + lane.busy.size + lane.opening
}

function takeIdle(lane: Lane): FrameStream | undefined {
  for (;;) {
    const candidate = lane.idle.pop()
    if (candidate === undefined || candidate.stream.isOpen) return candidate?.stream
  }
}

function closeIdle(lane: Lane, latestMs: number): void {
  for (const { stream, sinceMs } of [...lane.idle]) if (sinceMs <= latestMs) stream.end()
  lane.idle.splice(0, lane.idle.length, ...lane.idle.filter(({ sinceMs }) => sinceMs > latestMs))
}

function resetLane(lane: Lane, fault: Fault): void {
  for (const waiter of lane.waiting.splice(0)) waiter.giveUp(fault)
  for (const { stream } of [...lane.idle]) stream.reset(fault)
  for (const stream of [...lane.busy]) stream.reset(fault)
}

/** The answer in a reply. Nonsense ends the stream: what else comes on it is not to be trusted either. */
function answerOf(bytes: Uint8Array, stream: FrameStream): Uint8Array {
  const reply = readReply(bytes)
  if (reply.kind === 'answer') return reply.answer
  if (reply.kind === 'nonsense') stream.reset(reply.fault)
  throw new FaultError(reply.fault)
}

/** Waits until a stream of the lane may be free. */
async function turn(lane: Lane, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal)
  if (lane.waiting.length >= REQUESTS_WAITING_MAX) {
    refuse('too-busy', `more than ${REQUESTS_WAITING_MAX} requests wait for this peer`)
  }
  let waiter: Waiter | undefined
  const turned = new Promise<void>((resolve, reject) => {
    waiter = { proceed: resolve, giveUp: (fault) => reject(new FaultError(fault)) }
    lane.waiting.push(waiter)
  })
  await whileAborting(
    signal,
    (fault) => {
      const at = lane.waiting.findIndex((other) => other === waiter)
      if (at < 0) return
      lane.waiting.splice(at, 1)
      waiter?.giveUp(fault)
    },
    () => turned,
  )
}

/** The fault of a stream that could not be opened; the signal's own when that is why. */
export function openFault(error: unknown, signal: AbortSignal, peer: PeerId): FaultError {
  try {
    throwIfAborted(signal)
  } catch (aborted) {
    if (aborted instanceof FaultError) return aborted
  }
  const { kind, message } = faultOf(error, 'unreachable')
  return new FaultError({ kind, message: `${peer}: ${message}`.slice(0, 2_000) }, error)
}
