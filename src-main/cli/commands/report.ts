import type { Command } from 'commander'
import type { JobHelp, PersonReport, WorkReport } from '#contract'
import type { JobId } from '../../protocol/ids.ts'
import { THANKS_NOTE_LENGTH_MAX } from '../../protocol/thanks.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { textBetween } from '../options/arguments.ts'
import { jobId } from '../options/job-arguments.ts'
import type { Terminal } from '../output/terminal.ts'
import { durationText } from '../output/units-text.ts'

/** Commands on what people did for each other: `report`, `thank`. */
export function reportCommands(terminal: Terminal): Command[] {
  return [
    newCommand(
      'report',
      'show what this peer computed for others, and their thanks, since the report was put away last',
      'meshctl report --dismiss',
    )
      .option('--dismiss', 'put it away: next time it tells what came since')
      .action(async (options: CommonOptions & { dismiss?: boolean }) => {
        const report = await withPeer(options, async (calls) => {
          const told = await calls.report.get()
          if (options.dismiss === true) await calls.report.dismiss({ until_ms: told.until_ms })
          return told
        })
        print(terminal, options, report, () => reportText(report))
      }),
    newCommand(
      'thank',
      'thank everybody who helped with a job that is done, once',
      'meshctl thank render-k3vx8m2q --note "It looks great!"',
    )
      .argument('<id>', 'the job, or the first frame of an animation', jobId)
      .option(
        '--note <text>',
        `a line to them, from 1 to ${THANKS_NOTE_LENGTH_MAX} characters`,
        textBetween(1, THANKS_NOTE_LENGTH_MAX),
      )
      .action(async (job_id: JobId, options: CommonOptions & { note?: string }) => {
        const note = options.note === undefined ? {} : { note: options.note }
        const help = await withPeer(options, (calls) => calls.jobs.thank({ job_id, whole: true, ...note }))
        print(terminal, options, help, () => helpText(help))
      }),
  ]
}

/** The report in lines: one for each person, and one for each of their thanks. */
export function reportText({ people }: WorkReport): string {
  if (people.length === 0) return 'nothing new was computed for others\n'
  return people.map(personText).join('')
}

function personText({ name, work, cpu_ms, span, thanks, thanks_count }: PersonReport): string {
  const jobs = work.map(({ kind, jobs: count }) => `${kind}: ${count} ${count === 1 ? 'job' : 'jobs'}`)
  const until = span === undefined ? '' : `, the last at ${new Date(span.until_ms).toLocaleString()}`
  const worked =
    span === undefined ? [] : [`for ${name}: ${jobs.join(', ')}, ${durationText(cpu_ms)}${until}`]
  const thanked = thanks.map(
    ({ note, picture }) =>
      `thanks from ${name}${note === undefined ? '' : `: ${note}`}${picture === undefined ? '' : ' (with a picture)'}`,
  )
  const more = thanks_count - thanks.length
  const others = more > 0 ? [`and ${more} earlier thanks from ${name}`] : []
  return [...worked, ...thanked, ...others].map((line) => `${line}\n`).join('')
}

/** Who helped with a job, in lines. */
function helpText({ wall_ms, alone_ms, helpers }: JobHelp): string {
  const alone = alone_ms === undefined ? '' : `; alone about ${durationText(alone_ms)}`
  const lines = helpers.map(({ name, cpu_ms }) => `thanked ${name}, who gave ${durationText(cpu_ms)}`)
  return [`took ${durationText(wall_ms)}${alone}`, ...lines].map((line) => `${line}\n`).join('')
}
