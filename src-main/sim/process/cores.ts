import type { AwardedUnit } from '../../protocol/messages.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { HoldingWork, UnitTask } from './holding-work.ts'

/** The cores of one machine and the queue before them. */
export interface Cores {
  /** Queues the wanted ones of these units. */
  enqueue(work: HoldingWork, manifest: JobManifest, units: readonly AwardedUnit[]): void
  /** Ends the tasks of units that are not wanted any longer. */
  abortUnwanted(work: HoldingWork): void
}

/** The cores' surroundings. `after` and the callbacks do nothing once the process is gone. */
export interface CoresDependencies {
  readonly count: number
  readonly nowMs: () => number
  readonly after: (delayMs: number, action: () => void) => void
  /** A unit begins, on one of so many cores that are busy now. */
  readonly starting: (task: UnitTask, running: number) => void
  readonly durationMs: (manifest: JobManifest, unit: number) => number
  readonly ended: (task: UnitTask) => void
}

/** Creates the cores of one run of a peer's program; all are free. */
export function createCores({ count, nowMs, after, starting, durationMs, ended }: CoresDependencies): Cores {
  let queue: UnitTask[] = []
  const running = new Set<UnitTask>()

  function fill(): void {
    while (running.size < count) {
      const task = queue.shift()
      if (task === undefined) return
      if (!task.work.wanted.has(task.unit)) continue
      running.add(task)
      task.startedAtMs = nowMs()
      starting(task, running.size)
      after(durationMs(task.manifest, task.unit), () => {
        if (task.cancelled) return
        running.delete(task)
        ended(task)
        fill()
      })
    }
  }

  /** Not at once: other effects of the same turn may stop a unit that would start now. */
  function fillSoon(): void {
    after(0, fill)
  }

  return {
    enqueue(work, manifest, units) {
      for (const { unit_index: unit } of units) {
        if (work.wanted.has(unit)) queue.push({ work, manifest, unit, startedAtMs: 0, cancelled: false })
      }
      fillSoon()
    },
    abortUnwanted(work) {
      const isUnwanted = (task: UnitTask): boolean => task.work === work && !work.wanted.has(task.unit)
      queue = queue.filter((task) => !isUnwanted(task))
      for (const task of running) {
        if (!isUnwanted(task)) continue
        task.cancelled = true
        running.delete(task)
      }
      fillSoon()
    },
  }
}
