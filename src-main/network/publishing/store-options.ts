import { z } from 'zod'
import type { Domain } from '../../protocol/envelope.ts'
import { Bytes } from '../../protocol/bytes.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ENVELOPE_BYTES_MAX } from '../../protocol/limits.ts'
import type { Timestamp } from '../../protocol/time.ts'
import type { VectorClock } from '../../protocol/vector-clock.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Transport } from '../../ports/transport.ts'

/** Asks an author for the newest envelope of one path; the answer is empty when there is none. */
export const GET = 'meshwork/1/store/get'
/** Hands a fresh envelope to a neighbour that gossip does not reach yet. */
export const PUT = 'meshwork/1/store/put'
/** How long `GET` and `PUT` may take; the author publishes again within a heartbeat anyway. */
export const EXCHANGE_MS_MAX = 10_000
/** A question is a path. */
export const QUESTION_BYTES_MAX = 1_024
/** An envelope with the path it belongs to. */
export const PUSH_BYTES_MAX = ENVELOPE_BYTES_MAX + QUESTION_BYTES_MAX

/** The message of `GET`. */
export const Question = z.object({ path: z.string().max(200) })
/** The message of `PUT`. */
export const Push = z.object({ path: z.string().max(200), envelope: Bytes })

/** The paths of document 000 that the envelope's domains name: `compute/commitment` and so on. */
export type NetworkPath = Domain extends infer D
  ? D extends `meshwork/1/store/${infer P}`
    ? P
    : never
  : never

/** A store's values say when they were made, and mostly which states their author had seen by then. */
export type Published = z.ZodType<{ timestamp: Timestamp; vector_clock?: VectorClock }>

/** One store of document 000 ("Store Architecture"). */
export interface StoreOptions<S extends Published> {
  readonly networkPath: NetworkPath
  readonly schema: S
  /** Others' newest values are remembered over a restart, if the caller gave a memory. */
  readonly cacheable: boolean
  /** The longest that a change waits for others to travel with it, in ms. */
  readonly persistDebounce: number
  /** Which of this peer's readers may read this store; all of them when absent. Asked each time. */
  readonly audience?: (peer: PeerId) => boolean
}

/** Where cacheable stores remember others' newest envelopes. What comes back is verified like anything else. */
export interface EnvelopeMemory {
  load(key: string): Uint8Array | undefined
  save(key: string, envelope: Uint8Array): void
}

/** Dependencies of published stores. */
export interface PublishedStoresParts {
  readonly transport: Transport
  readonly identity: Identity
  readonly clock: Clock
  /** Which peers may read its states, and which it reads. Asked each time, so that lost trust counts at once. */
  readonly mayRead: (peer: PeerId) => boolean
  readonly memory?: EnvelopeMemory
}

/** The topic on which a peer publishes a path. */
export function topicOf(peer: PeerId, path: NetworkPath): string {
  return `meshwork/1/${peer}/${path}`
}

/** The domain of a path's envelopes. */
export function domainOf(path: NetworkPath): Domain {
  return `meshwork/1/store/${path}`
}

/** Told of everything that was refused. */
export type OnRefused = (fault: Fault) => void
