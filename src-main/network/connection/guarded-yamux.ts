import type { MultiaddrConnection, StreamMuxerFactory } from '@libp2p/interface'
import { yamux, type YamuxMuxerInit } from '@libp2p/yamux'
import { FaultError } from '../../protocol/fault.ts'
import type { LineWatch } from './line-watch.ts'

/** A yamux frame's header: version, type, flags, stream, length (yamux specification, "Framing"). */
const HEADER_BYTES = 12
const TYPE_AT = 1
const LENGTH_AT = 8
const DATA_TYPE = 0

/**
 * Yamux that ends a connection as soon as a frame announces more than a sender may have on its way. libp2p's own
 * (8.0) gathers a frame until it is complete before it looks at the window: one header could make it hold 4 GiB.
 *
 * @param frameBytesMax the largest receive window there is
 * @param watch told of each connection and its multiplexer
 */
export function guardedYamux(
  frameBytesMax: number,
  init: YamuxMuxerInit,
  watch: (...of: Parameters<LineWatch['watch']>) => void,
): () => StreamMuxerFactory {
  const create = yamux(init)
  return () => {
    const factory = create()
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        guard(connection, frameBytesMax)
        const muxer = factory.createStreamMuxer(connection)
        watch(connection, muxer)
        return muxer
      },
    }
  }
}

/** Watches the headers that go by; listens before yamux does, so that it acts first. */
function guard(
  connection: Pick<MultiaddrConnection, 'addEventListener' | 'abort'>,
  frameBytesMax: number,
): void {
  const watch = createHeaderWatch()
  connection.addEventListener('message', ({ data }) => {
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      if (watch(piece) <= frameBytesMax) continue
      connection.abort(new FaultError({ kind: 'oversized', message: 'a frame beyond any window' }))
      return
    }
  })
}

/** Follows a sequence of yamux frames through pieces of any size. */
export function createHeaderWatch(): (piece: Uint8Array) => number {
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  let headerFilled = 0
  let bodyLeft = 0
  /** The longest data frame that begins in this piece. */
  return (piece) => {
    let longest = 0
    let at = 0
    while (at < piece.byteLength) {
      if (bodyLeft > 0) {
        const skipped = Math.min(bodyLeft, piece.byteLength - at)
        bodyLeft -= skipped
        at += skipped
        continue
      }
      const taken = Math.min(HEADER_BYTES - headerFilled, piece.byteLength - at)
      header.set(piece.subarray(at, at + taken), headerFilled)
      headerFilled += taken
      at += taken
      if (headerFilled < HEADER_BYTES) break
      headerFilled = 0
      if (header[TYPE_AT] === DATA_TYPE) {
        bodyLeft = view.getUint32(LENGTH_AT)
        longest = Math.max(longest, bodyLeft)
      }
    }
    return longest
  }
}
