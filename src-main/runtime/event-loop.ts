import { encodeEvent } from '../peer/codec.ts'
import type { Effect } from '../peer/effect.ts'
import { isDurable, type DurableEvent, type PeerEvent } from '../peer/event.ts'
import type { PeerState } from '../peer/state.ts'
import { encodeStateParts } from '../peer/state-parts.ts'
import { advance } from '../peer/step.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import { failure, FaultError } from '../protocol/fault.ts'

/** A snapshot is saved after this many records: a restart then replays well under a second of them … */
const RECORDS_PER_SNAPSHOT = 4_000
/** … or after so many bytes of them, or as many as the last snapshot had: the disk then holds a small multiple of the state. */
const BYTES_PER_SNAPSHOT = 16 << 20
/** Events that may wait; more means that something floods this peer faster than its disk can follow. */
const INBOX_MAX = 100_000
/** Nobody waits longer than this for a flush to begin that is to be shared with later events. */
const GATHER_MS_MAX = 10

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

/**
 * Inbox → journal → step → effects. All events that are waiting share one turn, and so one flush of the journal:
 * the busier a peer is, the less an event costs. After a flush the loop gathers events for as long as that took, so that
 * a slow disk has at most half of its time; an event that comes alone waits for nothing.
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
    if (inbox.length === 0) return
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
      if (records.length > 0) append(records)
      parts.perform(effects)
      parts.observe([...waiting.map(({ event }) => event).filter((event) => !isDurable(event)), ...durable])
      if (isSnapshotDue()) snapshot()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      stopped = new FaultError(failure('cancelled', `the peer has stopped by a defect: ${why}`).fault, error)
      failed = true
      for (const { reject } of waiting) reject(error)
      parts.fatal(error)
      return
    }
    for (const { resolve } of waiting) resolve()
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

  function snapshot(): void {
    snapshotBytes = 0
    journal.saveSnapshot({ sequence, parts: counted() })
    recordsSince = 0
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
    stop() {
      if (stopped !== undefined) return
      // From here on nothing new is taken, not even what the last effects bring; what waits is finished now.
      stopped = new FaultError({ kind: 'cancelled', message: 'the peer has stopped' })
      turn()
      if (recordsSince > 0 && !failed) snapshot()
    },
  }
}
