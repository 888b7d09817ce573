import type { Command } from 'commander'
import type { SharingInfo } from '#contract'
import { numberBetween } from '../options/arguments.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { factsText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { bytesText } from '../output/units-text.ts'

const MINUTES_MAX = 24 * 60

/** Commands on when this PC works for others: `sharing`, `pause`, `resume`. */
export function sharingCommands(terminal: Terminal): Command[] {
  return [
    newCommand('sharing', 'show whether this peer works for others, and why not', 'meshctl sharing').action(
      async (options: CommonOptions) => {
        const info = await withPeer(options, (calls) => calls.sharing.get())
        print(terminal, options, info, () => sharingText(info))
      },
    ),
    newCommand('pause', 'stop working for others; own jobs go on', 'meshctl pause --minutes 60')
      .option(
        '--minutes <count>',
        'for so many minutes, up to a day (default: until `meshctl resume`)',
        numberBetween(1, MINUTES_MAX),
      )
      .option('--finish-first', 'finish what runs for others instead of handing it back')
      .action(async (options: CommonOptions & { minutes?: number; finishFirst?: boolean }) => {
        const { minutes, finishFirst = false } = options
        const until = minutes === undefined ? {} : { minutes }
        const info = await withPeer(options, async (calls) => {
          await calls.sharing.pause({ finish_first: finishFirst, ...until })
          return calls.sharing.get()
        })
        print(terminal, options, info.now, () => `${nowText(info.now)}\n`)
      }),
    newCommand('resume', 'work for others again', 'meshctl resume').action(async (options: CommonOptions) => {
      const info = await withPeer(options, async (calls) => {
        await calls.sharing.resume()
        return calls.sharing.get()
      })
      print(terminal, options, info.now, () => `${nowText(info.now)}\n`)
    }),
  ]
}

function sharingText({ now, limits, readings, meters }: SharingInfo): string {
  const reading = ({ rule, state, value }: SharingInfo['readings'][number]): string =>
    `${rule} ${state}${value === undefined ? '' : ` (${value})`}`
  return factsText([
    ['now', nowText(now)],
    [
      'processor',
      `${limits.cpu_percent} % of the lent cores' time; units use ${meters.cpu_percent_units} % of all`,
    ],
    ['memory', bytesText(meters.ram_bytes)],
    ['disk', `${bytesText(meters.disk_bytes)} of ${bytesText(meters.disk_bytes_max)}`],
    ['up, down', `${bytesText(meters.upload_bytes_per_s)}/s, ${bytesText(meters.download_bytes_per_s)}/s`],
    ['rules', readings.map(reading).join(', ')],
  ])
}

function nowText(now: SharingInfo['now']): string {
  switch (now.kind) {
    case 'sharing':
      return now.until_ms === undefined ? 'sharing' : `sharing until ${timeText(now.until_ms)}`
    case 'measuring':
      return 'measuring this machine'
    case 'off':
      return 'sharing nothing'
    case 'outside-hours':
      return now.next_ms === undefined
        ? 'outside the hours of sharing'
        : `outside the hours of sharing, which begin again ${timeText(now.next_ms)}`
    case 'paused-by-user':
      return now.until_ms === undefined
        ? 'paused until `meshctl resume`'
        : `paused until ${timeText(now.until_ms)}`
    case 'paused-by-rule':
      return `paused by the rule ${now.rule} since ${timeText(now.since_ms)}`
    case 'disk-full':
      return `paused, the disk is full, since ${timeText(now.since_ms)}; it goes on when there is room`
    case 'finishing':
      return 'finishing what runs for others, then paused'
  }
}

/** By this terminal's own clock. */
function timeText(ms: number): string {
  return new Date(ms).toLocaleString()
}
