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
      '\nA limit that you set binds units of every kind. Where you set none, modules have the default, and renders' +
      '\nthe memory that is shared and a day.',
  )
  command.option('--reset', 'first go back to the defaults')
  return withLimitOptions(command, undefined).action(
    async (options: CommonOptions & LimitOptions & { readonly reset?: true }) => {
      const limits = limitsGiven(options)
      const reset = options.reset ?? false
      const { lent, lent_set } = await withPeer(options, async (calls) => {
        if (reset || Object.keys(limits).length > 0) await calls.node.lend({ limits, reset })
        return calls.node.info()
      })
      print(terminal, options, lent, () => lentText(lent, lent_set))
    },
  )
}

/** Each limit, and whether it is a default, which binds modules alone. */
function lentText(lent: NodeInfo['lent'], set: NodeInfo['lent_set']): string {
  const mib = (bytes: number): string => `${Number((bytes / (1 << 20)).toFixed(2))} MiB`
  const written: Readonly<Record<keyof NodeInfo['lent'], readonly [name: string, value: string]>> = {
    fuel: ['fuel', `${fuelText(lent.fuel)} units`],
    memory_pages: ['memory', mib(lent.memory_pages * PAGE_BYTES)],
    wall_ms: ['time', durationText(lent.wall_ms)],
    input_bytes: ['input', mib(lent.input_bytes)],
    output_bytes: ['output', mib(lent.output_bytes)],
    log_bytes: ['log', mib(lent.log_bytes)],
    table_elements: ['tables', `${lent.table_elements} entries`],
  }
  return factsText(
    Object.entries(written).map(([limit, [name, value]]) => [
      name,
      limit in set ? value : `${value} (default, for modules)`,
    ]),
  )
}
