import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, faultOf, refuse } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { OPEN, OpenAnswer, type OpenedBlob } from './blob-wire.ts'
import { OPEN_CIDS_MAX, OPEN_MS_MAX, OPENS_MAX, SWARM_BYTES_MIN } from '../limits.ts'
import { signalAfter } from '../signal-fault.ts'

/** The request: small content at once, or only the smallest, and the layout of all else. */
type Wanted = 'content' | 'layout'

/** Opens a blob at a peer: its content when small, else its layout. */
export type OpenBlob = (
  peer: PeerId,
  cid: Cid,
  wanted: Wanted,
) => Promise<Exclude<OpenedBlob, { kind: 'later' | 'refused' }>>

interface Asked {
  readonly cid: Cid
  readonly resolve: (blob: Exclude<OpenedBlob, { kind: 'later' | 'refused' }>) => void
  readonly reject: (error: FaultError) => void
}

interface Lane {
  readonly peer: PeerId
  readonly wanted: Wanted
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
  const lanes = new Map<string, Lane>()

  const ask = async (key: string, lane: Lane, asked: readonly Asked[]) => {
    lane.underWay += 1
    const deadline = signalAfter(clock, OPEN_MS_MAX)
    try {
      const question = encodeCanonical({
        cids: asked.map(({ cid }) => cid),
        ...(lane.wanted === 'layout' ? { piece_from: SWARM_BYTES_MIN } : {}),
      })
      const reply = await transport.request(lane.peer, OPEN, question, { signal: deadline.signal })
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
      flush(key, lane)
    }
  }
  const flush = (key: string, lane: Lane) => {
    while (lane.underWay < OPENS_MAX && lane.waiting.length > 0) {
      void ask(key, lane, lane.waiting.splice(0, OPEN_CIDS_MAX))
    }
    if (lane.underWay === 0 && lane.waiting.length === 0 && lanes.get(key) === lane) lanes.delete(key)
  }

  return (peer, cid, wanted) =>
    new Promise((resolve, reject) => {
      const key = `${wanted} ${peer}`
      const lane = lanes.get(key) ?? { peer, wanted, waiting: [], underWay: 0 }
      lanes.set(key, lane)
      lane.waiting.push({ cid, resolve, reject })
      // Blobs that are asked for in the same turn share one request.
      if (lane.waiting.length === 1) queueMicrotask(() => flush(key, lane))
    })
}

function settle(lane: Lane, asked: Asked | undefined, blob: OpenedBlob): void {
  if (asked === undefined) return
  if (blob.kind === 'later') lane.waiting.unshift(asked)
  else if (blob.kind === 'refused') asked.reject(new FaultError(blob.fault))
  else asked.resolve(blob)
}
