import type { Command } from 'commander'
import type { FolderRepaired } from '../../peer-folder.ts'
import { refuse } from '../../protocol/fault.ts'
import { dataFolder } from '../daemon/data-folder.ts'
import { newCommand, print, type CommonOptions } from '../daemon/peer-command.ts'
import type { Terminal } from '../output/terminal.ts'

interface RepairOptions extends CommonOptions {
  readonly keepAfter?: boolean
  readonly dropAfter?: boolean
  readonly beginAnew?: boolean
  readonly newIdentity?: boolean
}

/** The command `repair`: what to do with a data folder that does not open is its user's choice. */
export function repairCommand(terminal: Terminal): Command {
  return newCommand(
    'repair',
    'say why a data folder does not open, or make it open',
    'meshctl repair --keep-after',
  )
    .option('--keep-after', 'go on without the damaged records, with all that came after them')
    .option('--drop-after', 'go back to the moment before the first damaged record')
    .option('--begin-anew', 'keep the key, and forget all else: people, trust, blocks, jobs, files')
    .option('--new-identity', 'forget the key too: everybody has to pair with this peer again')
    .addHelpText(
      'after',
      '\nWithout one of these nothing is changed. With one, what is taken away is kept in the folder, in before-repair-…' +
        '\nThe peer must be stopped. MESHWORK_PASSPHRASE in the environment opens a sealed key.',
    )
    .action(async (options: RepairOptions) => {
      const given = {
        'keep-after': options.keepAfter,
        'drop-after': options.dropAfter,
        'begin-anew': options.beginAnew,
        'new-identity': options.newIdentity,
      } as const
      const choices = (Object.keys(given) as (keyof typeof given)[]).filter((name) => given[name] === true)
      const [choice, other] = choices
      if (other !== undefined) refuse('bad-input', `--${choice ?? ''} and --${other} exclude each other`)
      const folder = dataFolder(options.data)
      // Only this command and `start` need storage; the others would wait for it to load.
      const { checkDataFolder, repairDataFolder } = await import('../../peer-folder.ts')
      if (choice === undefined) {
        const passphrase = process.env['MESHWORK_PASSPHRASE']
        const notes = await checkDataFolder({ folder, ...(passphrase === undefined ? {} : { passphrase }) })
        print(terminal, options, { folder, repaired: false, notes }, () =>
          [wholeText(folder), ...notes.map((line) => `${line}\n`)].join(''),
        )
        return
      }
      const done = repairDataFolder(folder, choice)
      print(terminal, options, { folder, repaired: done !== undefined, ...done }, () =>
        done === undefined ? wholeText(folder) : doneText(folder, choice, done),
      )
    })
}

function wholeText(folder: string): string {
  return `${folder} opens; nothing is to be repaired\n`
}

function doneText(folder: string, choice: string, { kept, lost, backup }: FolderRepaired): string {
  const opens =
    choice === 'new-identity'
      ? `${folder} is empty: the next start makes a new key`
      : choice === 'begin-anew'
        ? `${folder} opens again, with its key and nothing else`
        : `${folder} opens again: ${kept} records after the damage kept, ${lost} given up`
  return `${opens}. As it was: ${backup}\n`
}
