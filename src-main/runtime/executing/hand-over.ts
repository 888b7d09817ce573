import type { TurnClock } from '../../ports/clock.ts'
import type { Runner, RunListener, RunOutcome, RunTask } from '../../ports/runner.ts'

/** Runs one task, together with others that are ready at the same moment. */
export type HandOver = (task: RunTask) => Promise<RunOutcome>

/** A hand-over to a runner: tasks that become ready within one turn of the event loop travel together. */
export function createHandOver(
  runner: Runner,
  clock: Pick<TurnClock, 'soon'>,
  listener: Omit<RunListener, 'finished'>,
): HandOver {
  let ready = new Map<RunTask, (outcome: RunOutcome) => void>()

  function flush(): void {
    const tasks = ready
    ready = new Map()
    void runner.run([...tasks.keys()], {
      ...listener,
      finished: (task, outcome) => tasks.get(task)?.(outcome),
    })
  }

  return (task) =>
    new Promise((resolve) => {
      if (ready.size === 0) clock.soon(flush)
      ready.set(task, resolve)
    })
}
