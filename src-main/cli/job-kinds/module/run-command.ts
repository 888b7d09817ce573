import { basename } from 'node:path'
import { Command } from 'commander'
import { refuse } from '../../../protocol/fault.ts'
import { PAGE_BYTES } from '../../../protocol/unit-limits.ts'
import { onInterrupt } from '../../cancellation.ts'
import { runLocally, type LocalOutput } from './local-run.ts'
import { paramsGiven, withModuleOptions, type ModuleOptions } from './module-options.ts'
import { print } from '../../daemon/peer-command.ts'
import { createProgressLine } from '../../output/progress-line.ts'
import { openResultFile, type DraftFile } from '../../files/result-file.ts'
import { localFile } from '../../files/local-file.ts'
import { factsText } from '../../output/table.ts'
import type { Terminal } from '../../output/terminal.ts'
import { bytesText, durationText, fuelText } from '../../output/units-text.ts'

/** `--out` with this name means standard output. */
const STDOUT = '-'

interface RunOptions extends ModuleOptions {
  readonly input?: string
  readonly out?: string
  readonly json?: boolean
}

/** The command `run`. */
export function runCommand(terminal: Terminal): Command {
  const command = new Command('run')
    .description('run a WebAssembly module on this machine, as the mesh would')
    .argument('<module>', 'a .wasm file: a WASI command, or a module of the ABI meshwork-1')
    .option('--input <file>', 'what it reads as standard input or /in (default: nothing)')
    .option(
      '--out <file>',
      'where its output goes; - is standard output (default: nowhere, only its CID is shown)',
    )
    .option('--json', 'print one JSON value')
  return withModuleOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ meshctl run module.wasm --input data.bin --out result.bin --fuel 5e9 --memory-mb 256 --timeout 30s',
    )
    .action((module: string, options: RunOptions) => runModule(terminal, module, options))
}

async function runModule(terminal: Terminal, path: string, options: RunOptions): Promise<void> {
  const { out, json } = options
  if (out === STDOUT && json === true) refuse('bad-input', '--json and --out - both write to standard output')
  const params = paramsGiven(options)
  const module = await localFile(path, basename(path))
  const input =
    options.input === undefined ? undefined : await localFile(options.input, basename(options.input))
  const draft = out === undefined || out === STDOUT ? undefined : await openResultFile(out)
  const line = createProgressLine(terminal, module.name)
  const { signal, release } = onInterrupt()
  try {
    const run = {
      module,
      input,
      params,
      signal,
      progress: (fraction: number) => line.draw(fraction, 'running'),
    }
    line.draw(0, 'starting')
    const logged = (text: string): void => {
      line.clear()
      terminal.err(ended(text))
    }
    await runLocally(run, logged, async (output) => {
      line.clear()
      await write(terminal, output, draft, out)
      report(terminal, output, options)
    })
  } finally {
    line.clear()
    release()
    await draft?.discard()
  }
}

async function write(
  terminal: Terminal,
  { content }: LocalOutput,
  draft: DraftFile | undefined,
  out: string | undefined,
): Promise<void> {
  if (out === undefined) return
  for await (const bytes of content) {
    if (draft === undefined) await terminal.outBytes(bytes)
    else await draft.write(bytes)
  }
  await draft?.keep()
}

function report(terminal: Terminal, output: LocalOutput, options: RunOptions): void {
  const { cid, bytes, metrics, engine } = output
  const { out } = options
  if (out === STDOUT) {
    terminal.err(outputText(output))
    return
  }
  const value = { output: { cid, bytes, ...(out === undefined ? {} : { file: out }) }, metrics, engine }
  print(terminal, options, value, () => outputText(output))
}

function outputText({ cid, bytes, metrics, engine }: LocalOutput): string {
  const { fuel = 0, wall_ms, cpu_ms, peak_pages = 0, copied_bytes = 0, input_bytes } = metrics
  return factsText([
    ['fuel', `${fuelText(fuel)} units`],
    ['time', `${durationText(wall_ms)}, ${durationText(cpu_ms)} of the processor`],
    ['memory', `${peak_pages} pages (${((peak_pages * PAGE_BYTES) / (1 << 20)).toFixed(1)} MiB)`],
    ['read', bytesText(input_bytes)],
    ['copied', `${copied_bytes} bytes`],
    ['output', `${bytes} bytes`],
    ['cid', cid],
    ['engine', engine],
  ])
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
