import { encodeEvent } from '../peer/codec.ts'
import type { Effect } from '../peer/effect.ts'
import { isDurable, type DurableEvent, type PeerEvent } from '../peer/event.ts'
import type { PeerState } from '../peer/state.ts'
import { encodeStateParts } from '../peer/state-parts.ts'
import { advance } from '../peer/step.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import { failure, FaultError, type Fault } from '../protocol/fault.ts'

/** A snapshot is saved after this many records: a restart then replays well under a second of them … */
const RECORDS_PER_SNAPSHOT = 4_000
/** … or after so many bytes of them, or as many as the last snapshot had: the disk then holds a small multiple of the state. */
const BYTES_PER_SNAPSHOT = 16 << 20
/** Events that may wait; more means that something floods this peer faster than its disk can follow. */
const INBOX_MAX = 100_000
/** Nobody waits longer than this for a flush to begin that is to be shared with later events. */
const GATHER_MS_MAX = 10

/** How often a loop whose disk is full looks whether there is room again. */
const ROOM_LOOK_MS = 1_000
/** What is said again by itself soon: while the disk is full none of it is kept waiting. */
const REPEATED: ReadonlySet<PeerEvent['kind']> = new Set<PeerEvent['kind']>([
  'tick',
  'commitment',
  'allocation',
  'allocate',
  'machine-sampled',
])

/** An effect in the world; recorded decisions never leave the loop. */
export type WorldEffect = Exclude<Effect, { kind: 'record' }>

/** The one writer of a peer's state. */
export interface EventLoop {
  readonly state: PeerState
  /**
   * Hands an event over. Resolves when it, and every decision that followed from it, is in the journal and its
   * effects are under way. Rejects when the loop has stopped or the journal cannot be written, and for an event that
   * the journal could not give back: that one alone, before anything has changed by it.
   */
  dispatch(event: PeerEvent): Promise<void>
  /** How it goes: why it has stopped, if it has by a defect, and how many events wait. */
  condition(): { readonly stopped: string | undefined; readonly waiting: number }
  /** Why nothing is journaled at this moment, if nothing is: the disk is full. What was handed over waits for room. */
  stalledBy(): Fault | undefined
  /** Takes no more, finishes the events at hand, and saves a snapshot. */
  stop(): void
}

/** What the loop is made of. */
export interface EventLoopParts {
  readonly clock: Pick<Clock, 'nowMs' | 'after'>
  readonly journal: Journal
  readonly state: PeerState
  /** The number of the journal's last record. */
  readonly sequence: number
  /** Performs effects; only ever called with those whose events are in the journal. */
  readonly perform: (effects: readonly WorldEffect[]) => void
  /** Told after every turn: what happened, for those who show it. */
  readonly observe: (events: readonly PeerEvent[]) => void
  /** Told when the disk is full, and when there is room again; nothing is performed in between. */
  readonly stalled?: (by: Fault | undefined) => void
  /** The journal failed or the state broke a promise: the peer must not go on. */
  readonly fatal: (error: unknown) => void
}

interface Waiting {
  readonly event: PeerEvent
  /** Its record, made and read before anything changes by it; absent for what is not remembered. */
  readonly record: Uint8Array | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Events that were stepped together, until they are in the journal. */
interface Turn {
  readonly waiting: readonly Waiting[]
  readonly durable: readonly DurableEvent[]
  /** The journal's form of them. */
  readonly records: readonly Uint8Array[]
  readonly effects: readonly WorldEffect[]
}

/**
 * Inbox → journal → step → effects. All events that are waiting share one turn, and so one flush of the journal:
 * the busier a peer is, the less an event costs. After a flush the loop gathers events for as long as that took, so that
 * a slow disk has at most half of its time; an event that comes alone waits for nothing. While the disk is full the loop
 * holds what it could not write, and performs nothing of it: it goes on, with nothing lost, when there is room.
 */
export function createEventLoop(parts: EventLoopParts): EventLoop {
  const { clock, journal, state } = parts
  let inbox: Waiting[] = []
  let scheduled = false
  let stopped: Error | undefined
  let sequence = parts.sequence
  let recordsSince = 0
  let bytesSince = 0
  let snapshotBytes = 0
  let failed = false
  let held: { readonly turn: Turn; readonly by: Fault } | undefined
  /** Until when events are gathered. */
  let gatherUntilMs = 0

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // However far the clock is set back meanwhile.
    const waitMs = Math.min(GATHER_MS_MAX, gatherUntilMs - clock.nowMs())
    if (waitMs > 0) clock.after(waitMs, turn)
    else setImmediate(turn)
  }

  function turn(): void {
    scheduled = false
    if (held !== undefined || inbox.length === 0) return
    const waiting = inbox
    inbox = []
    try {
      const durable: DurableEvent[] = []
      const records: Uint8Array[] = []
      const effects: WorldEffect[] = []
      for (const { event, record } of waiting) {
        const result = advance(state, event)
        for (const decided of result.durable) {
          durable.push(decided)
          records.push(decided === event && record !== undefined ? record : encodeEvent(decided))
        }
        effects.push(...result.effects)
      }
      settle({ waiting, durable, records, effects })
    } catch (error) {
      fail(waiting, error)
    }
  }

  /** Writes a turn down, and then performs it; holds it when there is no room. */
  function settle(turnMade: Turn): void {
    const { waiting, durable, records, effects } = turnMade
    try {
      if (records.length > 0) append(records)
    } catch (error) {
      if (!isDiskFull(error)) throw error
      hold(turnMade, error.fault)
      return
    }
    release()
    parts.perform(effects)
    parts.observe([...waiting.map(({ event }) => event).filter((event) => !isDurable(event)), ...durable])
    if (isSnapshotDue()) snapshot()
    for (const { resolve } of waiting) resolve()
    if (inbox.length > 0) schedule()
  }

  function hold(turnMade: Turn, by: Fault): void {
    const isNew = held === undefined
    held = { turn: turnMade, by }
    if (isNew) parts.stalled?.(by)
    if (stopped === undefined) clock.after(ROOM_LOOK_MS, lookForRoom)
  }

  function release(): void {
    if (held === undefined) return
    held = undefined
    parts.stalled?.(undefined)
  }

  function lookForRoom(): void {
    if (held === undefined) return
    const { waiting } = held.turn
    try {
      settle(held.turn)
    } catch (error) {
      fail(waiting, error)
    }
  }

  function fail(waiting: readonly Waiting[], error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    stopped = new FaultError(failure('cancelled', `the peer has stopped by a defect: ${why}`).fault, error)
    failed = true
    for (const { reject } of waiting) reject(error)
    parts.fatal(error)
  }

  function append(records: readonly Uint8Array[]): void {
    const begunMs = clock.nowMs()
    sequence = journal.append(records)
    recordsSince += records.length
    for (const { byteLength } of records) bytesSince += byteLength
    const endedMs = clock.nowMs()
    gatherUntilMs = endedMs + Math.min(GATHER_MS_MAX, Math.max(0, endedMs - begunMs))
  }

  function isSnapshotDue(): boolean {
    return recordsSince >= RECORDS_PER_SNAPSHOT || bytesSince >= Math.max(BYTES_PER_SNAPSHOT, snapshotBytes)
  }

  /** One that the disk has no room for is tried again later: the records that it would replace are all there. */
  function snapshot(): void {
    const before = snapshotBytes
    snapshotBytes = 0
    try {
      journal.saveSnapshot({ sequence, parts: counted() })
      recordsSince = 0
    } catch (error) {
      if (!isDiskFull(error)) throw error
      snapshotBytes = before
      recordsSince = Math.floor(RECORDS_PER_SNAPSHOT / 2)
    }
    bytesSince = 0
  }

  function* counted(): Generator<Uint8Array, void, void> {
    for (const part of encodeStateParts(state)) {
      snapshotBytes += part.byteLength
      yield part
    }
  }

  return {
    state,
    dispatch(event) {
      if (stopped !== undefined) return Promise.reject(stopped)
      if (held !== undefined && REPEATED.has(event.kind)) return Promise.resolve()
      if (inbox.length >= INBOX_MAX)
        return Promise.reject(new FaultError({ kind: 'too-busy', message: 'the inbox is full' }))
      return new Promise((resolve, reject) => {
        // Throws, and so rejects, for what could not be read back.
        const record = isDurable(event) ? encodeEvent(event) : undefined
        inbox.push({ event, record, resolve, reject })
        schedule()
      })
    },
    condition: () => ({ stopped: failed ? stopped?.message : undefined, waiting: inbox.length }),
    stalledBy: () => held?.by,
    stop() {
      if (stopped !== undefined) return
      // From here on nothing new is taken, not even what the last effects bring; what waits is finished now.
      stopped = new FaultError({ kind: 'cancelled', message: 'the peer has stopped' })
      lookForRoom()
      turn()
      // Nobody was told that any of this had happened.
      for (const { reject } of [...(held?.turn.waiting ?? []), ...inbox]) reject(stopped)
      if (held === undefined && recordsSince > 0 && !failed) snapshot()
    },
  }
}

function isDiskFull(error: unknown): error is FaultError {
  return error instanceof FaultError && error.fault.kind === 'disk-full'
}
