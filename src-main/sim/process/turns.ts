import { threadCpuUsage } from 'node:process'
import type { DurableEvent, PeerEvent } from '../../peer/event.ts'
import { advance } from '../../peer/step.ts'
import type { Journal } from '../../ports/journal.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Brain } from '../../runtime/event-loop.ts'
import type { Dice } from '../dice.ts'
import type { CrashPoint } from '../scenario.ts'
import type { Power } from './power.ts'

/** Changes that a benchmark or a test makes to every process. */
export interface WorldOptions {
  /** Records between two snapshots; a benchmark of matching takes none. */
  readonly recordsPerSnapshot?: number
  /** Told how long, in real milliseconds, each event took its brain. */
  readonly thought?: (ms: number) => void
  /** A brain that is broken on purpose, to see that the audit reports it. */
  readonly brain?: Brain
}

/** The turns of a process's loop, seen through its brain and its journal. */
export interface Turns {
  readonly brain: Brain
  readonly journal: Journal
  /** The effects of a turn have been performed. */
  performed(): void
  /** Loses power at this point of the next turn that writes something. */
  crashAt(point: CrashPoint): void
}

/** Watches the turns of a process over this journal and brain. */
export function watchTurns({
  journal,
  brain,
  dice,
  power,
  turned,
}: {
  readonly journal: Journal
  readonly brain: Brain
  readonly dice: Dice
  readonly power: Power
  readonly turned: (events: readonly PeerEvent[], durable: readonly DurableEvent[]) => void
}): Turns {
  let events: PeerEvent[] = []
  let durable: DurableEvent[] = []
  let effects = 0
  let crashPoint: CrashPoint | undefined
  let isFailing = false

  function tell(): void {
    if (events.length === 0) return
    const [told, written] = [events, durable]
    ;[events, durable] = [[], []]
    turned(told, written)
  }

  function noPower(): never {
    power.fail()
    refuse('storage-failed', 'the power is gone')
  }

  return {
    brain(state, event) {
      const result = brain(state, event)
      events.push(event)
      durable.push(...result.durable)
      effects += result.effects.length
      return result
    },
    journal: {
      ...journal,
      append(records) {
        if (!power.isOn || crashPoint === 'before-flush') noPower()
        const sequence = journal.append(records)
        tell()
        if (crashPoint === 'after-flush') noPower()
        if (crashPoint === 'between-effects') {
          isFailing = true
          power.failAfter(dice.between(0, effects))
        }
        return sequence
      },
      saveSnapshot(snapshot) {
        if (power.isOn) journal.saveSnapshot(snapshot)
      },
    },
    performed() {
      effects = 0
      if (!power.isOn) return
      tell()
      if (isFailing) power.fail()
    },
    crashAt(point) {
      crashPoint = point
    },
  }
}

/** The brain of a process, with a watch of its time where that is asked for. */
export function watchedBrain({ thought, brain = advance }: WorldOptions): Brain {
  if (thought === undefined) return brain
  return (state, event) => {
    const before = threadCpuUsage()
    const result = brain(state, event)
    const { user, system } = threadCpuUsage(before)
    thought((user + system) / 1_000)
    return result
  }
}
