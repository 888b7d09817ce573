import type { Command } from 'commander'
import type { NodeInfo } from '#contract'
import { PAGE_BYTES } from '../../protocol/unit-limits.ts'
import { limitsGiven, withLimitOptions, type LimitOptions } from '../options/limit-options.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { factsText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { durationText, fuelText } from '../output/units-text.ts'

/** The command `limits`. */
export function limitsCommand(terminal: Terminal): Command {
  const command = newCommand(
    'limits',
    'show or set what one unit may use here at most',
    'meshctl limits --fuel 3e13 --memory-mb 1024 --timeout 30m',
  ).addHelpText(
    'after',
    '\nWhat is not named stays. A job that asks for more is not run here, and its limits are not lowered.' +
      '\nThe limits that you change bind renders too; the defaults bind modules only.',
  )
  return withLimitOptions(command, undefined).action(async (options: CommonOptions & LimitOptions) => {
    const limits = limitsGiven(options)
    const lent = await withPeer(options, async (calls) =>
      Object.keys(limits).length === 0 ? (await calls.node.info()).lent : calls.node.lend({ limits }),
    )
    print(terminal, options, lent, () => lentText(lent))
  })
}

function lentText(lent: NodeInfo['lent']): string {
  const mib = (bytes: number): string => `${Number((bytes / (1 << 20)).toFixed(2))} MiB`
  return factsText([
    ['fuel', `${fuelText(lent.fuel)} units`],
    ['memory', mib(lent.memory_pages * PAGE_BYTES)],
    ['time', durationText(lent.wall_ms)],
    ['input', mib(lent.input_bytes)],
    ['output', mib(lent.output_bytes)],
    ['log', mib(lent.log_bytes)],
    ['tables', `${lent.table_elements} entries`],
  ])
}
