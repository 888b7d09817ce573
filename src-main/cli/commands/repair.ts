import type { Command } from 'commander'
import { refuse } from '../../protocol/fault.ts'
import { dataFolder } from '../data-folder.ts'
import { newCommand, print, type CommonOptions } from '../peer-command.ts'
import type { Terminal } from '../terminal.ts'

interface RepairOptions extends CommonOptions {
  readonly keepAfter?: boolean
  readonly dropAfter?: boolean
  readonly beginAnew?: boolean
}

/** The command `repair`: what to do with a data folder that does not open is its user's choice. */
export function repairCommand(terminal: Terminal): Command {
  return newCommand('repair', 'say why a data folder does not open, or make it open', 'meshctl repair')
    .option('--keep-after', 'go on without the damaged records, with all that came after them')
    .option('--drop-after', 'go back to the moment before the first damaged record')
    .option('--begin-anew', 'keep the key, and forget all that the database had')
    .addHelpText('after', '\nThe database as it was is kept in the folder, in before-repair-…')
    .action(async (options: RepairOptions) => {
      const choices = (['keep-after', 'drop-after', 'begin-anew'] as const).filter(
        (_, i) => [options.keepAfter, options.dropAfter, options.beginAnew][i] === true,
      )
      const [choice, other] = choices
      if (other !== undefined) refuse('bad-input', `--${choice ?? ''} and --${other} exclude each other`)
      const folder = dataFolder(options.data)
      // Only this command and `start` need storage; the others would wait for it to load.
      const { repairDataFolder } = await import('../../assemble.ts')
      const done = repairDataFolder(folder, choice)
      const value = { folder, repaired: done !== undefined, ...done }
      print(terminal, options, value, () =>
        done === undefined
          ? `${folder} opens; nothing is to be repaired\n`
          : `${folder} opens again: ${done.kept} records after the damage kept, ${done.lost} given up. ` +
            `As it was: ${done.backup}\n`,
      )
    })
}
