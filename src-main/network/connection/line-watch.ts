import type { ConnectionEncrypter, MessageStream, MultiaddrConnection, StreamMuxer } from '@libp2p/interface'
import { FaultError } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Standing } from '../../ports/transport.ts'
import {
  STRANGER_BYTES_PER_S,
  STRANGER_BURST_BYTES,
  STRANGER_STREAMS_MAX,
  UNREAD_BYTES_PER_PEER_MAX,
} from '../limits.ts'

/** How often the unread bytes of a connection are summed up: each time that this many more have come. */
const LOOK_EVERY_BYTES = 256 << 10

/** A decrypted connection, of which only coming bytes and its end matter here. */
export type Line = Pick<MultiaddrConnection, 'addEventListener' | 'abort'>

/** Bounds what one peer can make this one hold, before any protocol sees a byte of it. */
export interface LineWatch {
  /** An encrypter that remembers the peer at the other end of each decrypted connection. */
  identifying<E>(encrypter: ConnectionEncrypter<E>): ConnectionEncrypter<E>
  /** Watches a connection and its streams from now on. */
  watch(line: Line, muxer: StreamMuxer): void
}

/** Dependencies of the watch. */
export interface LineWatchParts {
  readonly nowMs: () => number
  /** The standing of a peer at this moment. */
  readonly standingOf: (peer: PeerId) => Standing
}

/**
 * A watch. A stranger has few streams and few bytes a second, since pairing takes no more; every peer has a bound on
 * the bytes that lie unread in all its streams. A peer that exceeds one loses the connection.
 */
export function createLineWatch({ nowMs, standingOf }: LineWatchParts): LineWatch {
  const peers = new WeakMap<object, PeerId>()
  const muxers = new Map<PeerId, Set<StreamMuxer>>()

  const unreadBytes = (peer: PeerId) => {
    let sum = 0
    for (const { streams } of muxers.get(peer) ?? []) {
      for (const stream of streams) sum += stream.readBufferLength
    }
    return sum
  }
  const keep = (peer: PeerId, line: Line, muxer: StreamMuxer) => {
    const own = muxers.get(peer) ?? new Set()
    muxers.set(peer, own.add(muxer))
    line.addEventListener('close', () => {
      own.delete(muxer)
      if (own.size === 0 && muxers.get(peer) === own) muxers.delete(peer)
    })
  }
  const isStranger = (peer: PeerId) => standingOf(peer) === 'stranger'

  return {
    identifying(encrypter) {
      const noted = async (secured: ReturnType<typeof encrypter.secureInbound>) => {
        const result = await secured
        peers.set(result.connection, result.remotePeer.toString() as PeerId)
        return result
      }
      return {
        protocol: encrypter.protocol,
        secureInbound: async (line: MessageStream, options) => {
          const result = await noted(encrypter.secureInbound(line, options))
          // Where both ends have dialled, one of them answers the handshake. Yamux goes by who dialled, and would have two
          // clients, whose streams have the same numbers.
          result.connection.direction = 'inbound'
          return result
        },
        secureOutbound: (line: MessageStream, options) => noted(encrypter.secureOutbound(line, options)),
      }
    },
    watch(line, muxer) {
      const peer = peers.get(line)
      if (peer === undefined) return
      keep(peer, line, muxer)
      const allowance = createAllowance(nowMs)
      let sinceLook = 0
      line.addEventListener('message', ({ data }) => {
        const bytes = data.byteLength
        if (isStranger(peer)) {
          if (!allowance.take(bytes)) line.abort(tooMuch('bytes of a stranger'))
          cutStreams(muxer)
        }
        sinceLook += bytes
        if (sinceLook < LOOK_EVERY_BYTES) return
        sinceLook = 0
        if (unreadBytes(peer) > UNREAD_BYTES_PER_PEER_MAX) line.abort(tooMuch('bytes that wait to be read'))
      })
    },
  }
}

/** Ends the newest streams of a stranger with too many of them. (To listen for streams would take early ones away.) */
function cutStreams({ streams }: StreamMuxer): void {
  if (streams.length <= STRANGER_STREAMS_MAX) return
  const inbound = streams.filter(({ direction }) => direction === 'inbound')
  for (const stream of inbound.slice(STRANGER_STREAMS_MAX)) stream.abort(tooMuch('streams of a stranger'))
}

/** Bytes that a stranger may send: a burst, and little a second. */
function createAllowance(nowMs: () => number) {
  let left = STRANGER_BURST_BYTES
  let filledAtMs = nowMs()
  return {
    take(bytes: number): boolean {
      const atMs = nowMs()
      // A clock that was set back gives nothing.
      const passedMs = Math.max(0, atMs - filledAtMs)
      filledAtMs = atMs
      left = Math.min(STRANGER_BURST_BYTES, left + (passedMs * STRANGER_BYTES_PER_S) / 1_000) - bytes
      return left >= 0
    },
  }
}

function tooMuch(what: string): FaultError {
  return new FaultError({ kind: 'oversized', message: `too many ${what}` })
}
