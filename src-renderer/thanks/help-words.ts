import { groupState, type JobHelp, type JobSummary } from '#contract'
import { tookWords, type Format, type Messages } from '#text'

/** People that are named; of a crowd the others are counted together. */
const NAMED_MAX = 4

/** Less processor time than this is told as a moment. */
const TOLD_MS_MIN = 1_000

/** Whether done jobs that are one thing for their user were made by other people's PCs too. */
export function isHelped(jobs: readonly JobSummary[]): boolean {
  if (groupState(jobs).kind !== 'done') return false
  return jobs.some(
    ({ made_by }) =>
      made_by !== undefined && (made_by.others > 0 || made_by.makers.some((maker) => !maker.is_self)),
  )
}

/** How long jobs of a kind took, and would have taken alone. */
export function tookSentence(help: JobHelp, kind: string, messages: Messages, format: Format): string {
  const sentence = tookWords(messages, kind)(
    help.jobs,
    format.number(help.jobs),
    format.duration(help.wall_ms),
  )
  const { took, tookAlone } = messages.thanks
  return help.alone_ms === undefined ? took(sentence) : tookAlone(sentence, format.roughly(help.alone_ms))
}

/** Who gave how much processor time; those who gave the most by name. */
export function helpersSentence({ helpers }: JobHelp, { thanks: text }: Messages, format: Format): string {
  const named = helpers.length > NAMED_MAX ? helpers.slice(0, NAMED_MAX - 1) : helpers
  const others = helpers.slice(named.length)
  const items = named.map(({ name, cpu_ms }) =>
    cpu_ms < TOLD_MS_MIN ? text.gaveMoment(name) : text.gave(name, format.duration(cpu_ms)),
  )
  if (others.length > 0) {
    const cpuMs = others.reduce((sum, { cpu_ms }) => sum + cpu_ms, 0)
    items.push(text.others(others.length, format.number(others.length), format.duration(cpuMs)))
  }
  return text.helpers(format.list(items))
}
