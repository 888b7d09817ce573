import type { Effect } from '../peer/effect.ts'
import { isDurable, type PeerEvent } from '../peer/event.ts'
import type { Notice } from '../peer/notice.ts'
import type { PeerState } from '../peer/state.ts'
import { advance } from '../peer/step.ts'
import type { TurnClock } from '../ports/clock.ts'
import type { Journal, NewRecord } from '../ports/journal.ts'
import { failure, FaultError, type Fault } from '../protocol/fault.ts'
import { recordOf } from './journal-record.ts'
import { createJournalWriter, isDiskFull } from './journal-writer.ts'

/** Events that may wait; more means that something floods this peer faster than its disk can follow. */
const INBOX_MAX = 100_000
/** The longest wait for a flush that is to be shared with later events. */
const GATHER_MS_MAX = 10

/** How often a loop whose disk is full looks whether there is room again. */
const ROOM_LOOK_MS = 1_000
/** Events that repeat by themselves soon: while the disk is full they are dropped, not queued. */
const REPEATED: ReadonlySet<PeerEvent['kind']> = new Set<PeerEvent['kind']>([
  'tick',
  'commitment',
  'allocation',
  'round',
  'allocate',
  'machine-sampled',
])

/** An effect in the world; recorded decisions never leave the loop. */
export type WorldEffect = Exclude<Effect, { kind: 'record' }>

/** Decides what follows from an event, and changes the state by it (`advance`). */
export type Brain = typeof advance

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

/** The ports and functions that the loop uses. */
export interface EventLoopDependencies {
  readonly clock: TurnClock
  readonly journal: Journal
  readonly state: PeerState
  /** The number of the journal's last record. */
  readonly sequence: number
  /** Decides; `advance` when absent. */
  readonly brain?: Brain | undefined
  /** Records between two snapshots; as many as a restart replays quickly when absent. */
  readonly recordsPerSnapshot?: number | undefined
  /** Performs effects; only ever called with those whose events are in the journal. */
  readonly perform: (effects: readonly WorldEffect[]) => void
  /** Told after every turn, once its effects are under way: its news, which may be none. */
  readonly observe: (notices: readonly Notice[]) => void
  /** Told when the disk is full, and when there is room again; nothing is performed in between. */
  readonly stalled?: (by: Fault | undefined) => void
  /** The journal failed or the state broke a promise: the peer must not go on. */
  readonly fatal: (error: unknown) => void
}

interface Waiting {
  readonly event: PeerEvent
  /** Its record, made and read before anything changes by it; absent for volatile events. */
  readonly record: NewRecord | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Events that were stepped together, until they are in the journal. */
interface Turn {
  readonly waiting: readonly Waiting[]
  /** The journal's form of its durable events. */
  readonly records: readonly NewRecord[]
  readonly effects: readonly WorldEffect[]
  readonly notices: readonly Notice[]
}

/**
 * Inbox → journal → step → effects. All events that are waiting share one turn, and so one flush of the journal:
 * the busier a peer is, the less an event costs. After a flush the loop gathers events for as long as that took, so that
 * a slow disk has at most half of its time; an event that comes alone waits for nothing. While the disk is full the loop
 * holds what it could not write, and performs nothing of it: it goes on, with nothing lost, when there is room.
 */
export function createEventLoop(dependencies: EventLoopDependencies): EventLoop {
  const { clock, state, brain = advance } = dependencies
  const writer = createJournalWriter(dependencies)
  const timer = createTurnTimer(clock, turn)
  let inbox: Waiting[] = []
  let stopped: FaultError | undefined
  let defect: FaultError | undefined
  let held: { readonly turn: Turn; readonly by: Fault } | undefined

  function turn(): void {
    if (held !== undefined || inbox.length === 0) return
    const waiting = inbox
    inbox = []
    attempt(waiting, () => settle(stepAll(brain, state, waiting)))
  }

  /** Anything thrown but a full disk ends the loop: the state may be half changed. */
  function attempt(waiting: readonly Waiting[], work: () => void): void {
    try {
      work()
    } catch (error) {
      fail(waiting, error)
    }
  }

  /** Writes a turn down, and then performs it; holds it when there is no room. */
  function settle(turnMade: Turn): void {
    const { waiting, records, effects, notices } = turnMade
    try {
      if (records.length > 0) timer.gatherFor(writer.append(records))
    } catch (error) {
      if (!isDiskFull(error)) throw error
      hold(turnMade, error.fault)
      return
    }
    if (held !== undefined) {
      held = undefined
      dependencies.stalled?.(undefined)
    }
    dependencies.perform(effects)
    dependencies.observe(notices)
    writer.tidy()
    for (const { resolve } of waiting) resolve()
    if (inbox.length > 0) timer.schedule()
  }

  function hold(turnMade: Turn, by: Fault): void {
    const isNew = held === undefined
    held = { turn: turnMade, by }
    if (isNew) dependencies.stalled?.(by)
    if (stopped === undefined) clock.after(ROOM_LOOK_MS, lookForRoom)
  }

  function lookForRoom(): void {
    const waitingTurn = held?.turn
    if (waitingTurn !== undefined) attempt(waitingTurn.waiting, () => settle(waitingTurn))
  }

  function fail(waiting: readonly Waiting[], error: unknown): void {
    defect = stoppedByDefect(error)
    stopped = defect
    for (const { reject } of waiting) reject(error)
    dependencies.fatal(error)
  }

  return {
    state,
    dispatch(event) {
      if (stopped !== undefined) return Promise.reject(stopped)
      if (held !== undefined && REPEATED.has(event.kind)) return Promise.resolve()
      if (inbox.length >= INBOX_MAX) return Promise.reject(inboxFull())
      return new Promise((resolve, reject) => {
        // Throws, and so rejects, for an event that could not be read back.
        const record = isDurable(event) ? recordOf(event) : undefined
        inbox.push({ event, record, resolve, reject })
        timer.schedule()
      })
    },
    condition: () => ({ stopped: defect?.message, waiting: inbox.length }),
    stalledBy: () => held?.by,
    stop() {
      if (stopped !== undefined) return
      // From here on nothing new is taken, not even events that the last effects bring; waiting ones are finished now.
      stopped = new FaultError({ kind: 'cancelled', message: 'the peer has stopped' })
      lookForRoom()
      turn()
      // No sender was told that any of this had happened.
      for (const { reject } of [...(held?.turn.waiting ?? []), ...inbox]) reject(stopped)
      if (held === undefined && defect === undefined) writer.snapshotIfChanged()
    },
  }
}

/** Steps events in order. @returns the turn, of which nothing is journaled yet */
function stepAll(brain: Brain, state: PeerState, waiting: readonly Waiting[]): Turn {
  const records: NewRecord[] = []
  const effects: WorldEffect[] = []
  const notices: Notice[] = []
  for (const { event, record } of waiting) {
    const result = brain(state, event)
    for (const decided of result.durable) {
      records.push(decided === event && record !== undefined ? record : recordOf(decided))
    }
    effects.push(...result.effects)
    for (const notice of result.notices) notices.push(notice)
  }
  return { waiting, records, effects, notices }
}

function stoppedByDefect(error: unknown): FaultError {
  const why = error instanceof Error ? error.message : String(error)
  return new FaultError(failure('cancelled', `the peer has stopped by a defect: ${why}`).fault, error)
}

function inboxFull(): FaultError {
  return new FaultError({ kind: 'too-busy', message: 'the inbox is full' })
}

/** Decides when the next turn begins: at once, or after a flush when events were gathered for as long as it took. */
function createTurnTimer(clock: EventLoopDependencies['clock'], turn: () => void) {
  let isScheduled = false
  let gatherUntilMs = 0

  function begin(): void {
    isScheduled = false
    turn()
  }

  return {
    schedule(): void {
      if (isScheduled) return
      isScheduled = true
      // Bounded, in case the clock is set back meanwhile.
      const waitMs = Math.min(GATHER_MS_MAX, gatherUntilMs - clock.nowMs())
      if (waitMs > 0) clock.after(waitMs, begin)
      else clock.soon(begin)
    },
    /** Gathers events from now on for as long as a flush took. */
    gatherFor(flushMs: number): void {
      gatherUntilMs = clock.nowMs() + Math.min(GATHER_MS_MAX, Math.max(0, flushMs))
    },
  }
}
