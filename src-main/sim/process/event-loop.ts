import { threadCpuUsage } from 'node:process'
import { encodeEvent, encodeState } from '../../peer/codec.ts'
import type { DurableEvent, PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { Dice } from '../dice.ts'
import type { CrashPoint } from '../scenario.ts'
import type { Disk } from './disk.ts'
import type { WorldEffect } from './effects.ts'

/** A flush of the journal, with all events that wait meanwhile. */
const FLUSH_MS: readonly [number, number] = [0, 4]
/** Small, so that short runs restore from snapshots too. */
const RECORDS_PER_SNAPSHOT = 60

/** Changes that a benchmark or a test makes to every process. */
export interface WorldOptions {
  /** Records between two snapshots; a benchmark of matching takes none. */
  readonly recordsPerSnapshot?: number
  /** Told how long, in real milliseconds, each event took its brain. */
  readonly thought?: (ms: number) => void
  /** A brain that is broken on purpose, to see that the audit reports it. */
  readonly brain?: typeof advance
}

/** Turns events into records of the journal and effects, in the order of the runtime: inbox → journal → step → effects. */
export interface EventLoop {
  /** Puts an event in the inbox; `done` when it is in the journal and its effects are under way. */
  dispatch(event: PeerEvent, done?: () => void): void
  /** Loses power at this point of the next turn that writes something. */
  crashAt(point: CrashPoint): void
}

/** The event loop's surroundings. `after` does nothing once the process is gone. */
export interface EventLoopDependencies {
  readonly state: PeerState
  readonly disk: Disk
  readonly dice: Dice
  readonly options: WorldOptions
  readonly after: (delayMs: number, action: () => void) => void
  /** The events of a turn are in the journal, their effects not performed yet. */
  readonly turned: (events: readonly PeerEvent[], durable: readonly DurableEvent[]) => void
  readonly perform: (effect: WorldEffect) => void
  readonly die: () => void
}

/** Creates the event loop of one run of a peer's program. */
export function createEventLoop(dependencies: EventLoopDependencies): EventLoop {
  const { state, disk, dice, options, after, perform, die } = dependencies
  const { recordsPerSnapshot = RECORDS_PER_SNAPSHOT } = options
  let inbox: { event: PeerEvent; done: (() => void) | undefined }[] = []
  let crashPoint: CrashPoint | undefined
  let isTurnDue = false
  let sinceSnapshot = 0

  function turn(): void {
    isTurnDue = false
    const waiting = inbox
    inbox = []
    const durable: DurableEvent[] = []
    const effects: WorldEffect[] = []
    for (const { event } of waiting) {
      const result = think(state, event, options)
      durable.push(...result.durable)
      effects.push(...result.effects)
    }
    const point = durable.length > 0 ? crashPoint : undefined
    if (point === 'before-flush') return die()
    disk.records.push(...durable.map(encodeEvent))
    sinceSnapshot += durable.length
    dependencies.turned(
      waiting.map(({ event }) => event),
      durable,
    )
    if (point === 'after-flush') return die()
    const cut = point === 'between-effects' ? dice.between(0, effects.length) : effects.length
    for (const effect of effects.slice(0, cut)) perform(effect)
    if (point === 'between-effects') return die()
    if (sinceSnapshot >= recordsPerSnapshot) {
      disk.snapshot = { sequence: disk.records.length, bytes: encodeState(state) }
      sinceSnapshot = 0
    }
    for (const { done } of waiting) done?.()
  }

  return {
    dispatch(event, done) {
      inbox.push({ event, done })
      if (isTurnDue) return
      isTurnDue = true
      after(dice.between(...FLUSH_MS), turn)
    },
    crashAt(point) {
      crashPoint = point
    },
  }
}

/** Gives an event to the brain, and tells how long it took where that is asked for. */
function think(
  state: PeerState,
  event: PeerEvent,
  { thought, brain = advance }: WorldOptions,
): ReturnType<typeof advance> {
  if (thought === undefined) return brain(state, event)
  const before = threadCpuUsage()
  const result = brain(state, event)
  const { user, system } = threadCpuUsage(before)
  thought((user + system) / 1_000)
  return result
}
