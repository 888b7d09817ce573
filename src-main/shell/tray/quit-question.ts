import type { Format, Messages } from '#text'
import { runningJobs, type DesktopState } from './desktop-state.ts'

/** The question before quitting. */
export interface QuitQuestion {
  readonly title: string
  /** The consequences for running work, a sentence or two each. */
  readonly detail: string
}

/** The question before quitting, or undefined when nothing is going on and there is nothing to ask. */
export function quitQuestion(
  { tray: { quitDialog } }: Messages,
  format: Format,
  state: DesktopState,
): QuitQuestion | undefined {
  const own = state.unitsHere.filter((unit) => unit.is_own).length
  const others = state.unitsHere.length - own
  const jobs = runningJobs(state)
  const sentences = [
    ...(others > 0 ? [quitDialog.others(others, format.number(others))] : []),
    ...(own > 0 ? [quitDialog.own(own, format.number(own))] : []),
    ...(jobs > 0 ? [quitDialog.jobs(jobs, format.number(jobs))] : []),
  ]
  return sentences.length === 0 ? undefined : { title: quitDialog.title, detail: sentences.join('\n') }
}
