import { Command } from 'commander'
import { connectFolder, useClient, type ApiCalls } from '../../api/transport/client.ts'
import { printableJson } from '../../protocol/printable-text.ts'
import { dataFolder } from './data-folder.ts'
import type { Terminal } from '../output/terminal.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly data?: string
  readonly json?: boolean
}

/** A command with the options that every command has, and its example in the help. */
export function newCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .option('--data <dir>', 'data folder of the peer (default: the platform’s own)')
    .option('--json', 'print one JSON value')
    .addHelpText('after', `\nExample:\n  $ ${example}`)
}

/** Runs something with the peer that is running on the data folder, and disconnects; at once when the signal says so. See `useClient`. */
export async function withPeer<T>(
  options: CommonOptions,
  use: (calls: ApiCalls) => Promise<T>,
  signal?: AbortSignal,
  left?: () => string | undefined,
): Promise<T> {
  return useClient(await connectFolder(dataFolder(options.data)), use, signal, left)
}

/** Prints a result: as JSON when asked to, else as text. */
export function print(terminal: Terminal, { json }: CommonOptions, value: unknown, text: () => string): void {
  terminal.out(json === true ? `${printableJson(value)}\n` : text())
}
