import { decodeCanonical, encodeCanonical } from '../protocol/canonical.ts'
import { FaultError, faultOf, refuse } from '../protocol/fault.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Transport } from '../ports/transport.ts'
import { OPEN, OpenAnswer, type OpenedBlob } from './blob-wire.ts'
import { OPEN_CIDS_MAX, OPEN_MS_MAX, OPENS_MAX } from './limits.ts'
import { signalAfter } from './signal-fault.ts'

/** Opens a blob at a peer: its content when small, else its layout. */
export type OpenBlob = (peer: PeerId, cid: Cid) => Promise<Exclude<OpenedBlob, { kind: 'later' | 'refused' }>>

interface Asked {
  readonly cid: Cid
  readonly resolve: (blob: Exclude<OpenedBlob, { kind: 'later' | 'refused' }>) => void
  readonly reject: (error: FaultError) => void
}

interface Lane {
  readonly waiting: Asked[]
  underWay: number
}

/**
 * Opens blobs, many in one question where many are wanted of one peer at one time: results of small units come by
 * the hundred, and a round trip for each would cost more than the units.
 *
 * @returns a function that throws FaultError `blob-missing`, `not-trusted`, `unreachable`, `timed-out`, `malformed`
 */
export function createBlobOpener(transport: Transport, clock: Clock): OpenBlob {
  const lanes = new Map<PeerId, Lane>()

  const ask = async (peer: PeerId, lane: Lane, asked: readonly Asked[]) => {
    lane.underWay += 1
    const deadline = signalAfter(clock, OPEN_MS_MAX)
    try {
      const question = encodeCanonical({ cids: asked.map(({ cid }) => cid) })
      const reply = await transport.request(peer, OPEN, question, { signal: deadline.signal })
      const answer = decodeCanonical(reply, OpenAnswer, MESSAGE_BYTES_MAX)
      if (!answer.ok) throw new FaultError(answer.fault)
      if (answer.value.blobs.length !== asked.length || answer.value.blobs[0]?.kind === 'later') {
        refuse('malformed', 'an answer that does not fit its question')
      }
      for (const [i, blob] of answer.value.blobs.entries()) settle(lane, asked[i], blob)
    } catch (error) {
      const fault = faultOf(error, 'unreachable')
      for (const { reject } of asked) reject(new FaultError(fault))
    } finally {
      deadline.cancel()
      lane.underWay -= 1
      flush(peer, lane)
    }
  }
  const flush = (peer: PeerId, lane: Lane) => {
    while (lane.underWay < OPENS_MAX && lane.waiting.length > 0) {
      void ask(peer, lane, lane.waiting.splice(0, OPEN_CIDS_MAX))
    }
    if (lane.underWay === 0 && lane.waiting.length === 0 && lanes.get(peer) === lane) lanes.delete(peer)
  }

  return (peer, cid) =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(peer) ?? { waiting: [], underWay: 0 }
      lanes.set(peer, lane)
      lane.waiting.push({ cid, resolve, reject })
      // What is asked in the same turn goes in the same question.
      if (lane.waiting.length === 1) queueMicrotask(() => flush(peer, lane))
    })
}

function settle(lane: Lane, asked: Asked | undefined, blob: OpenedBlob): void {
  if (asked === undefined) return
  if (blob.kind === 'later') lane.waiting.unshift(asked)
  else if (blob.kind === 'refused') asked.reject(new FaultError(blob.fault))
  else asked.resolve(blob)
}
