import type { TurnClock } from '../../ports/clock.ts'
import type { Dice } from '../dice.ts'
import type { Schedule } from '../schedule.ts'
import type { Power } from './power.ts'

/** How long a turn of a program may take until the next one begins: with a flush of its journal, mostly. */
const TURN_MS: readonly [number, number] = [0, 4]

/** The clock of one run of a peer's program, on the schedule of its world. It stands still without power. */
export function createProcessClock(schedule: Schedule, dice: Dice, power: Power, skewMs: number): TurnClock {
  let turns: (() => void)[] = []

  function next(): void {
    const begun = turns
    turns = []
    for (const callback of begun) if (power.isOn) callback()
  }

  return {
    nowMs: () => schedule.nowMs() + skewMs,
    after: (delayMs, callback) =>
      schedule.after(delayMs, () => {
        if (power.isOn) callback()
      }),
    soon(callback) {
      turns.push(callback)
      if (turns.length === 1) schedule.after(dice.between(...TURN_MS), next)
    },
  }
}
